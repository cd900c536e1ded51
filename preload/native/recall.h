/* SPDX-License-Identifier: Apache-2.0
 *
 * Stacks that were walked lately: what each step depended on, words of the stack
 * and where they were. Where all of them still are, it is the same stack, which
 * a comparison tells in a fraction of a walk's time. In memory that fork wipes;
 * no locks, signal-safe.
 */
#ifndef PRELOAD_NATIVE_RECALL_H
#define PRELOAD_NATIVE_RECALL_H

#include <stdbool.h>
#include <stdint.h>

#include "native/reach.h"

#define RECALL_WORDS 124

struct recall_word {
	uintptr_t at, word;
};

struct recall {
	uint32_t version; /* odd while it is written; atomic */
	uint32_t count;   /* RECALL_WORDS + 1: more than fit */
	uintptr_t sp;     /* of the walk's beginning … */
	uintptr_t fp;     /* … and the frame pointer, where that matters */
	bool needs_fp;
	uint64_t hash; /* 0 = nothing */
	uint32_t cost; /* ticks that a comparison takes, as was measured now and then */
	uint32_t uses;
	struct recall_word words[RECALL_WORDS];
};

/* Returns 0 or -errno. */
int recall_prepare(void);

/* The number of the stack that is known by what lies there now, 0 where there is
 * none; `ticks` is the time when the look for it began, and then what it took. */
uint64_t recall_find(const struct reach *reach, uintptr_t sp, uintptr_t fp, uint64_t *ticks);

/* Where to put what a walk depends on, until recall_end; NULL where another
 * thread is at it. */
struct recall *recall_take(uintptr_t sp, uintptr_t fp);

static inline void recall_add(struct recall *recall, uintptr_t at, uintptr_t word)
{
	if (!recall || recall->count > RECALL_WORDS)
		return;
	if (recall->count < RECALL_WORDS)
		recall->words[recall->count] = (struct recall_word){at, word};
	recall->count++;
}

static inline void recall_need_fp(struct recall *recall)
{
	if (recall)
		recall->needs_fp = true;
}

/* The walk's result, 0 for none, and what it took. */
void recall_end(struct recall *recall, uint64_t hash, uint64_t ticks);

#endif
