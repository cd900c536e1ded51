/* SPDX-License-Identifier: Apache-2.0
 *
 * aiotrace info: what a trace holds and what it lacks. With --verify, every
 * block is read and checked.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/absent.h"
#include "analysis/missing.h"
#include "command.h"
#include "read/merge.h"
#include "read/recording.h"

static void info_losses(const struct process *p)
{
	uint64_t missing = 0;

	for (enum aiot_loss i = 0; i < AIOT_LOSSES; i++)
		if (p->loss[i])
			printf("    lost        %" PRIu64 " events %s\n", p->loss[i],
			       missing_words(i));
	for (size_t i = 0; i < p->stream_count; i++)
		missing += p->streams[i].missing;
	if (missing)
		printf("    missing     %" PRIu64 " events between those that are there\n",
		       missing);
}

static void info_kernel(const struct process *p)
{
	const struct aiot_define_kernel_io *a = &p->kernel_first, *b = &p->kernel_last;

	if (p->kernel_count < 2)
		return;
	printf("    kernel      %" PRIu64 " bytes by %" PRIu64 " reads, %" PRIu64 " by %" PRIu64
	       " writes; storage %" PRIu64 " read, %" PRIu64 " written\n",
	       b->rchar - a->rchar, b->syscr - a->syscr, b->wchar - a->wchar, b->syscw - a->syscw,
	       b->read_bytes - a->read_bytes, b->write_bytes - a->write_bytes);
}

static void info_process(const struct recording *r, const struct process *p)
{
	char *command = process_command(p);
	uint64_t events = 0;

	for (size_t i = 0; i < p->stream_count; i++)
		events += p->streams[i].events;
	printf("  process %" PRIu32 "%s  %s\n", p->pid, p->image ? " (after exec)" : "",
	       p->trace.path);
	printf("    command     %.200s\n", command);
	printf("    parent      %" PRIu32 ", begun by %s\n", p->ppid,
	       p->origin == AIOT_ORIGIN_FORK ? "fork" : "exec");
	printf("    time        %.6f s to %.6f s, %s\n", recording_seconds(r, p, p->start_ns),
	       recording_seconds(r, p, p->end_ns),
	       p->ended ? "ended in order" : "killed or still running");
	printf("    events      %" PRIu64 " of %zu threads, %zu files, %zu blocks, %" PRIu64
	       " bytes\n",
	       events, p->stream_count, p->file_count - 1, p->trace.count, p->trace.size);
	info_kernel(p);
	info_losses(p);
	for (size_t i = 0; i < p->note_count; i++)
		printf("    note        %s\n", p->notes[i]);
	for (size_t i = 0; i < p->unseen_count; i++)
		printf("    not traced  %s (%s)\n", p->unseen[i].path,
		       absent_why(p->unseen[i].why));
	free(command);
}

static void info_print(const struct recording *r)
{
	uint32_t run = UINT32_MAX;

	for (size_t i = 0; i < r->count; i++) {
		const struct process *p = &r->processes[i];
		if (p->run != run)
			printf("run %s on %s, library %s\n", r->runs[p->run], process_host(p),
			       process_attribute(p, "version") ? process_attribute(p, "version")
			                                       : "unknown");
		run = p->run;
		info_process(r, p);
	}
	if (r->count)
		printf("%zu processes, %.6f s, %" PRIu64 " events lost\n", r->count,
		       recording_duration_s(r), recording_lost(r));
}

static void info_verify(struct recording *r)
{
	struct merge *merge = merge_new(r, BATCH_ALL, NULL);
	struct slice slice;

	while (merge_next(merge, &slice))
		;
	merge_free(merge);
}

static const struct option info_options[] = {
        {"verify", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {0},
};

static int info_run(const struct command *self, int argc, char **argv)
{
	struct recording recording;
	bool verify = false;
	int option, status;

	while ((option = getopt_long(argc, argv, "h", info_options, NULL)) != -1) {
		if (option == 'h')
			return command_help(self);
		if (option == '?')
			return command_misuse(self, NULL, NULL);
		verify = true;
	}
	status = recording_load(&recording, argv + optind, (size_t)(argc - optind))
	                 ? COMMAND_FAILURE
	                 : COMMAND_OK;
	if (status == COMMAND_OK && verify)
		info_verify(&recording);
	info_print(&recording);
	if (verify && recording.problems.total)
		status = COMMAND_FAILURE;
	else if (verify && status == COMMAND_OK)
		puts("every block is sound");
	problems_print(&recording.problems, stderr);
	recording_free(&recording);
	return status;
}

const struct command command_info = {
        "info",
        "tell what a trace holds and what it lacks",
        "Usage: aiotrace info [--verify] [TRACE...]\n"
        "\n"
        "Lists the processes of a recording with their events, losses and notes.\n"
        "\n"
        "  --verify        read and check every block; exit 1 if any is damaged\n"
        "\n"
        "Exit status: 0 if anything could be read (with --verify: if all is sound), 1 if\n"
        "not, 2 for bad usage.\n",
        info_run,
};
