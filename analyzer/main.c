/* SPDX-License-Identifier: Apache-2.0
 *
 * The program aiotrace: finds the verb and hands over. All work is in the
 * verbs' files.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "aiotrace/format.h"
#include "command.h"

#ifndef AIOTRACE_VERSION
#define AIOTRACE_VERSION "0.1.0"
#endif

static const struct command *const commands[] = {
        &command_record, &command_report,  &command_dump,   &command_info,
        &command_plan,   &command_compare, &command_export, &command_replay,
};
#define COMMANDS (sizeof commands / sizeof *commands)

static void main_overview(FILE *to)
{
	fputs("Usage: aiotrace VERB [OPTION...] [TRACE...]\n\n"
	      "Shows what the I/O of a training run does, and to which storage.\n\n",
	      to);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-8s %s\n", commands[i]->name, commands[i]->synopsis);
	fputs("\nTRACE is a run folder, a trace file or a folder of runs; without one, the\n"
	      "newest run in ./aiotrace.data. 'aiotrace help VERB' tells more.\n",
	      to);
}

static const struct command *main_find(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static int main_unknown(const char *name)
{
	fprintf(stderr, "aiotrace: '%s' is not a verb\n", name);
	main_overview(stderr);
	return COMMAND_USAGE;
}

static int main_help(int argc, char **argv)
{
	const struct command *command = argc > 2 ? main_find(argv[2]) : NULL;

	if (argc > 2)
		return command ? command_help(command) : main_unknown(argv[2]);
	main_overview(stdout);
	return COMMAND_OK;
}

/* What can't be written is no answer; a reader that has seen enough is no failure. */
static int main_end(int status)
{
	errno = 0;
	if ((!fflush(stdout) && !ferror(stdout)) || errno == EPIPE || status != COMMAND_OK)
		return status;
	fprintf(stderr, "aiotrace: standard output: %s\n", strerror(errno ? errno : EIO));
	return COMMAND_FAILURE;
}

/* getopt begins its complaints with the name of the program. */
static int main_run(const struct command *command, int argc, char **argv)
{
	char name[32];

	snprintf(name, sizeof name, "aiotrace %s", command->name);
	argv[0] = name;
	return main_end(command->run(command, argc, argv));
}

int main(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		main_overview(stderr);
		return COMMAND_USAGE;
	}
	if (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return main_end(main_help(argc, argv));
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		printf("aiotrace %s, trace format %u\n", AIOTRACE_VERSION, AIOT_VERSION);
		return main_end(COMMAND_OK);
	}
	command = main_find(argv[1]);
	return command ? main_run(command, argc - 1, argv + 1) : main_unknown(argv[1]);
}
