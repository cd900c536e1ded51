/* SPDX-License-Identifier: Apache-2.0
 *
 * Small numbers for large ones that are met again and again: a table of fixed
 * size without locks, in memory that fork wipes. Any thread, signal-safe.
 */
#ifndef PRELOAD_INTERN_H
#define PRELOAD_INTERN_H

#include <stdbool.h>
#include <stdint.h>

#define INTERN_BITS 18
#define INTERN_MOST (1u << (INTERN_BITS - 1)) /* ids that a table gives out */

struct intern {
	struct intern_slot *slots;
	uint32_t last;   /* id given out */
	uint64_t denied; /* look-ups of what came when all were given out */
};

/* Returns 0 or -errno. */
int intern_prepare(struct intern *table);

/* A forked child begins with an empty one. */
void intern_forget(struct intern *table);

/* The id of `key`, which is not 0, from 1 on; the same each time. `fresh` says
 * whether this is the first time: the caller then defines it. 0 where all ids are
 * given out. */
uint32_t intern_id(struct intern *table, uint64_t key, bool *fresh);

#endif
