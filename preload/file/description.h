/* SPDX-License-Identifier: Apache-2.0
 *
 * Open file descriptions: what dup and fork share, above all the position.
 * They lie in memory that parent and child share, so that each sees how far
 * the other has read.
 */
#ifndef PRELOAD_DESCRIPTION_H
#define PRELOAD_DESCRIPTION_H

#include <stdint.h>

enum description_traits {
	DESCRIPTION_SEEKABLE = 1,
	DESCRIPTION_APPEND = 2,
	DESCRIPTION_ASK = 4,         /* others move the position: ask the kernel for it */
	DESCRIPTION_UNWANTED = 8,    /* filtered out */
	DESCRIPTION_EMPTY = 16,      /* the opening made the file, or emptied it */
	DESCRIPTION_CUFILE = 32,     /* cuFile may read and write it by calls of its own */
	DESCRIPTION_DIRECT = 64,     /* O_DIRECT: past the page cache */
	DESCRIPTION_UNCOUNTED = 128, /* the kernel does not count its cached pages for us */
};

/* A cache line each: threads that read different files don't slow each other. */
struct description {
	int64_t position __attribute__((
	        aligned(64))); /* bytes: where the next read or write begins; atomic */
	uint32_t references;   /* descriptors in all processes; atomic; 0 = free */
	uint32_t handle;       /* its number in the trace */
	uint32_t traits;       /* atomic */
	uint64_t number;       /* of the file (stale.h), once it was asked for; atomic */
	/* Bytes: where the last read that fetched any was, and how far it may have fetched;
	 * 0 = nothing yet. For a guess: not exact. */
	int64_t fetched_from, fetched_to;
};

/* Takes a free one, with one reference. NULL without memory. Lock-free. */
struct description *description_new(uint32_t traits);

/* How many numbers were given out: while io_uring is used, later ones are of later openings. */
uint32_t description_numbers(void);

static inline void description_hold(struct description *held)
{
	__atomic_fetch_add(&held->references, 1, __ATOMIC_RELAXED);
}

static inline void description_drop(struct description *held)
{
	__atomic_fetch_sub(&held->references, 1, __ATOMIC_RELEASE);
}

/* A forked child makes its own from now on; the parent's stay shared. */
void description_forget(void);

#endif
