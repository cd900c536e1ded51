/* SPDX-License-Identifier: Apache-2.0
 *
 * What all verbs say and read in the same way.
 */
#include "command.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int command_help(const struct command *self)
{
	fputs(self->usage, stdout);
	return COMMAND_OK;
}

int command_misuse(const struct command *self, const char *reason, const char *what)
{
	if (reason)
		fprintf(stderr, "aiotrace %s: %s%s%s\n", self->name, reason, what ? " " : "",
		        what ? what : "");
	fprintf(stderr, "Try 'aiotrace help %s'.\n", self->name);
	return COMMAND_USAGE;
}

/* The usage's line that begins with an option and has this one. */
static const char *command_line(const char *usage, const char *name)
{
	size_t length = strlen(name);

	for (const char *line = strchr(usage, '\n'); line; line = strchr(line + 1, '\n')) {
		const char *end = line + 1 + strcspn(line + 1, "\n");
		if (strncmp(line + 1, "  -", 3))
			continue;
		for (const char *at = line; (at = strstr(at, "--")) && at < end; at += 2)
			if (!strncmp(at + 2, name, length) && strchr(" ,", at[2 + length]))
				return line + 1;
	}
	return NULL;
}

/* Up to the next option or paragraph. */
static void command_tell(const char *line)
{
	do {
		int length = (int)strcspn(line, "\n");
		fprintf(stderr, "%.*s\n", length, line);
		line += length + (line[length] != 0);
	} while (*line && *line != '\n' && strncmp(line, "  -", 3));
}

int command_misuse_value(const struct command *self, const struct option *options, int option,
                         const char *value)
{
	const char *line;

	while (options->name && options->val != option)
		options++;
	if (!options->name)
		return command_misuse(self, "no such value:", value);
	fprintf(stderr, "aiotrace %s: --%s can't be '%s'\n", self->name, options->name, value);
	line = command_line(self->usage, options->name);
	if (line)
		command_tell(line);
	return command_misuse(self, NULL, NULL);
}

bool command_number(const char *text, double *value)
{
	char *end;

	*value = strtod(text, &end);
	return end != text && !*end && isfinite(*value) && *value >= 0;
}
