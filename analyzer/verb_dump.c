/* SPDX-License-Identifier: Apache-2.0
 *
 * aiotrace dump: every event as a line, in order of start, in formats for
 * eyes and for other programs.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "dump/rows.h"
#include "stage/stage.h"

struct dump {
	struct filter filter;
	const struct row_format *format;
	bool stacks, ignore_marks;
};

static int dump_all(struct dump *d, char **names, size_t count)
{
	struct recording recording;
	int status = recording_load(&recording, names, count) ? COMMAND_FAILURE : COMMAND_OK;

	recording.ignore_marks = d->ignore_marks;
	/* A reader that has seen enough, like head, is no failure. */
	if (status == COMMAND_OK &&
	    rows_print(&recording, &d->filter, d->format, d->stacks, STDOUT_FILENO) &&
	    errno != EPIPE) {
		fprintf(stderr, "aiotrace: standard output: %s\n", strerror(errno));
		status = COMMAND_FAILURE;
	}
	problems_print(&recording.problems, stderr);
	filter_free(&d->filter);
	recording_free(&recording);
	return status;
}

static const struct option dump_options[] = {
        {"format", required_argument, NULL, 'f'}, {"stage", required_argument, NULL, 's'},
        {"path", required_argument, NULL, 'p'},   {"pid", required_argument, NULL, 'P'},
        {"from", required_argument, NULL, 'a'},   {"to", required_argument, NULL, 'z'},
        {"stacks", no_argument, NULL, 'k'},       {"ignore-marks", no_argument, NULL, 'i'},
        {"help", no_argument, NULL, 'h'},         {0},
};

/* False where the option's value is none. */
static bool dump_option(struct dump *d, int option, const char *value)
{
	double number;

	switch (option) {
	case 'f': d->format = row_format_by_name(value); return d->format;
	case 's': d->filter.stage = stage_by_name(value); return d->filter.stage >= 0;
	case 'k': d->stacks = true; return true;
	case 'i': d->ignore_marks = true; return true;
	case 'p': d->filter.glob = value; return true;
	case 'P':
		if (!command_number(value, &number))
			return false;
		d->filter.pid = (int64_t)number;
		return true;
	case 'a': return command_number(value, &d->filter.from_s);
	default: return command_number(value, &d->filter.to_s);
	}
}

static int dump_run(const struct command *self, int argc, char **argv)
{
	struct dump d = {.format = &row_text};
	int option;

	filter_init(&d.filter);
	while ((option = getopt_long(argc, argv, "h", dump_options, NULL)) != -1) {
		if (option == 'h')
			return command_help(self);
		if (option == '?')
			return command_misuse(self, NULL, NULL);
		if (!dump_option(&d, option, optarg))
			return command_misuse_value(self, dump_options, option, optarg);
	}
	if (!filter_has_time(&d.filter))
		return command_misuse(self, FILTER_NO_TIME, NULL);
	return dump_all(&d, argv + optind, (size_t)(argc - optind));
}

const struct command command_dump = {
        "dump",
        "print every event, as text, csv or jsonl",
        "Usage: aiotrace dump [OPTION...] [TRACE...]\n"
        "\n"
        "Prints every event, in order of start.\n"
        "\n"
        "  --format F      text (default), csv or jsonl\n"
        "  --stage S       only this stage: ingest, prepare, train, checkpoint, restore,\n"
        "                  inference, runtime, ipc or other\n"
        "  --path GLOB     only paths that match; * matches / too\n"
        "  --pid N         only this process\n"
        "  --from S        only events that start S seconds after the recording's start,\n"
        "  --to S          and before S seconds after it\n"
        "  --ignore-marks  judge stages as if the program had marked none\n"
        "  --stacks        with who called: frames from the outermost to the innermost,\n"
        "                  separated by ;, as file:line:function; of native ones whose line is\n"
        "                  not known library:function or library+0x1234\n"
        "\n"
        "Fields of csv and jsonl: start_ns (since the epoch), duration_ns, host, pid, tid,\n"
        "call, stage, path, offset (-1: none), size (asked for), result (-1: failed, errno\n"
        "says why), errno (0: none), level, handle (the open file),\n"
        "cache (of reads: hit, storage, unknown), with --stacks stack. Csv keeps the bytes of\n"
        "a path as they are; jsonl writes bytes that are not UTF-8 as \\xHH.\n"
        "\n"
        "Exit status: 0 if anything could be read, 1 if not, 2 for bad usage.\n",
        dump_run,
};
