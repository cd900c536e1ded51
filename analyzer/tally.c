/* SPDX-License-Identifier: Apache-2.0
 *
 * Processes are summed up in parallel, each in its own lane; sums are kept by
 * worker and merged at the end. Only a stage's rate needs the events of all
 * processes in one order: lanes therefore stop at the same times, and what they
 * have collected by then is brought in order and added while they run on.
 */
#include "tally.h"

#include <fcntl.h>
#include <stdlib.h>

#include "memory.h"
#include "merge.h"
#include "parallel.h"
#include "phase.h"
#include "spans.h"
#include "wrap.h"

/* What two phases share: one is filled while the other is added up. */
enum { TALLY_SIDES = 2 };

struct lane {
	struct process *process;
	struct merge *merge;
	uint32_t last[AIOT_STAGES]; /* rank of the last file */
	struct episodes saved, loaded;
	struct mapped *mapped; /* by file index; NULL until the first fault */
	struct spans spans[TALLY_SIDES][AIOT_STAGES];
};

struct tally {
	const struct tallied *to;
	const struct features *features;
	const struct stages *verdicts;
	struct lane *lanes;
	size_t lane_count;
	struct stage_summary *sums[AIOT_STAGES]; /* [stage][worker] */
	struct merge_buffers **buffers;          /* by worker */
	struct where **where;                    /* likewise */
	struct spans ordered[AIOT_STAGES], work[AIOT_STAGES];
	int side; /* that lanes fill */
};

struct tally_event {
	const struct process *process;
	uint32_t file, handle, aux;
	int64_t start, end, result;
	uint16_t call;
	uint8_t class, stage, flags;
	bool main; /* the process's main thread */
	const struct call *about;
};

static void tally_order(struct lane *lane, struct stage_summary *sum, unsigned stage, uint32_t rank)
{
	uint32_t *last = &lane->last[stage];

	if (*last && rank != *last) {
		sum->switches++;
		sum->ascents += rank > *last;
	}
	*last = rank;
}

/* A fault is no call that the kernel counts, and only some of them last. */
static void tally_fault(struct lane *lane, struct stage_summary *sum, const struct tally_event *e,
                        uint64_t ns)
{
	if (!lane->mapped)
		lane->mapped = memory_get(e->process->file_count, sizeof *lane->mapped);
	mapped_add(&sum->mapped, e->call, e->aux, (uint64_t)e->result, ns);
	mapped_add(&lane->mapped[e->file], e->call, e->aux, (uint64_t)e->result, ns);
	if (e->call == AIOT_CALL_fault_major && ns)
		histogram_add(&sum->latency, ns);
}

static void tally_cache(struct tally *t, struct stage_summary *sum, const struct tally_event *e,
                        uint64_t ns)
{
	struct cache_read read = {e->process, e->file, e->flags, e->about, ns, e->result};
	double accuracy;
	enum cache_answer answer = cache_of(t->to->cache, &read, &accuracy);

	cache_count(&sum->cached, answer, e->result, accuracy);
}

static void tally_data(struct tally *t, struct lane *lane, struct stage_summary *sum,
                       struct where *where, const struct tally_event *e)
{
	bool write = e->class == AIOT_CLASS_WRITE;
	uint32_t rank = t->features->ranks[e->process->number][e->file];
	uint64_t bytes = e->result > 0 ? (uint64_t)e->result : 0;
	uint64_t ns = (uint64_t)wrap_subtract((uint64_t)e->end, (uint64_t)e->start);

	*(write ? &sum->write_ops : &sum->read_ops) += mapped_weight(e->call, e->aux);
	*(write ? &sum->write_bytes : &sum->read_bytes) += bytes;
	histogram_add(write ? &sum->write_size : &sum->read_size, bytes);
	if (mapped_is_fault(e->call)) {
		tally_fault(lane, sum, e, ns);
	} else {
		histogram_add(&sum->latency, ns);
		coverage_add(t->to->coverage, e->process, e->about, e->end, bytes);
		where_add(where, e->process, e->file, write, ns, bytes);
	}
	if (!write)
		tally_cache(t, sum, e, ns);
	spans_add(&lane->spans[t->side][e->stage], (struct span){e->start, e->end, bytes});
	if (bytes && rank)
		tally_order(lane, sum, e->stage, rank);
}

static uint32_t tally_final(const struct tally *t, const struct tally_event *e, uint32_t name)
{
	const struct use *u = &t->features->uses[e->process->number][e->file];

	return u->renamed_to ? u->renamed_to : name;
}

static void tally_episode(const struct tally *t, struct lane *lane, const struct tally_event *e)
{
	bool save = e->stage == AIOT_STAGE_CHECKPOINT;
	bool data = e->class == (save ? AIOT_CLASS_WRITE : AIOT_CLASS_READ);
	struct episodes *list = save ? &lane->saved : &lane->loaded;
	uint32_t name = e->process->files[e->file].name;
	struct episode new = {.process = e->process->number,
	                      .run = e->process->run,
	                      .name = save ? tally_final(t, e, name) : name,
	                      .handle = e->handle,
	                      .start_ns = e->start};
	bool renames = save && e->class == AIOT_CLASS_META && new.name != name;
	struct episode *episode;

	if (!name || e->result < 0)
		return;
	if (e->class == AIOT_CLASS_OPEN && save == ((e->aux & O_ACCMODE) != O_RDONLY)) {
		episode_begin(list, new);
		return;
	}
	if (!data && !renames && e->class != AIOT_CLASS_SYNC && e->class != AIOT_CLASS_CLOSE)
		return;
	episode = episode_latest(list, new.process, new.name, renames ? 0 : e->handle);
	if (!episode && !data)
		return;
	if (!episode)
		episode = episode_begin(list, new);
	episode->bytes += data ? (uint64_t)e->result : 0;
	if (e->end > episode->end_ns)
		episode->end_ns = e->end;
}

/* All that is written to is the process's own. */
static void tally_waiting(struct tally *t, const struct tally_event *e)
{
	const struct file *file = &e->process->files[e->file];
	uint64_t ns = (uint64_t)wrap_subtract((uint64_t)e->end, (uint64_t)e->start);

	waiting_add(&t->to->waiting[e->process->number], waiting_kind(e->about, file), e->main, ns);
	if (waiting_takes_child(e->about))
		missing_child(t->to->children, e->process, e->aux);
	if (file->kind == AIOT_FILE_PIPE)
		pipes_add(t->to->pipes, &(struct pipe_event){e->process, e->file, e->about, e->main,
		                                             e->start, e->end, e->result});
}

#define COLUMN(name) (s->batch->column[AIOT_COLUMN_##name])

static void tally_row(struct tally *t, struct lane *lane, unsigned worker, const struct slice *s,
                      uint32_t i)
{
	const struct process *p = s->process;
	const struct call *call = process_call(p, COLUMN(CALL)[i]);

	if (call_is_again(call))
		return;
	struct tally_event e = {
	        .process = p,
	        .file = process_file(p, COLUMN(FILE)[i]),
	        .handle = (uint32_t)COLUMN(HANDLE)[i],
	        .start = wrap_add(COLUMN(START)[i], (uint64_t)p->clock),
	        .result = (int64_t)COLUMN(RESULT)[i],
	        .aux = (uint32_t)COLUMN(AUX)[i],
	        .call = (uint16_t)COLUMN(CALL)[i],
	        .class = call->class,
	        .flags = (uint8_t)COLUMN(FLAGS)[i],
	        .about = call,
	};
	struct stage_summary *sum;

	e.end = wrap_add((uint64_t)e.start, COLUMN(DURATION)[i]);
	e.stage = (uint8_t)stages_of(t->verdicts, p,
	                             &(struct stage_event){.file = e.file,
	                                                   .aux = e.aux,
	                                                   .class = e.class,
	                                                   .guess = (uint8_t)COLUMN(STAGE)[i],
	                                                   .flags = (uint8_t)COLUMN(FLAGS)[i]});
	e.main = p->pid == (mapped_is_fault(e.call) ? e.aux & AIOT_FAULT_TID : s->stream->tid);
	tally_waiting(t, &e);
	sum = &t->sums[e.stage][worker];
	if (e.class == AIOT_CLASS_READ || e.class == AIOT_CLASS_WRITE)
		tally_data(t, lane, sum, t->where[worker], &e);
	else
		sum->meta_ops++;
	if (e.stage == AIOT_STAGE_CHECKPOINT || e.stage == AIOT_STAGE_RESTORE)
		tally_episode(t, lane, &e);
}

static void tally_lane(struct tally *t, struct lane *lane, unsigned worker)
{
	struct slice slice;

	if (!t->buffers[worker]) {
		t->buffers[worker] = merge_buffers_new();
		t->where[worker] = where_new(t->to->where->mounts);
	}
	merge_lend(lane->merge, t->buffers[worker]);
	while (merge_next(lane->merge, &slice))
		for (uint32_t i = slice.begin; i < slice.end; i++)
			tally_row(t, lane, worker, &slice, i);
}

/* What the lanes collected for a stage in the phase before. */
static void tally_rate(struct tally *t, int stage)
{
	struct spans **lists = memory_get(t->lane_count, sizeof *lists);
	struct spans *ordered = &t->ordered[stage];

	for (size_t i = 0; i < t->lane_count; i++)
		lists[i] = &t->lanes[i].spans[!t->side][stage];
	spans_merge(ordered, &t->work[stage], lists, t->lane_count);
	for (size_t i = 0; i < ordered->count; i++)
		rate_add(&t->to->stages[stage].rate, ordered->items[i].start, ordered->items[i].end,
		         ordered->items[i].bytes);
	free(lists);
}

static void tally_item(void *context, size_t item, unsigned worker)
{
	struct tally *t = context;

	if (item < AIOT_STAGES)
		tally_rate(t, (int)item);
	else
		tally_lane(t, &t->lanes[item - AIOT_STAGES], worker);
}

static void tally_phase(struct tally *t, int64_t until)
{
	for (size_t i = 0; i < t->lane_count; i++)
		merge_until(t->lanes[i].merge, until);
	parallel_for(AIOT_STAGES + t->lane_count, tally_item, t);
	t->side = !t->side;
}

static void tally_merge(struct stage_summary *to, struct stage_summary *from)
{
	mapped_merge(&to->mapped, &from->mapped);
	cache_sums_merge(&to->cached, &from->cached);
	to->read_ops += from->read_ops;
	to->write_ops += from->write_ops;
	to->meta_ops += from->meta_ops;
	to->read_bytes += from->read_bytes;
	to->write_bytes += from->write_bytes;
	to->switches += from->switches;
	to->ascents += from->ascents;
	histogram_merge(&to->latency, &from->latency);
	histogram_merge(&to->read_size, &from->read_size);
	histogram_merge(&to->write_size, &from->write_size);
}

static void tally_begin(struct tally *t)
{
	struct recording *r = t->features->recording;

	t->lane_count = r->count;
	t->lanes = memory_get(r->count, sizeof *t->lanes);
	for (size_t i = 0; i < r->count; i++) {
		t->lanes[i].process = &r->processes[i];
		t->lanes[i].merge = merge_new(
		        r, BATCH_ALL & ~(BATCH_WANT(STACK) | BATCH_WANT(OFFSET)), &r->processes[i]);
	}
	t->buffers = memory_get(parallel_workers(), sizeof *t->buffers);
	t->where = memory_get(parallel_workers(), sizeof *t->where);
	for (int i = 0; i < AIOT_STAGES; i++)
		t->sums[i] = memory_get(parallel_workers(), sizeof *t->sums[i]);
}

static void tally_end_lane(const struct tallied *to, struct lane *lane)
{
	episodes_move(to->saved, &lane->saved);
	episodes_move(to->loaded, &lane->loaded);
	merge_free(lane->merge);
	for (size_t i = 0; lane->mapped && i < lane->process->file_count; i++)
		mapped_merge(&to->mapped[lane->process->files[i].name], &lane->mapped[i]);
	free(lane->mapped);
	for (int i = 0; i < AIOT_STAGES; i++) {
		spans_free(&lane->spans[0][i]);
		spans_free(&lane->spans[1][i]);
	}
}

static void tally_end(struct tally *t)
{
	unsigned workers = parallel_workers();

	for (size_t i = 0; i < t->lane_count; i++)
		tally_end_lane(t->to, &t->lanes[i]);
	for (int i = 0; i < AIOT_STAGES; i++) {
		for (unsigned k = 0; k < workers; k++)
			tally_merge(&t->to->stages[i], &t->sums[i][k]);
		free(t->sums[i]);
		spans_free(&t->ordered[i]);
		spans_free(&t->work[i]);
	}
	for (unsigned k = 0; k < workers; k++) {
		merge_buffers_free(t->buffers[k]);
		if (t->where[k])
			where_move(t->to->where, t->where[k]);
	}
	free(t->where);
	free(t->buffers);
	free(t->lanes);
}

void tally_events(const struct tallied *to, const struct features *features,
                  const struct stages *verdicts)
{
	struct tally t = {.to = to, .features = features, .verdicts = verdicts};
	struct phases phases = phases_find(features->recording);

	tally_begin(&t);
	for (size_t i = 0; i < phases.count; i++)
		tally_phase(&t, phases.until[i]);
	tally_phase(&t, INT64_MAX);
	/* Nothing is left to read: only the last phase's times are added. */
	tally_phase(&t, INT64_MAX);
	tally_end(&t);
	free(phases.until);
}
