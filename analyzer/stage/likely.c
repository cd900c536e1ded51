/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/likely.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"

#define LIKELY_BITS 12

struct likely_last {
	uint64_t key;
	uint32_t stack; /* 0 = none yet */
};

struct likely_stack {
	uint64_t python; /* a number for its Python frames, 0 = none */
	bool native;
};

struct likely {
	struct likely_stack *stacks;                /* by index */
	struct likely_last last[1u << LIKELY_BITS]; /* a hash decides on the place */
};

static uint64_t likely_mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
	return hash ^ hash >> 32;
}

/* Frames that differ by their ids alone are the same: they are compared by what
 * they say. */
static struct likely_stack likely_of(const struct stacks *stacks, uint32_t stack)
{
	struct likely_stack of = {0};

	for (uint32_t i = 0; i < stacks->stacks[stack].count; i++) {
		const struct frame *frame = stacks_frame(stacks, stack, i);
		if (frame->kind == AIOT_FRAME_NATIVE)
			of.native = true;
		else
			of.python = likely_mix(of.python ^ frame->line,
			                       (uint64_t)frame->file << 32 | frame->qualified) |
			            1;
	}
	return of;
}

struct likely *likely_new(const struct stacks *stacks)
{
	struct likely *likely;
	bool native = false;

	for (size_t i = 1; i < stacks->frame_count && !native; i++)
		native = stacks->frames[i].kind == AIOT_FRAME_NATIVE;
	if (!native)
		return NULL;
	likely = memory_get(1, sizeof *likely);
	likely->stacks = memory_get(stacks->count, sizeof *likely->stacks);
	for (uint32_t i = 1; i < stacks->count; i++)
		likely->stacks[i] = likely_of(stacks, i);
	return likely;
}

void likely_free(struct likely *likely)
{
	if (likely)
		free(likely->stacks);
	free(likely);
}

uint32_t likely_stack(struct likely *likely, uint32_t stack, uint32_t handle, uint16_t call)
{
	const struct likely_stack *own = &likely->stacks[stack];
	uint64_t key = likely_mix(own->python, (uint64_t)handle << 16 | call);
	struct likely_last *last = &likely->last[key >> (64 - LIKELY_BITS)];

	if (own->native)
		*last = (struct likely_last){key, stack};
	return !own->native && last->stack && last->key == key ? last->stack : stack;
}
