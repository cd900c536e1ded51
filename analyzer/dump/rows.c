/* SPDX-License-Identifier: Apache-2.0 */
#include "dump/rows.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/wrap.h"
#include "dump/printer.h"
#include "measure/mapped.h"
#include "read/merge.h"
#include "read/resolve.h"
#include "stage/role.h"
#include "stage/stage.h"

struct rows {
	struct recording *recording;
	struct stages *stages;
	struct mounts *mounts;
	struct cache *cache;
	struct filter *filter;
	int64_t from_ns, to_ns; /* of the filter */
	const struct row_format *format;
	bool stacks;
	struct escapes escapes;
	struct output output;
	struct merge *merge;
	struct slice slice; /* rows that were not taken yet */
	uint64_t count;     /* that were */
};

#define COLUMN(name) (s->batch->column[AIOT_COLUMN_##name])

static void rows_result(struct row *row, int64_t result)
{
	row->error = result < 0 && result >= -4095 ? (int)-result : 0;
	row->result = row->error ? -1 : result;
}

static const char *rows_cache(const struct rows *r, const struct cache_read *read)
{
	double accuracy;

	return cache_word(cache_of(r->cache, read, &accuracy));
}

static struct row_name rows_name(struct rows *r, uint32_t number)
{
	struct row_name name = {.number = number};

	name.bytes = escapes_get(&r->escapes, number, &name.length);
	return name;
}

static struct stage_event rows_event(const struct slice *s, uint32_t i)
{
	const struct process *p = s->process;

	return (struct stage_event){
	        .way = {.aux = (uint32_t)COLUMN(AUX)[i],
	                .handle = (uint32_t)COLUMN(HANDLE)[i],
	                .class = process_call(p, COLUMN(CALL)[i])->class,
	                .copies = way_copies(COLUMN(CALL)[i]),
	                .start = wrap_add(COLUMN(START)[i], (uint64_t)p->clock)},
	        .file = process_file(p, COLUMN(FILE)[i]),
	        .guess = (uint8_t)COLUMN(STAGE)[i],
	        .flags = (uint8_t)COLUMN(FLAGS)[i]};
}

static bool rows_wants(const struct rows *r, unsigned stage, uint32_t name, int64_t at_ns)
{
	return (r->filter->stage < 0 || stage == (unsigned)r->filter->stage) &&
	       filter_path(r->filter, r->recording->names, name) && at_ns >= r->from_ns &&
	       at_ns < r->to_ns;
}

static struct row_name rows_stack(struct rows *r, const struct process *p, uint32_t id)
{
	struct stacks *stacks = &r->recording->processes[p->number].stacks;

	return rows_name(r, stacks_text(stacks, r->recording->names, stacks_find(stacks, id)));
}

/* False where the row is not wanted. */
static bool rows_row(struct rows *r, const struct slice *s, uint32_t i, struct row *row)
{
	const struct process *p = s->process;
	const struct call *call = process_call(p, COLUMN(CALL)[i]);
	const struct stage_event e = rows_event(s, i);
	uint32_t name = process_file_at(p, e.file)->name;
	unsigned stage = stages_of(r->stages, p, &e);

	row->start_ns = e.way.start;
	row->relative_ns = wrap_subtract((uint64_t)row->start_ns, (uint64_t)r->recording->start_ns);
	if (!rows_wants(r, stage, name, row->relative_ns))
		return false;
	row->duration_ns = COLUMN(DURATION)[i];
	row->process = p;
	row->tid = mapped_is_fault(COLUMN(CALL)[i]) ? e.way.aux & AIOT_FAULT_TID : s->stream->tid;
	row->handle = e.way.handle;
	row->call = call;
	row->stage = stage_name(stage);
	row->path = rows_name(r, name);
	row->offset = (int64_t)COLUMN(OFFSET)[i];
	row->size = COLUMN(SIZE)[i];
	row->stacks = r->stacks;
	if (r->stacks)
		row->stack = rows_stack(r, p, (uint32_t)COLUMN(STACK)[i]);
	row->cache = "";
	if (call->class == AIOT_CLASS_READ)
		row->cache = rows_cache(r, &(struct cache_read){p, e.file, e.flags, call,
		                                                row->duration_ns,
		                                                (int64_t)COLUMN(RESULT)[i]});
	rows_result(row, (int64_t)COLUMN(RESULT)[i]);
	return true;
}

/* The rows that are wanted of the next ones, in order. */
static size_t rows_take(void *context, struct row *rows, size_t most)
{
	struct rows *r = context;
	struct slice *s = &r->slice;
	size_t count = 0;

	while (count < most) {
		if (s->begin == s->end && !merge_next(r->merge, s))
			break;
		if (r->filter->pid >= 0 && s->process->pid != r->filter->pid)
			s->begin = s->end;
		while (s->begin < s->end && count < most)
			if (rows_row(r, s, s->begin++, &rows[count]))
				rows[count++].number = r->count++;
	}
	return count;
}

static void rows_events(struct rows *r)
{
	uint32_t columns = r->stacks ? BATCH_ALL : BATCH_ALL & ~BATCH_WANT(STACK);

	r->merge = merge_new(r->recording, columns, NULL);
	r->slice = (struct slice){0};
	printer_run(r->format, rows_take, r, &r->output);
	merge_free(r->merge);
}

static int64_t rows_ns(double seconds, int64_t infinite)
{
	return isfinite(seconds) && fabs(seconds) < 9e9 ? (int64_t)(seconds * 1e9) : infinite;
}

static void rows_judge(struct rows *r)
{
	struct features *features;

	r->mounts = mounts_find(r->recording);
	r->cache = cache_new(r->recording, r->mounts);
	features = features_find(r->recording, r->cache, false);

	roles_find(features);
	r->stages = stages_find(features);
	features_free(features);
}

int rows_print(struct recording *recording, struct filter *filter, const struct row_format *format,
               bool stacks, int fd)
{
	struct rows r = {
	        .recording = recording, .filter = filter, .format = format, .stacks = stacks};
	int status;

	if (stacks)
		resolve_frames(recording);
	/* Rows on the same terminal tell by themselves how far it is. */
	if (!isatty(fd))
		reading_begin(&recording->reading, recording->processes, recording->count, 2);
	rows_judge(&r);
	r.from_ns = rows_ns(filter->from_s, INT64_MIN);
	r.to_ns = rows_ns(filter->to_s, INT64_MAX);
	escapes_init(&r.escapes, recording->names, format->escape);
	output_open(&r.output, fd);
	if (format->begin)
		format->begin(&r.output, recording, stacks);
	rows_events(&r);
	if (format->end)
		format->end(&r.output);
	reading_end(&recording->reading);
	status = output_close(&r.output);
	escapes_free(&r.escapes);
	stages_free(r.stages);
	cache_free(r.cache);
	mounts_free(r.mounts);
	return status;
}
