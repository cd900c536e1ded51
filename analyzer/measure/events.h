/* SPDX-License-Identifier: Apache-2.0
 *
 * Events of one process, in order of start, as columns in the units that
 * analyses work in. What a call says again (call_is_again) is left out.
 */
#ifndef EVENTS_H
#define EVENTS_H

#include <stdint.h>

#include "base/histogram.h"
#include "measure/mapped.h"
#include "read/merge.h"

/* Rows at a time: all columns of so many stay in a core's own cache. */
#define EVENTS_MOST 1024u

struct events {
	const struct process *process;
	uint32_t count;
	bool mapped; /* some rows may be faults or what brought pages in without: few have them */
	/* CLOCK_REALTIME in ns; end = start + duration, modulo 2^64 */
	int64_t start[EVENTS_MOST], end[EVENTS_MOST];
	uint64_t duration[EVENTS_MOST];
	uint16_t bucket[EVENTS_MOST]; /* of the duration: histogram_bucket */
	/* As FORMAT.md has them; undefined where the pass does not read them. */
	uint64_t size[EVENTS_MOST];
	int64_t result[EVENTS_MOST], offset[EVENTS_MOST];
	uint64_t bytes[EVENTS_MOST]; /* moved: of reads and writes the result, where positive */
	uint32_t file[EVENTS_MOST];  /* index in the process's files */
	uint32_t handle[EVENTS_MOST], aux[EVENTS_MOST];
	uint32_t stack[EVENTS_MOST]; /* id in the trace */
	uint32_t tid[EVENTS_MOST];   /* of a fault, the thread that faulted */
	uint16_t call[EVENTS_MOST];
	uint8_t class[EVENTS_MOST];  /* of the call */
	uint8_t stage[EVENTS_MOST];  /* the writer's guess, then the verdict (stages_fill) */
	uint8_t flags[EVENTS_MOST];  /* enum aiot_event_flag */
	uint8_t cached[EVENTS_MOST]; /* enum cache_answer, of reads; by cache_add */
};

/* Columns that are always read. */
#define EVENTS_COLUMNS (BATCH_ALL & ~(BATCH_WANT(STACK) | BATCH_WANT(OFFSET)))

static inline const struct call *events_call(const struct events *e, uint32_t i)
{
	return process_call(e->process, e->call[i]);
}

static inline bool events_data(const struct events *e, uint32_t i)
{
	return e->class[i] == AIOT_CLASS_READ || e->class[i] == AIOT_CLASS_WRITE;
}

/* Operations that a row stands for: 1, but for faults. */
static inline uint64_t events_weight(const struct events *e, uint32_t i)
{
	return mapped_weight(e->call[i], e->aux[i]);
}

/* Adds rows of a slice, from begin on, behind those that are there, which must
 * be of the same process. Returns how many rows were taken; fewer than there
 * are only where the room is used up. */
uint32_t events_take(struct events *events, const struct slice *slice, uint32_t begin);

#endif
