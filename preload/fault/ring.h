/* SPDX-License-Identifier: Apache-2.0
 *
 * One thread's page faults as the kernel tells them: two events of perf, each
 * with a ring of memory that it fills. `all` has a record of each fault when it
 * begins, `major` one when a fault that waited for storage ends. A ring's
 * mapping keeps its event alive, so that no descriptor is held; newer kernels
 * let no two events share a ring. Not thread-safe: watch.c holds the lock.
 */
#ifndef PRELOAD_RING_H
#define PRELOAD_RING_H

#include <stdbool.h>
#include <stdint.h>

struct ring {
	void *page; /* NULL: not open */
	uint64_t mask;
	uint64_t head; /* as of ring_look */
	uint64_t base; /* faults before there was a ring to tell them in */
	uint32_t pages;
	uint8_t shift; /* it tells one fault of 2^shift */
};

enum ring_kind { RING_ALL, RING_MAJOR };

struct ring_record {
	uint32_t type; /* PERF_RECORD_* */
	uint64_t time; /* CLOCK_MONOTONIC; of a sample */
	uint64_t address;
	uint64_t lost; /* of PERF_RECORD_LOST */
	uint32_t tid;  /* of PERF_RECORD_FORK and EXIT: the thread made, or ended */
};

/* Which system call failed. */
enum ring_step { RING_STEP_OPEN = 1, RING_STEP_MAP };

/* Opens a ring of at most `pages` (a power of two) for a thread of this
 * process; of fewer, where the kernel allows no more. Returns 0 or -errno. */
int ring_open(struct ring *ring, enum ring_kind kind, uint32_t tid, uint32_t pages, uint8_t shift,
              enum ring_step *failed);
void ring_close(struct ring *ring);

/* Bytes of records that were not read; 0 where it is not open. */
uint64_t ring_filled(const struct ring *ring);
static inline uint64_t ring_bytes(const struct ring *ring)
{
	return ring->mask + 1;
}

/* Faults that the kernel has counted, told or not: as of when the thread last
 * began to run on a processor, or later. */
uint64_t ring_counted(const struct ring *ring);

/* Whether another record may not fit, as of ring_look. */
bool ring_is_full(const struct ring *ring);

/* Fixes what ring_peek goes up to: records that are complete now. */
void ring_look(struct ring *ring);

/* Copies the next record without taking it; false if there is none. */
bool ring_peek(const struct ring *ring, struct ring_record *record);
void ring_take(struct ring *ring);

#endif
