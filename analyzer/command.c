/* SPDX-License-Identifier: Apache-2.0
 *
 * What all verbs say and read in the same way.
 */
#include "command.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int command_help(const struct command *self)
{
	fputs(self->usage, stdout);
	return fflush(stdout) ? COMMAND_FAILURE : COMMAND_OK;
}

int command_misuse(const struct command *self, const char *reason, const char *what)
{
	if (reason)
		fprintf(stderr, "aiotrace %s: %s%s%s\n", self->name, reason, what ? " " : "",
		        what ? what : "");
	fprintf(stderr, "Try 'aiotrace help %s'.\n", self->name);
	return COMMAND_USAGE;
}

bool command_number(const char *text, double *value)
{
	char *end;

	*value = strtod(text, &end);
	return end != text && !*end && isfinite(*value) && *value >= 0;
}
