/* SPDX-License-Identifier: Apache-2.0
 *
 * A verb of the program: each verb_*.c ends in one of these, main.c lists them.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>

struct command {
	const char *name;
	const char *synopsis; /* one line for `aiotrace help` */
	const char *usage;    /* the verb's --help */
	int (*run)(const struct command *self, int argc, char **argv); /* exit status */
};

#define COMMAND_OK      0
#define COMMAND_FAILURE 1
#define COMMAND_USAGE   2

extern const struct command command_record, command_report, command_compare, command_dump,
        command_export, command_info, command_plan, command_replay;

/* Prints the verb's usage; the exit status is that of --help, or of bad usage
 * when the reason (may be NULL) went wrong. */
int command_help(const struct command *self);
int command_misuse(const struct command *self, const char *reason, const char *what);

/* Likewise where an option, by its short name, has a value that it can't have: says what
 * the usage says of it. */
struct option;
int command_misuse_value(const struct command *self, const struct option *options, int option,
                         const char *value);

/* A number of at least 0 behind an option; false where it is none. */
bool command_number(const char *text, double *value);

#endif
