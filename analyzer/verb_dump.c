/* SPDX-License-Identifier: Apache-2.0
 *
 * aiotrace dump: every event as a line, in order of start, in formats for
 * eyes and for other programs.
 */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/wrap.h"
#include "command.h"
#include "measure/mapped.h"
#include "printer.h"
#include "read/filter.h"
#include "read/merge.h"
#include "read/resolve.h"
#include "row.h"
#include "stage/role.h"
#include "stage/stage.h"

struct dump {
	struct recording recording;
	struct stages *stages;
	struct mounts *mounts;
	struct cache *cache;
	struct filter filter;
	int64_t from_ns, to_ns; /* of the filter */
	const struct row_format *format;
	bool stacks, ignore_marks;
	struct escapes escapes;
	struct output output;
	struct merge *merge;
	struct slice slice; /* rows that were not taken yet */
};

#define COLUMN(name) (s->batch->column[AIOT_COLUMN_##name])

static void dump_result(struct row *row, int64_t result)
{
	row->error = result < 0 && result >= -4095 ? (int)-result : 0;
	row->result = row->error ? -1 : result;
}

static const char *dump_cache(const struct dump *d, const struct cache_read *read)
{
	double accuracy;

	return cache_word(cache_of(d->cache, read, &accuracy));
}

static struct row_name dump_name(struct dump *d, uint32_t number)
{
	struct row_name name = {.number = number};

	name.bytes = escapes_get(&d->escapes, number, &name.length);
	return name;
}

/* False where the row is not wanted. */
static bool dump_row(struct dump *d, const struct slice *s, uint32_t i, struct row *row)
{
	const struct process *p = s->process;
	struct stacks *stacks = &d->recording.processes[p->number].stacks;
	uint32_t file = process_file(p, COLUMN(FILE)[i]);
	const struct call *call = process_call(p, COLUMN(CALL)[i]);
	struct stage_event e = {.way = {.aux = (uint32_t)COLUMN(AUX)[i],
	                                .handle = (uint32_t)COLUMN(HANDLE)[i],
	                                .class = call->class,
	                                .start = wrap_add(COLUMN(START)[i], (uint64_t)p->clock)},
	                        .file = file,
	                        .guess = (uint8_t)COLUMN(STAGE)[i],
	                        .flags = (uint8_t)COLUMN(FLAGS)[i]};
	unsigned stage = stages_of(d->stages, p, &e);

	if (d->filter.stage >= 0 && stage != (unsigned)d->filter.stage)
		return false;
	if (!filter_path(&d->filter, d->recording.names, p->files[file].name))
		return false;
	row->start_ns = e.way.start;
	row->relative_ns = wrap_subtract((uint64_t)row->start_ns, (uint64_t)d->recording.start_ns);
	if (row->relative_ns < d->from_ns || row->relative_ns >= d->to_ns)
		return false;
	row->duration_ns = COLUMN(DURATION)[i];
	row->process = p;
	row->tid = mapped_is_fault(COLUMN(CALL)[i]) ? e.way.aux & AIOT_FAULT_TID : s->stream->tid;
	row->handle = (uint32_t)COLUMN(HANDLE)[i];
	row->call = call;
	row->stage = stage_name(stage);
	row->path = dump_name(d, p->files[file].name);
	row->offset = (int64_t)COLUMN(OFFSET)[i];
	row->size = COLUMN(SIZE)[i];
	row->stacks = d->stacks;
	if (d->stacks)
		row->stack = dump_name(d, stacks_text(stacks, d->recording.names,
		                                      stacks_find(stacks, COLUMN(STACK)[i])));
	row->cache = "";
	if (call->class == AIOT_CLASS_READ)
		row->cache =
		        dump_cache(d, &(struct cache_read){p, file, e.flags, call, row->duration_ns,
		                                           (int64_t)COLUMN(RESULT)[i]});
	dump_result(row, (int64_t)COLUMN(RESULT)[i]);
	return true;
}

/* The rows that are wanted of the next ones, in order. */
static size_t dump_take(void *context, struct row *rows, size_t most)
{
	struct dump *d = context;
	struct slice *s = &d->slice;
	size_t count = 0;

	while (count < most) {
		if (s->begin == s->end && !merge_next(d->merge, s))
			break;
		if (d->filter.pid >= 0 && s->process->pid != d->filter.pid)
			s->begin = s->end;
		while (s->begin < s->end && count < most)
			count += dump_row(d, s, s->begin++, &rows[count]);
	}
	return count;
}

static void dump_events(struct dump *d)
{
	uint32_t columns = d->stacks ? BATCH_ALL : BATCH_ALL & ~BATCH_WANT(STACK);

	d->merge = merge_new(&d->recording, columns, NULL);
	d->slice = (struct slice){0};
	printer_run(d->format, dump_take, d, &d->output);
	merge_free(d->merge);
}

static int64_t dump_ns(double seconds, int64_t infinite)
{
	return isfinite(seconds) && seconds < 9e9 ? (int64_t)(seconds * 1e9) : infinite;
}

static void dump_judge(struct dump *d)
{
	struct features *features;

	d->mounts = mounts_find(&d->recording);
	d->cache = cache_new(&d->recording, d->mounts);
	features = features_find(&d->recording, d->cache);

	roles_find(features);
	d->stages = stages_find(features);
	features_free(features);
}

static int dump_all(struct dump *d, char **names, size_t count)
{
	int status = recording_load(&d->recording, names, count) ? COMMAND_FAILURE : COMMAND_OK;

	d->recording.ignore_marks = d->ignore_marks;
	if (status == COMMAND_OK) {
		if (d->stacks)
			resolve_frames(&d->recording);
		dump_judge(d);
		d->from_ns = dump_ns(d->filter.from_s, INT64_MIN);
		d->to_ns = dump_ns(d->filter.to_s, INT64_MAX);
		escapes_init(&d->escapes, d->recording.names, d->format->escape);
		output_open(&d->output, STDOUT_FILENO);
		output_text(&d->output, d->stacks ? d->format->header_stacks : d->format->header);
		dump_events(d);
		/* A reader that has seen enough, like head, is no failure. */
		if (output_close(&d->output) && errno != EPIPE) {
			fprintf(stderr, "aiotrace: standard output: %s\n", strerror(errno));
			status = COMMAND_FAILURE;
		}
		escapes_free(&d->escapes);
		stages_free(d->stages);
		cache_free(d->cache);
		mounts_free(d->mounts);
	}
	problems_print(&d->recording.problems, stderr);
	filter_free(&d->filter);
	recording_free(&d->recording);
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
			return command_misuse(self, "no such value:", optarg);
	}
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
