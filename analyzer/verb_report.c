/* SPDX-License-Identifier: Apache-2.0
 *
 * aiotrace report: what the I/O of a recording amounts to, for eyes or as
 * JSON.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "command.h"
#include "read/resolve.h"
#include "report/report.h"

#define REPORT_TOP      10
#define REPORT_TOP_HTML 200

/* How a report is written, and where to: NULL = standard output. */
struct report_form {
	int (*write)(const struct summary *summary, const struct report_options *options, FILE *to);
	const char *file;
};

/* False, and errno, where that failed; a reader that has seen enough is no failure. */
static bool report_write(const struct report_form *form, const struct summary *summary,
                         const struct report_options *options)
{
	FILE *to;
	bool failed;

	errno = 0;
	to = form->file ? fopen(form->file, "we") : stdout;
	failed = !to || (form->write(summary, options, to) && (form->file || errno != EPIPE));
	if (to && form->file)
		failed |= fclose(to) != 0;
	return !failed;
}

static int report_all(const struct report_options *options, const struct report_form *form,
                      char **names, size_t count)
{
	struct recording recording;
	struct summary *summary;
	int status = recording_load(&recording, names, count) ? COMMAND_FAILURE : COMMAND_OK;

	recording.ignore_marks = options->ignore_marks;
	if (status == COMMAND_OK) {
		resolve_frames(&recording);
		summary = summary_make(&recording);
		if (!report_write(form, summary, options)) {
			fprintf(stderr, "aiotrace: %s: %s\n",
			        form->file ? form->file : "standard output", strerror(errno));
			status = COMMAND_FAILURE;
		}
		summary_free(summary);
	}
	problems_print(&recording.problems, stderr);
	recording_free(&recording);
	return status;
}

static const struct option report_options[] = {
        {"json", no_argument, NULL, 'j'},        {"html", required_argument, NULL, 'H'},
        {"stage", required_argument, NULL, 's'}, {"top", required_argument, NULL, 't'},
        {"tree", no_argument, NULL, 'T'},        {"ignore-marks", no_argument, NULL, 'i'},
        {"help", no_argument, NULL, 'h'},        {0},
};

static int report_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return REPORT_WIDTH;
	return size.ws_col;
}

static int report_run(const struct command *self, int argc, char **argv)
{
	struct report_options options = {.top = SIZE_MAX, .stage = -1};
	struct report_form form = {.write = report_text};
	double number;
	int option;

	while ((option = getopt_long(argc, argv, "h", report_options, NULL)) != -1) {
		switch (option) {
		case 'h': return command_help(self);
		case 'j': form = (struct report_form){.write = report_json}; break;
		case 'H': form = (struct report_form){.write = report_html, .file = optarg}; break;
		case 'T': options.tree = true; break;
		case 'i': options.ignore_marks = true; break;
		case 's':
			options.stage = stage_by_name(optarg);
			if (options.stage < 0)
				return command_misuse_value(self, report_options, option, optarg);
			break;
		case 't':
			if (!command_number(optarg, &number) || number > 1e9)
				return command_misuse(self, "--top wants a number, not", optarg);
			options.top = (size_t)number;
			break;
		default: return command_misuse(self, NULL, NULL);
		}
	}
	if (form.write != report_json && options.top == SIZE_MAX)
		options.top = form.file ? REPORT_TOP_HTML : REPORT_TOP;
	options.width = report_width();
	options.colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	return report_all(&options, &form, argv + optind, (size_t)(argc - optind));
}

const struct command command_report = {
        "report",
        "tell what the I/O was, stage by stage",
        "Usage: aiotrace report [--json | --html FILE] [--stage S] [--top N] [--tree]\n"
        "                       [--ignore-marks] [TRACE...]\n"
        "\n"
        "Sums up a recording: where the bytes went, how they were read and written, how\n"
        "fast, by whom; its checkpoints and restores; and what is missing.\n"
        "\n"
        "  --json          as JSON; units are in the names, times in s are since the start\n"
        "  --html FILE     as a page for browsers: one file that needs nothing else\n"
        "  --stage S       only this stage: ingest, prepare, train, checkpoint, restore,\n"
        "                  inference, runtime, ipc or other\n"
        "  --top N         list N files (10; with --html 200, with --json all), and of one stage N "
        "call sites\n"
        "  --tree          who called whom, as a tree\n"
        "  --ignore-marks  judge stages as if the program had marked none\n"
        "\n"
        "Pattern: an access is consecutive where it begins at the end of the last one of\n"
        "the same open file (the first one: at 0), sequential where it begins further on,\n"
        "strided where it keeps the last distance, else random; the shares sum to 1. A\n"
        "stage is 'sequential' from 0.9 of the first two, 'strided' from 0.5, 'random' where\n"
        "more than half jump back, or forward as often as back, else 'mixed'. Across files:\n"
        "'ordered' where names ascend in at least 0.8 of the steps from file to file.\n"
        "Bandwidth: mean is over the windows of window_s in which anything moved, peak is\n"
        "the busiest one; while_busy is bytes over the time with an operation under way.\n"
        "Latency and sizes are of reads and writes, within 1/64. Coverage is the share of\n"
        "the kernel's own count of bytes (null: unknown). A process's counts are without\n"
        "runtime and ipc.\n"
        "\n"
        "Exit status: 0 if anything could be read, 1 if not, 2 for bad usage.\n",
        report_run,
};
