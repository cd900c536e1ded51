/* SPDX-License-Identifier: Apache-2.0
 *
 * From decoded columns to those of analyses. A loop a column, without
 * branches, so that a compiler makes vector code of it.
 */
#include "measure/events.h"

#include <string.h>

#include "base/vector.h"
#include "base/wrap.h"

#define COLUMN(name) (s->batch->column[AIOT_COLUMN_##name] + begin)

VECTOR static void events_64(uint64_t *restrict to, const uint64_t *restrict from, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		to[i] = from[i];
}

VECTOR static void events_32(uint32_t *restrict to, const uint64_t *restrict from, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		to[i] = (uint32_t)from[i];
}

VECTOR static void events_16(uint16_t *restrict to, const uint64_t *restrict from, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		to[i] = (uint16_t)from[i];
}

VECTOR static void events_8(uint8_t *restrict to, const uint64_t *restrict from, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		to[i] = (uint8_t)from[i];
}

VECTOR static void events_times(int64_t *restrict start, int64_t *restrict end,
                                const uint64_t *restrict mono, const uint64_t *restrict duration,
                                uint64_t clock, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		start[i] = (int64_t)(mono[i] + clock);
		end[i] = (int64_t)(mono[i] + clock + duration[i]);
	}
}

VECTOR static void events_bytes(uint64_t *restrict bytes, const int64_t *restrict result,
                                const uint8_t *restrict class, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		bool data = (class[i] == AIOT_CLASS_READ) | (class[i] == AIOT_CLASS_WRITE);
		bytes[i] = (data & (result[i] > 0)) ? (uint64_t)result[i] : 0;
	}
}

/* Four at a time; a compiler does not find this by itself. */
typedef uint64_t events_four __attribute__((vector_size(32), aligned(8)));
typedef double events_real __attribute__((vector_size(32), aligned(8)));
#define EVENTS_FOUR 4u

/* A double is as a histogram's bucket is: an exponent, and behind it the highest bits. */
#define EVENTS_REAL  UINT64_C(0x4330000000000000) /* 2^52; or'ed with what is less: the sum */
#define EVENTS_UNDER ((UINT64_C(1023) + 5) * 64)

VECTOR static void events_buckets(uint16_t *restrict bucket, const uint64_t *restrict duration,
                                  uint32_t n)
{
	uint32_t i = 0;

	for (; i + EVENTS_FOUR <= n; i += EVENTS_FOUR) {
		events_four ns, small, of;
		memcpy(&ns, duration + i, sizeof ns);
		of = (events_four)((events_real)(ns | EVENTS_REAL) - 0x1p52);
		small = (events_four)(ns < 64);
		of = (small & ns) | (~small & ((of >> 46) - EVENTS_UNDER));
		for (unsigned k = 0; k < EVENTS_FOUR; k++)
			bucket[i + k] = (uint16_t)of[k];
		if (__builtin_expect((ns[0] | ns[1] | ns[2] | ns[3]) >> 52 != 0, 0))
			break;
	}
	for (; i < n; i++)
		bucket[i] = (uint16_t)histogram_bucket(duration[i]);
}

VECTOR static bool events_mapped(const uint16_t *call, uint32_t n)
{
	uint16_t any = 0;

	for (uint32_t i = 0; i < n; i++)
		any |= (uint16_t)((call[i] >= AIOT_CALL_fault_major) &
		                  (call[i] <= AIOT_CALL_populate_ahead));
	return any;
}

static void events_files(uint32_t *file, const struct process *p, const uint64_t *ids, uint32_t n)
{
	const struct id_table table = *p->file_ids;

	for (uint32_t i = 0; i < n; i++)
		file[i] = id_table_get(&table, ids[i]);
}

/* What some of the rows are, seldom, and then costs a look at each. */
struct events_rare {
	bool again, fault;
};

static struct events_rare events_classes(uint8_t *class, const struct process *p,
                                         const uint64_t *ids, uint32_t n)
{
	const struct call *calls = p->calls;
	size_t count = p->call_count;
	unsigned levels = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct call *call = &process_unknown_call;
		if (ids[i] < count && calls[ids[i]].known)
			call = &calls[ids[i]];
		class[i] = call->class;
		levels |= 1u << (call->level & 31);
	}
	return (struct events_rare){levels >> AIOT_LEVEL_STDIO & 1, levels >> AIOT_LEVEL_MMAP & 1};
}

VECTOR static void events_fill(uint32_t *to, uint32_t value, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		to[i] = value;
}

/* Faults were written down by another thread than the one that took them. */
static void events_faulters(struct events *e, uint32_t at, uint32_t n)
{
	for (uint32_t i = at; i < at + n; i++)
		if (mapped_is_fault(e->call[i]))
			e->tid[i] = e->aux[i] & AIOT_FAULT_TID;
}

static void events_move(struct events *e, uint32_t to, uint32_t from)
{
	e->start[to] = e->start[from];
	e->end[to] = e->end[from];
	e->duration[to] = e->duration[from];
	e->size[to] = e->size[from];
	e->result[to] = e->result[from];
	e->offset[to] = e->offset[from];
	e->file[to] = e->file[from];
	e->handle[to] = e->handle[from];
	e->aux[to] = e->aux[from];
	e->stack[to] = e->stack[from];
	e->call[to] = e->call[from];
	e->class[to] = e->class[from];
	e->stage[to] = e->stage[from];
	e->flags[to] = e->flags[from];
}

static uint32_t events_leave_out(struct events *e, uint32_t at, uint32_t n)
{
	uint32_t to = at;

	for (uint32_t i = at; i < at + n; i++) {
		if (call_is_again(events_call(e, i)))
			continue;
		if (to < i)
			events_move(e, to, i);
		to++;
	}
	return to - at;
}

uint32_t events_take(struct events *e, const struct slice *s, uint32_t begin)
{
	uint32_t at = e->count, n = s->end - begin, taken;
	struct events_rare rare;

	taken = n = n < EVENTS_MOST - at ? n : EVENTS_MOST - at;
	e->process = s->process;
	events_times(e->start + at, e->end + at, COLUMN(START), COLUMN(DURATION),
	             (uint64_t)s->process->clock, n);
	events_64(e->duration + at, COLUMN(DURATION), n);
	events_64(e->size + at, COLUMN(SIZE), n);
	events_64((uint64_t *)e->result + at, COLUMN(RESULT), n);
	if (s->batch->have & BATCH_WANT(OFFSET))
		events_64((uint64_t *)e->offset + at, COLUMN(OFFSET), n);
	events_32(e->handle + at, COLUMN(HANDLE), n);
	events_32(e->aux + at, COLUMN(AUX), n);
	if (s->batch->have & BATCH_WANT(STACK))
		events_32(e->stack + at, COLUMN(STACK), n);
	events_16(e->call + at, COLUMN(CALL), n);
	events_8(e->stage + at, COLUMN(STAGE), n);
	events_8(e->flags + at, COLUMN(FLAGS), n);
	events_files(e->file + at, s->process, COLUMN(FILE), n);
	rare = events_classes(e->class + at, s->process, COLUMN(CALL), n);
	if (rare.again)
		n = events_leave_out(e, at, n);
	events_fill(e->tid + at, s->stream->tid, n);
	events_buckets(e->bucket + at, e->duration + at, n);
	e->mapped = (at && e->mapped) || events_mapped(e->call + at, n);
	if (rare.fault)
		events_faulters(e, at, n);
	events_bytes(e->bytes + at, e->result + at, e->class + at, n);
	e->count += n;
	return taken;
}
