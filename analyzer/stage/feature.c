/* SPDX-License-Identifier: Apache-2.0
 *
 * The first pass: events into records of use. Loops over slices, a branch a
 * class of call; nothing here judges.
 */
#include "stage/feature.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "base/wrap.h"
#include "measure/mapped.h"
#include "read/evidence.h"
#include "read/merge.h"
#include "read/ranks.h"
#include "read/system.h"
#include "stage/deed.h"
#include "stage/spared.h"
#include "stage/use_room.h"
#include "stage/way.h"

static inline void feature_read(struct use *u, const struct deed *e)
{
	u->reads += mapped_weight(e->call, e->aux);
	u->copied += way_copies(e->call);
	if (e->result <= 0)
		return;
	if (!e->spot.piece)
		deed_earliest(&u->first_read, e->start);
	deed_later(&u->last_read, &u->spot_read, e);
	u->read_bytes += (uint64_t)e->result;
	u->copied_bytes += way_copies(e->call) ? (uint64_t)e->result : 0;
	u->begins += e->offset == 0;
	if (e->offset >= 0)
		deed_latest(&u->read_end, wrap_add((uint64_t)e->offset, (uint64_t)e->result));
}

static inline void feature_write(struct use *u, const struct deed *e)
{
	u->writes += mapped_weight(e->call, e->aux);
	if (!e->spot.piece)
		deed_earliest(&u->first_write, e->start);
	deed_later(&u->last_write, &u->spot_write, e);
	deed_later(&u->last_touch, &u->spot_touch, e);
	u->copy |= e->call == AIOT_CALL_sendfile_out || e->call == AIOT_CALL_copy_file_range_out;
	if (e->result <= 0)
		return;
	u->write_bytes += (uint64_t)e->result;
	if (e->offset >= 0)
		deed_latest(&u->write_end, wrap_add((uint64_t)e->offset, (uint64_t)e->result));
}

/* A pass over one process. */
struct feature_lane {
	struct features *features;
	struct process *process;
	struct merge *merge;
	const struct stream *spared; /* whose times were; NULL = none */
	struct handles *handles;
	struct use *uses;      /* by file index */
	struct cache *cache;   /* may be NULL */
	const uint32_t *ranks; /* of names of storage files, else 0 */
	uint32_t *evidence;    /* by stack; NULL = no stacks */
};

static inline void feature_count(struct pattern *p, enum access kind, const struct deed *e)
{
	pattern_count(p, kind, e->result, (uint64_t)e->offset, e->size);
}

static void feature_seek(struct use *u, bool write, int64_t distance)
{
	if (!u->seeks)
		u->seeks = memory_get(2, sizeof *u->seeks);
	seeks_add(&u->seeks[write], distance);
}

/* Who copies a part of a mapped file touches its end first and goes back to where it begins,
 * behind all that came before. */
static bool feature_fills(const struct use *u, const struct deed *e)
{
	return mapped_is_around(e->call) && e->offset >= u->large_before;
}

/* Which way a read jumps that is not small among all: formats look up in little ones where the
 * rest is. */
static void feature_jump(struct use *u, bool write, const struct deed *e)
{
	uint64_t bytes = (uint64_t)e->result;

	if (write || 2 * bytes * u->reads < u->read_bytes)
		return;
	u->ahead += e->offset >= u->large_end ? bytes : 0;
	u->back += e->offset >= u->large_end || feature_fills(u, e) ? 0 : bytes;
	u->large_before = u->large_end;
	u->large_end = wrap_add((uint64_t)e->offset, bytes);
}

/* Accesses of events that say their stage themselves. */
static void feature_stated(const struct feature_lane *lane, const struct deed *e, enum access kind)
{
	struct pattern *stated = lane->features->stated[e->process->number];
	struct use *u = e->use;

	feature_count(&stated[e->stage < AIOT_STAGES ? e->stage : 0], kind, e);
	if (e->file && u->marks)
		feature_count(&u->marks->pattern[e->class == AIOT_CLASS_WRITE], kind, e);
}

static void feature_marked(const struct deed *e)
{
	struct use *u = e->use;

	if (!u->marks)
		u->marks = memory_get(1, sizeof *u->marks);
	u->marks->ops[e->class == AIOT_CLASS_WRITE][e->stage < AIOT_STAGES ? e->stage : 0] +=
	        mapped_weight(e->call, e->aux);
}

/* A read or write. */
static inline __attribute__((always_inline)) void feature_data(const struct feature_lane *lane,
                                                               const struct deed *e)
{
	bool write = e->class == AIOT_CLASS_WRITE;
	struct order *order = &lane->features->orders[e->process->number];
	struct use *u = e->use;
	bool moved = e->offset == 0;
	uint32_t rank;

	if (e->marked && e->file) {
		struct deed rare = *e; /* leaves e in registers */
		feature_marked(&rare);
	}
	if ((e->result | e->offset) >= 0) {
		struct step step = handles_access(lane->handles, e->process->number, e->handle,
		                                  write, e->offset, e->result);
		moved |= step.kind != ACCESS_CONSECUTIVE;
		if (mapped_is_around(e->call))
			step.kind = step_of_fault(step);
		feature_count(write ? &u->write : &u->read, step.kind, e);
		if (step.distance) {
			feature_seek(u, write, step.distance);
			feature_jump(u, write, e);
		}
		if (!e->file || e->marked) {
			struct deed rare = *e;
			feature_stated(lane, &rare, step.kind);
		}
	}
	rank = lane->ranks[e->file];
	if (write) {
		if (!u->writes) {
			u->read_before = order->bytes;
			u->switched_before = order->switches;
		}
		u->read_until = order->bytes;
		order->touched = rank ? rank : order->touched;
		feature_write(u, e);
		return;
	}
	feature_read(u, e);
	if (!rank || e->result <= 0)
		return;
	u->returns += moved && rank != order->touched;
	order->touched = rank;
	order_go_on(order, rank, (uint64_t)e->result);
}

#define COLUMN(name) (s->batch->column[AIOT_COLUMN_##name])

/* Found once a slice: what is written meanwhile might be these, for all that a
 * compiler knows. */
struct feature_rows {
	const struct process *process;
	struct use *uses;
	uint64_t clock, marked; /* marked: the flag that says so, 0 = marks are ignored */
	const uint64_t *start, *duration, *file, *handle, *aux, *size, *result, *offset, *call,
	        *stage, *flags;
};

static inline struct deed feature_event(const struct feature_rows *r, uint32_t i,
                                        const struct call *call, uint32_t spared)
{
	uint64_t start = spared ? 0 : r->start[i] + r->clock;
	uint32_t file = process_file(r->process, r->file[i]);

	return (struct deed){
	        .process = r->process,
	        .use = &r->uses[file],
	        .file = file,
	        .handle = (uint32_t)r->handle[i],
	        .aux = (uint32_t)r->aux[i],
	        .start = (int64_t)start,
	        .end = (int64_t)(start + (spared ? 0 : r->duration[i])),
	        .spot = {spared, spared ? i : 0},
	        .result = (int64_t)r->result[i],
	        .size = r->size[i],
	        .offset = (int64_t)r->offset[i],
	        .call = (uint16_t)r->call[i],
	        .class = call->class,
	        .stage = (uint8_t)r->stage[i],
	        .marked = r->flags[i] & r->marked,
	};
}

static void feature_learn(struct cache *cache, const struct feature_rows *r, uint32_t i,
                          const struct call *call)
{
	cache_learn(cache, &(struct cache_read){r->process, process_file(r->process, r->file[i]),
	                                        (uint8_t)r->flags[i], call, r->duration[i],
	                                        (int64_t)r->result[i]});
}

/* Rows from which on a record of use is fetched, long enough before it is
 * needed: where files are many and opened at random, it is far away. */
#define FEATURE_AHEAD 16u

static inline void feature_fetch(const struct feature_rows *r, uint32_t i)
{
	if (r->file[i] != r->file[i - 1])
		memory_fetch(&r->uses[process_file(r->process, r->file[i])], sizeof(struct use));
}

/* What may be the first of its kind in a file does, and what the page cache learns from. */
static inline bool feature_asks_time(const struct feature_lane *lane, const struct feature_rows *r,
                                     uint32_t i, const struct call *call)
{
	const struct use *u = &r->uses[process_file(r->process, r->file[i])];

	if (r->flags[i] & AIOT_EVENT_DIRECT && lane->cache)
		return true;
	switch (call->class) {
	case AIOT_CLASS_READ: return (int64_t)r->result[i] > 0 && !u->first_read;
	case AIOT_CLASS_WRITE: return !u->first_write;
	case AIOT_CLASS_OPEN: return (r->aux[i] & O_ACCMODE) != O_RDONLY && !u->first_open;
	default: return false;
	}
}

/* Apart, so that those of reads and writes stay in registers. */
static __attribute__((noinline)) void feature_other(const struct feature_rows *r, uint32_t i,
                                                    const struct call *call, uint32_t spared)
{
	struct deed e = feature_event(r, i, call, spared);

	deed_tell(&e);
}

/* From a row on; where their times were spared, up to one that asks for its time. Returns
 * the row behind. Each of its two uses is compiled for itself. */
static inline __attribute__((always_inline)) uint32_t feature_run(const struct feature_lane *lane,
                                                                  const struct feature_rows *r,
                                                                  const struct slice *s, uint32_t i,
                                                                  uint32_t spared)
{
	for (; i < s->end; i++) {
		const struct call *call = process_call(r->process, r->call[i]);
		if (s->end - i > FEATURE_AHEAD)
			feature_fetch(r, i + FEATURE_AHEAD);
		if (call_is_again(call))
			continue;
		if (spared && feature_asks_time(lane, r, i, call))
			break;
		if (call->class == AIOT_CLASS_READ || call->class == AIOT_CLASS_WRITE) {
			const struct deed e = feature_event(r, i, call, spared);
			feature_data(lane, &e);
		} else {
			feature_other(r, i, call, spared);
		}
		if (r->flags[i] & AIOT_EVENT_DIRECT && lane->cache)
			feature_learn(lane->cache, r, i, call);
	}
	return i;
}

static void feature_slice(struct feature_lane *lane, const struct slice *s)
{
	struct feature_rows r = {
	        .process = lane->process,
	        .uses = lane->uses,
	        .clock = (uint64_t)lane->process->clock,
	        .marked = lane->features->recording->ignore_marks ? 0 : AIOT_EVENT_MARKED,
	        .start = COLUMN(START),
	        .duration = COLUMN(DURATION),
	        .file = COLUMN(FILE),
	        .handle = COLUMN(HANDLE),
	        .aux = COLUMN(AUX),
	        .result = COLUMN(RESULT),
	        .size = COLUMN(SIZE),
	        .offset = COLUMN(OFFSET),
	        .call = COLUMN(CALL),
	        .stage = COLUMN(STAGE),
	        .flags = COLUMN(FLAGS)};
	uint32_t i = s->begin;

	if (!(s->batch->have & BATCH_WANT(START))) {
		lane->spared = s->stream;
		i = feature_run(lane, &r, s, i, (uint32_t)s->piece + 1);
		if (i == s->end || merge_times(lane->merge))
			return;
		r.start = COLUMN(START);
		r.duration = COLUMN(DURATION);
	}
	feature_run(lane, &r, s, i, 0);
}

/* The ranks of storage files alone. */
static uint32_t *feature_storage(const struct features *f, const struct process *p)
{
	uint32_t *ranks = memory_get(p->file_count, sizeof *ranks);

	for (size_t k = 0; k < p->file_count; k++)
		if (system_is_not(f->recording, process_file_at(p, k)))
			ranks[k] = process_file_at(p, k)->rank;
	return ranks;
}

/* The pass over all processes, each by itself. */
struct feature_pass {
	struct features *features;
	struct merge **merges;          /* by process number */
	struct merge_buffers **buffers; /* by worker */
	struct use_rooms *rooms;        /* for records of use, by worker */
	struct handles **handles;       /* likewise */
	struct shapes_near *shapes;     /* likewise */
	struct cache *cache, **caches;  /* for all, and by worker */
};

/* Keeps a process's records. */
static void feature_keep(struct features *f, const struct process *p, const struct use *uses,
                         struct shapes_near *near)
{
	struct use_slot *slots = f->uses[p->number] = memory_get(p->file_count, sizeof *slots);

	for (size_t i = 0; i < p->file_count; i++)
		slots[i] = use_keep(&uses[i], f->shapes, near);
}

static void feature_process(void *context, size_t number, unsigned worker)
{
	struct feature_pass *pass = context;
	struct features *f = pass->features;
	struct recording *r = f->recording;
	uint32_t *ranks = feature_storage(pass->features, &r->processes[number]);
	struct feature_lane lane = {.features = pass->features,
	                            .process = &r->processes[number],
	                            .ranks = ranks,
	                            .evidence = evidence_of_stacks(&r->processes[number].stacks)};
	struct slice slice;

	if (!pass->buffers[worker]) {
		pass->buffers[worker] = merge_buffers_new();
		pass->handles[worker] = handles_new();
		pass->caches[worker] = pass->cache ? cache_like(pass->cache) : NULL;
	}
	merge_lend(pass->merges[number], pass->buffers[worker]);
	merge_spare_times(pass->merges[number]);
	lane.merge = pass->merges[number];
	lane.handles = pass->handles[worker];
	lane.uses = use_room(pass->rooms, lane.process->file_count, worker);
	lane.cache = pass->caches[worker];
	while (merge_next(pass->merges[number], &slice)) {
		feature_slice(&lane, &slice);
		if (lane.evidence)
			f->evidence[number] |= use_say(lane.uses, &slice, lane.evidence);
	}
	if (lane.spared)
		spared_tell(lane.merge, lane.process, lane.spared, lane.uses);
	feature_keep(f, lane.process, lane.uses, &pass->shapes[worker]);
	use_room_back(pass->rooms, lane.process->file_count, lane.uses);
	free(lane.evidence);
	free(ranks);
}

static void feature_all(struct features *f, struct cache *cache)
{
	struct recording *r = f->recording;
	unsigned workers = parallel_workers();
	struct feature_pass pass = {.features = f, .cache = cache};

	pass.merges = memory_get(r->count, sizeof *pass.merges);
	pass.buffers = memory_get(workers, sizeof *pass.buffers);
	pass.handles = memory_get(workers, sizeof *pass.handles);
	pass.rooms = use_rooms_new(workers);
	pass.shapes = memory_get(workers, sizeof *pass.shapes);
	pass.caches = memory_get(workers, sizeof *pass.caches);
	for (size_t i = 0; i < r->count; i++)
		pass.merges[i] = merge_new(r, BATCH_ALL, &r->processes[i]);
	parallel_for(r->count, feature_process, &pass);
	for (size_t i = 0; i < r->count; i++)
		merge_free(pass.merges[i]);
	for (unsigned i = 0; i < workers; i++) {
		merge_buffers_free(pass.buffers[i]);
		handles_free(pass.handles[i]);
		if (pass.caches[i])
			cache_move(cache, pass.caches[i]);
	}
	if (cache)
		cache_fit(cache);
	free(pass.merges);
	free(pass.buffers);
	free(pass.handles);
	use_rooms_free(pass.rooms);
	free(pass.shapes);
	free(pass.caches);
}

struct features *features_find(struct recording *r, struct cache *cache)
{
	struct features *f = memory_get(1, sizeof *f);

	f->recording = r;
	f->uses = memory_get(r->count, sizeof *f->uses);
	f->shapes = shapes_new();
	f->orders = memory_get(r->count, sizeof *f->orders);
	f->stated = memory_get(r->count, sizeof *f->stated);
	f->evidence = memory_get(r->count, sizeof *f->evidence);
	ranks_find(r);
	feature_all(f, cache);
	return f;
}

void features_free(struct features *f)
{
	for (size_t i = 0; i < f->recording->count; i++)
		use_free(f->uses[i], f->recording->processes[i].file_count);
	free(f->uses);
	shapes_free(f->shapes);
	free(f->orders);
	free(f->stated);
	free(f->evidence);
	free(f);
}
