/* SPDX-License-Identifier: Apache-2.0
 *
 * Processes are summed up in parallel, each in its own lane; sums are kept by
 * worker and merged at the end. Only a stage's rate needs the events of all
 * processes in one order: lanes therefore stop at the same times, and what they
 * have collected by then is brought in order and added while they run on.
 */
#include "analysis/tally.h"

#include <fcntl.h>
#include <stdlib.h>

#include "analysis/course.h"
#include "analysis/labour.h"
#include "analysis/latency.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "base/wrap.h"
#include "read/merge.h"
#include "read/phase.h"
#include "read/queue.h"

/* So many processes have read far beyond a phase, each to the end of a block. */
#define TALLY_MANY 256

/* Rows from which on a file's name is fetched. */
#define TALLY_AHEAD 8

struct lane {
	struct process *process;
	struct merge *merge;
	uint32_t last[AIOT_STAGES]; /* rank of the last file */
	struct episodes saved, loaded;
	uint64_t reads;        /* of training data by the first thread */
	struct mapped *mapped; /* by file index; NULL until the first fault */
	struct queue spans[AIOT_STAGES];
};

struct tally {
	const struct tallied *to;
	const struct known *known;
	struct analyses *analyses;
	struct lane *lanes;
	size_t lane_count;
	int64_t until;                           /* the phase's end */
	struct stage_summary *sums[AIOT_STAGES]; /* [stage][worker] */
	struct merge_buffers **buffers;          /* by worker */
	struct events **events;                  /* likewise */
	struct spans ordered[AIOT_STAGES], work[AIOT_STAGES];
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

/* A fault is no call that the kernel counts. */
static void tally_fault(struct lane *lane, struct stage_summary *sum, const struct events *e,
                        uint32_t i)
{
	if (!lane->mapped)
		lane->mapped = memory_get(e->process->file_count, sizeof *lane->mapped);
	mapped_add(&sum->mapped, e->call[i], e->aux[i], e->bytes[i], e->duration[i]);
	mapped_add(&lane->mapped[e->file[i]], e->call[i], e->aux[i], e->bytes[i], e->duration[i]);
}

static inline void tally_span(struct span *to, const struct events *e, uint32_t i, uint32_t name,
                              uint32_t mount)
{
	to->start = e->start[i];
	to->end = e->end[i];
	to->bytes = e->bytes[i];
	to->offset = e->offset[i];
	to->name = name;
	to->mount = mount <= UINT16_MAX ? (uint16_t)mount : 0;
	to->write = e->class[i] == AIOT_CLASS_WRITE;
	to->cached = e->cached[i];
	to->around = e->mapped && mapped_is_around(e->call[i]);
}

static inline void tally_queue(struct queue *queue, const struct events *e, uint32_t i,
                               uint32_t name, uint32_t mount)
{
	struct span span;

	if (!queue->packs) {
		tally_span(queue_next(queue), e, i, name, mount);
		return;
	}
	tally_span(&span, e, i, name, mount);
	queue_pack(queue, span);
}

static inline void tally_data(struct lane *lane, struct stage_summary *sum, const struct events *e,
                              uint32_t i, uint32_t rank)
{
	bool write = e->class[i] == AIOT_CLASS_WRITE;
	uint64_t bytes = e->bytes[i];

	*(write ? &sum->write_ops : &sum->read_ops) += e->mapped ? events_weight(e, i) : 1;
	*(write ? &sum->write_bytes : &sum->read_bytes) += bytes;
	histogram_add(write ? &sum->write_size : &sum->read_size, bytes);
	if (e->mapped && (mapped_is_fault(e->call[i]) || mapped_is_populate(e->call[i])))
		tally_fault(lane, sum, e, i);
	if (bytes && rank)
		tally_order(lane, sum, e->stage[i], rank);
}

/* Advice is none, nor is what a folder's next entry is: one question brings hundreds. */
static bool tally_asks(const struct events *e, uint32_t i)
{
	uint16_t call = e->call[i];

	if (e->class[i] != AIOT_CLASS_OPEN && e->class[i] != AIOT_CLASS_META)
		return false;
	if (call == AIOT_CALL_madvise || call == AIOT_CALL_posix_madvise ||
	    call == AIOT_CALL_posix_fadvise || call == AIOT_CALL_posix_fadvise64 ||
	    call == AIOT_CALL_readdir || call == AIOT_CALL_readdir64 ||
	    call == AIOT_CALL_readdir_r || call == AIOT_CALL_readdir64_r)
		return false;
	return process_file_at(e->process, e->file[i])->name != 0;
}

static bool tally_uncaches(const struct events *e, uint32_t i)
{
	uint16_t call = e->call[i];

	if (e->class[i] == AIOT_CLASS_OPEN)
		return e->aux[i] & O_DIRECT;
	return (call == AIOT_CALL_posix_fadvise || call == AIOT_CALL_posix_fadvise64) &&
	       e->aux[i] == POSIX_FADV_DONTNEED;
}

static uint32_t tally_final(const struct tally *t, const struct events *e, uint32_t i,
                            uint32_t name)
{
	uint32_t to = features_renamed_to(t->known->features, e->process->number, e->file[i]);

	return to ? to : name;
}

static uint32_t tally_target(const struct events *e, uint32_t i)
{
	return process_file_at(e->process, process_file(e->process, e->aux[i]))->name;
}

static void tally_moved(struct episode *episode, const struct events *e, uint32_t i)
{
	uint64_t reach = e->offset[i] < 0 ? 0 : (uint64_t)e->offset[i] + e->bytes[i];

	episode->bytes += e->bytes[i];
	if (e->tid[i] == e->process->pid)
		episode->first_bytes += e->bytes[i];
	if (reach > episode->reach)
		episode->reach = reach;
}

static void tally_episode(const struct tally *t, struct lane *lane, const struct events *e,
                          uint32_t i)
{
	bool save = e->stage[i] == AIOT_STAGE_CHECKPOINT;
	uint8_t class = e->class[i];
	bool data = class == (save ? AIOT_CLASS_WRITE : AIOT_CLASS_READ);
	struct episodes *list = save ? &lane->saved : &lane->loaded;
	uint32_t name = process_file_at(e->process, e->file[i])->name;
	struct episode new = {.process = e->process->number,
	                      .run = e->process->run,
	                      .name = save ? tally_final(t, e, i, name) : name,
	                      .handle = e->handle[i],
	                      .start_ns = e->start[i],
	                      .reads_before = lane->reads};
	bool renames = save && class == AIOT_CLASS_META && new.name != name;
	struct episode *episode;

	if (!name || e->result[i] < 0)
		return;
	if (class == AIOT_CLASS_OPEN && save == ((e->aux[i] & O_ACCMODE) != O_RDONLY)) {
		new.labour.dsyncs = (e->aux[i] & O_DSYNC) != 0;
		episode_begin(list, new);
		return;
	}
	/* Who has read all may keep the file open for long. */
	if (!data && !renames && class != AIOT_CLASS_SYNC && (!save || class != AIOT_CLASS_CLOSE))
		return;
	episode = episode_latest(list, new.process, new.name, renames ? 0 : new.handle);
	if (!episode && !data && (!save || class != AIOT_CLASS_SYNC))
		return;
	if (!episode)
		episode = episode_begin(list, new);
	if (data)
		tally_moved(episode, e, i);
	episode->closed |= class == AIOT_CLASS_CLOSE;
	labour_event(&episode->labour, e, i, data);
	if (renames && call_renames(e->call[i]))
		episodes_rename(list, new.process, new.name, tally_target(e, i));
	/* A mapping is let go of when a variable is, long after it was written. */
	if (e->end[i] > episode->end_ns &&
	    (class != AIOT_CLASS_CLOSE || !episode->labour.mapped_bytes))
		episode->end_ns = e->end[i];
	episode->reads_by_then = lane->reads;
}

static void tally_rows(struct tally *t, struct lane *lane, unsigned worker, struct events *e)
{
	const uint32_t *mounts = t->known->mounts->of[lane->process->number];
	const struct file *files = lane->process->files->items;
	const uint32_t *file_of = lane->process->file_of;
	struct stage_summary *sums[AIOT_STAGES];
	struct cache_sums *cached[AIOT_STAGES];

	if (!e->count)
		return;
	for (int i = 0; i < AIOT_STAGES; i++) {
		sums[i] = &t->sums[i][worker];
		cached[i] = &sums[i]->cached;
	}
	stages_fill(t->known->stages, e);
	cache_add(t->known->cache, e, cached);
	analyses_add(t->analyses, worker, e);
	coverage_add(t->to->coverage, e);
	for (uint32_t i = 0; i < e->count; i++) {
		uint8_t stage = e->stage[i];
		if (i + TALLY_AHEAD < e->count)
			__builtin_prefetch(&files[file_of[e->file[i + TALLY_AHEAD]]].name);
		if (events_data(e, i)) {
			const struct file *file = &files[file_of[e->file[i]]];
			tally_data(lane, sums[stage], e, i, file->rank);
			lane->reads += stage == AIOT_STAGE_TRAIN && e->tid[i] == e->process->pid;
			tally_queue(&lane->spans[stage], e, i, file->name, mounts[e->file[i]]);
		} else {
			sums[stage]->meta_ops++;
			sums[stage]->asked_ops += tally_asks(e, i);
			sums[stage]->uncached_ops += tally_uncaches(e, i);
		}
		if (stage == AIOT_STAGE_CHECKPOINT || stage == AIOT_STAGE_RESTORE)
			tally_episode(t, lane, e, i);
	}
	e->count = 0;
}

static void tally_lane(struct tally *t, struct lane *lane, unsigned worker)
{
	struct events *events;
	struct slice slice;

	if (!t->buffers[worker]) {
		t->buffers[worker] = merge_buffers_new();
		t->events[worker] = memory_get(1, sizeof **t->events);
	}
	events = t->events[worker];
	merge_lend(lane->merge, t->buffers[worker]);
	while (merge_next(lane->merge, &slice))
		while (slice.begin < slice.end) {
			slice.begin += events_take(events, &slice, slice.begin);
			if (events->count == EVENTS_MOST)
				tally_rows(t, lane, worker, events);
		}
	tally_rows(t, lane, worker, events);
	for (int i = 0; i < AIOT_STAGES; i++)
		queue_ready(&lane->spans[i], t->until);
}

/* What the lanes collected for a stage in the phase before. */
static void tally_rate(struct tally *t, int stage)
{
	struct spans **lists = memory_get(t->lane_count, sizeof *lists);
	const struct spans *ordered;

	for (size_t i = 0; i < t->lane_count; i++)
		lists[i] = &t->lanes[i].spans[stage].due;
	ordered = spans_merge(&t->ordered[stage], &t->work[stage], lists, t->lane_count);
	analyses_add_times(t->analyses, (unsigned)stage, ordered);
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
	t->until = until;
	for (size_t i = 0; i < t->lane_count; i++)
		merge_until(t->lanes[i].merge, until);
	parallel_for(AIOT_STAGES + t->lane_count, tally_item, t);
	/* What lanes have read beyond their limit comes with a later phase. */
	for (size_t i = 0; i < t->lane_count; i++)
		for (int k = 0; k < AIOT_STAGES; k++)
			queue_due(&t->lanes[i].spans[k], until);
}

static void tally_merge(struct stage_summary *to, struct stage_summary *from)
{
	mapped_merge(&to->mapped, &from->mapped);
	cache_sums_merge(&to->cached, &from->cached);
	to->read_ops += from->read_ops;
	to->write_ops += from->write_ops;
	to->meta_ops += from->meta_ops;
	to->asked_ops += from->asked_ops;
	to->uncached_ops += from->uncached_ops;
	to->read_bytes += from->read_bytes;
	to->write_bytes += from->write_bytes;
	to->switches += from->switches;
	to->ascents += from->ascents;
	histogram_merge(&to->read_size, &from->read_size);
	histogram_merge(&to->write_size, &from->write_size);
}

static void tally_begin(struct tally *t)
{
	struct recording *r = t->known->features->recording;

	t->lane_count = r->count;
	t->lanes = memory_get(r->count, sizeof *t->lanes);
	for (size_t i = 0; i < r->count; i++) {
		t->lanes[i].process = &r->processes[i];
		t->lanes[i].merge = merge_new(r, analyses_columns(), &r->processes[i]);
		for (int k = 0; k < AIOT_STAGES; k++)
			t->lanes[i].spans[k].packs = r->count > TALLY_MANY;
	}
	t->buffers = memory_get(parallel_workers(), sizeof *t->buffers);
	t->events = memory_get(parallel_workers(), sizeof *t->events);
	t->analyses = analyses_new(t->known);
	for (int i = 0; i < AIOT_STAGES; i++)
		t->sums[i] = memory_get(parallel_workers(), sizeof *t->sums[i]);
}

static void tally_end_lane(const struct tallied *to, struct lane *lane)
{
	episodes_move(to->saved, &lane->saved);
	episodes_move(to->loaded, &lane->loaded);
	merge_free(lane->merge);
	for (size_t i = 0; lane->mapped && i < lane->process->file_count; i++)
		mapped_merge(&to->mapped[process_file_at(lane->process, i)->name],
		             &lane->mapped[i]);
	free(lane->mapped);
	for (int i = 0; i < AIOT_STAGES; i++)
		queue_free(&lane->spans[i]);
}

/* What analyses found of a stage. */
static void tally_found(struct stage_summary *stage, unsigned number, void *const *found)
{
	struct course *course = found[ANALYSIS_course];

	latency_data(found[ANALYSIS_latency], number, &stage->latency);
	stage->rate = course->stages[number].rate;
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
		free(t->events[k]);
	}
	analyses_finish(t->analyses, t->to->found);
	for (unsigned i = 0; i < AIOT_STAGES; i++)
		tally_found(&t->to->stages[i], i, t->to->found);
	free(t->events);
	free(t->buffers);
	free(t->lanes);
}

void tally_events(const struct tallied *to, const struct known *known)
{
	struct tally t = {.to = to, .known = known};
	struct phases phases = phases_find(known->recording);

	tally_begin(&t);
	for (size_t i = 0; i < phases.count; i++)
		tally_phase(&t, phases.until[i]);
	tally_phase(&t, INT64_MAX);
	/* Nothing is left to read: only the last phase's times are added. */
	tally_phase(&t, INT64_MAX);
	tally_end(&t);
	free(phases.until);
}
