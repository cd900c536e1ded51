/* SPDX-License-Identifier: Apache-2.0
 *
 * Loops over slices, a branch a class of call; nothing here judges.
 */
#include "stage/intake.h"

#include <fcntl.h>

#include "base/memory.h"
#include "base/wrap.h"
#include "measure/mapped.h"
#include "stage/deed.h"
#include "stage/way.h"

static inline void intake_read(struct use *u, const struct deed *e)
{
	u->reads += mapped_weight(e->call, e->aux);
	u->copied += way_copies(e->call);
	if (e->result <= 0)
		return;
	if (!e->spot.piece)
		deed_earliest(&u->first_read, e->start);
	deed_later(&u->last_read, &u->spot_read, e);
	if (u->writes && !u->read_again && !u->spot_again.piece) {
		u->read_again = e->start;
		u->spot_again = e->spot;
	}
	u->read_bytes += (uint64_t)e->result;
	u->copied_bytes += way_copies(e->call) ? (uint64_t)e->result : 0;
	u->begins += e->offset == 0;
	if (e->offset >= 0)
		deed_latest(&u->read_end, wrap_add((uint64_t)e->offset, (uint64_t)e->result));
}

static inline void intake_write(struct use *u, const struct deed *e)
{
	u->writes += mapped_weight(e->call, e->aux);
	if (!e->spot.piece)
		deed_earliest(&u->first_write, e->start);
	deed_later(&u->last_write, &u->spot_write, e);
	deed_later(&u->last_touch, &u->spot_touch, e);
	u->read_amid = u->read_bytes;
	u->reopened = false;
	u->read_again = 0;
	u->spot_again = (struct use_spot){0};
	u->copy |= e->call == AIOT_CALL_sendfile_out || e->call == AIOT_CALL_copy_file_range_out;
	if (e->result <= 0)
		return;
	u->write_bytes += (uint64_t)e->result;
	if (e->offset >= 0)
		deed_latest(&u->write_end, wrap_add((uint64_t)e->offset, (uint64_t)e->result));
}

static inline void intake_count(struct pattern *p, enum access kind, const struct deed *e)
{
	pattern_count(p, kind, e->result, (uint64_t)e->offset, e->size);
}

static void intake_seek(const struct intake *in, struct use *u, bool write, int64_t distance)
{
	if (!in->seeks)
		return;
	if (!u->seeks)
		u->seeks = memory_get(2, sizeof *u->seeks);
	seeks_add(&u->seeks[write], distance);
}

/* Who copies a part of a mapped file touches its end first and goes back to where it begins,
 * behind all that came before. */
static bool intake_fills(const struct use *u, const struct deed *e)
{
	return mapped_is_around(e->call) && e->offset >= u->large_before;
}

/* Which way a read jumps that is not small among all: formats look up in little ones where the
 * rest is. */
static void intake_jump(struct use *u, bool write, const struct deed *e)
{
	uint64_t bytes = (uint64_t)e->result;

	if (write || 2 * bytes * u->reads < u->read_bytes)
		return;
	u->ahead += e->offset >= u->large_end ? bytes : 0;
	u->back += e->offset >= u->large_end || intake_fills(u, e) ? 0 : bytes;
	u->large_before = u->large_end;
	u->large_end = wrap_add((uint64_t)e->offset, bytes);
}

/* Accesses of events that say their stage themselves. */
static void intake_stated(const struct intake *in, const struct deed *e, enum access kind)
{
	struct pattern *stated = in->features->stated[e->process->number];
	struct use *u = e->use;

	intake_count(&stated[e->stage < AIOT_STAGES ? e->stage : 0], kind, e);
	if (e->file && u->marks)
		intake_count(&u->marks->pattern[e->class == AIOT_CLASS_WRITE], kind, e);
}

static void intake_marked(const struct deed *e)
{
	struct use *u = e->use;

	if (!u->marks)
		u->marks = memory_get(1, sizeof *u->marks);
	u->marks->ops[e->class == AIOT_CLASS_WRITE][e->stage < AIOT_STAGES ? e->stage : 0] +=
	        mapped_weight(e->call, e->aux);
}

/* A read or write. */
static inline __attribute__((always_inline)) void intake_data(const struct intake *in,
                                                              const struct deed *e)
{
	bool write = e->class == AIOT_CLASS_WRITE;
	struct order *order = &in->features->orders[e->process->number];
	struct use *u = e->use;
	bool moved = e->offset == 0;
	uint32_t rank;

	if (e->marked && e->file) {
		struct deed rare = *e; /* leaves e in registers */
		intake_marked(&rare);
	}
	if ((e->result | e->offset) >= 0) {
		struct step step = handles_access(in->handles, e->process->number, e->handle, write,
		                                  e->offset, e->result);
		moved |= step.kind != ACCESS_CONSECUTIVE;
		if (mapped_is_around(e->call))
			step.kind = step_of_fault(step);
		intake_count(write ? &u->write : &u->read, step.kind, e);
		if (step.distance) {
			intake_seek(in, u, write, step.distance);
			intake_jump(u, write, e);
		}
		if (!e->file || e->marked) {
			struct deed rare = *e;
			intake_stated(in, &rare, step.kind);
		}
	}
	rank = in->ranks[e->file];
	if (write) {
		if (!u->writes) {
			u->read_before = order->bytes;
			u->switched_before = order->switches;
		}
		u->read_until = order->bytes;
		order->touched = rank ? rank : order->touched;
		intake_write(u, e);
		return;
	}
	intake_read(u, e);
	if (!rank || e->result <= 0)
		return;
	u->returns += moved && rank != order->touched;
	order->touched = rank;
	order_go_on(order, rank, (uint64_t)e->result);
}

#define COLUMN(name) (s->batch->column[AIOT_COLUMN_##name])

/* Found once a slice: what is written meanwhile might be these, for all that a
 * compiler knows. */
struct intake_rows {
	const struct process *process;
	struct use *uses;
	uint64_t clock, marked; /* marked: the flag that says so, 0 = marks are ignored */
	const uint64_t *start, *duration, *file, *handle, *aux, *size, *result, *offset, *call,
	        *stage, *flags;
};

static inline struct deed intake_event(const struct intake_rows *r, uint32_t i,
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

static void intake_learn(struct cache *cache, const struct intake_rows *r, uint32_t i,
                         const struct call *call)
{
	cache_learn(cache, &(struct cache_read){r->process, process_file(r->process, r->file[i]),
	                                        (uint8_t)r->flags[i], call, r->duration[i],
	                                        (int64_t)r->result[i]});
}

/* Rows from which on a record of use is fetched, long enough before it is
 * needed: where files are many and opened at random, it is far away. */
#define INTAKE_AHEAD 16u

static inline void intake_fetch(const struct intake_rows *r, uint32_t i)
{
	if (r->file[i] != r->file[i - 1])
		memory_fetch(&r->uses[process_file(r->process, r->file[i])], sizeof(struct use));
}

/* What may be the first of its kind in a file does, and what the page cache learns from. */
static inline bool intake_asks_time(const struct intake *in, const struct intake_rows *r,
                                    uint32_t i, const struct call *call)
{
	const struct use *u = &r->uses[process_file(r->process, r->file[i])];

	if (r->flags[i] & AIOT_EVENT_DIRECT && in->cache)
		return true;
	switch (call->class) {
	case AIOT_CLASS_READ: return (int64_t)r->result[i] > 0 && !u->first_read;
	case AIOT_CLASS_WRITE: return !u->first_write;
	case AIOT_CLASS_OPEN: return (r->aux[i] & O_ACCMODE) != O_RDONLY && !u->first_open;
	default: return false;
	}
}

/* Apart, so that those of reads and writes stay in registers. */
static __attribute__((noinline)) void intake_other(const struct intake_rows *r, uint32_t i,
                                                   const struct call *call, uint32_t spared)
{
	struct deed e = intake_event(r, i, call, spared);

	deed_tell(&e);
}

/* From a row on; where their times were spared, up to one that asks for its time. Returns
 * the row behind. Each of its two uses is compiled for itself. */
static inline __attribute__((always_inline)) uint32_t intake_run(const struct intake *in,
                                                                 const struct intake_rows *r,
                                                                 const struct slice *s, uint32_t i,
                                                                 uint32_t spared)
{
	for (; i < s->end; i++) {
		const struct call *call = process_call(r->process, r->call[i]);
		if (s->end - i > INTAKE_AHEAD)
			intake_fetch(r, i + INTAKE_AHEAD);
		if (call_is_again(call))
			continue;
		if (spared && intake_asks_time(in, r, i, call))
			break;
		if (call->class == AIOT_CLASS_READ || call->class == AIOT_CLASS_WRITE) {
			const struct deed e = intake_event(r, i, call, spared);
			intake_data(in, &e);
		} else {
			intake_other(r, i, call, spared);
		}
		if (r->flags[i] & AIOT_EVENT_DIRECT && in->cache)
			intake_learn(in->cache, r, i, call);
	}
	return i;
}

void intake_slice(struct intake *in, const struct slice *s)
{
	struct intake_rows r = {.process = in->process,
	                        .uses = in->uses,
	                        .clock = (uint64_t)in->process->clock,
	                        .marked = in->features->recording->ignore_marks ? 0
	                                                                        : AIOT_EVENT_MARKED,
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
		in->spared = s->stream;
		i = intake_run(in, &r, s, i, (uint32_t)s->piece + 1);
		if (i == s->end || merge_times(in->merge))
			return;
		r.start = COLUMN(START);
		r.duration = COLUMN(DURATION);
	}
	intake_run(in, &r, s, i, 0);
}
