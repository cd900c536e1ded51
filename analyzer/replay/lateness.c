/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/lateness.h"

#include <stdlib.h>

#include "base/memory.h"

struct lateness_lane {
	const struct run *run;
	const struct lane *lane;
	const struct outcome *outcomes;
	struct outcome *const *all; /* of this client's lanes */
	size_t next;                /* hold */
	uint64_t idle_ns;           /* when the thread could have gone on */
	uint64_t *ends;             /* of asynchronous operations that may be under way */
	size_t under_way, room;
};

static uint64_t lateness_end(const struct outcome *o)
{
	return o->start_ns + short_to_ns(o->duration);
}

/* When what other threads do before it had been done. */
static uint64_t lateness_held(struct lateness_lane *l, uint32_t i)
{
	uint64_t last = 0;

	for (; l->next < l->lane->hold_count && l->lane->holds[l->next].op <= i; l->next++) {
		const struct hold *h = &l->lane->holds[l->next];
		const struct lane *other = &l->run->plan->lanes[h->thread];
		uint32_t from = h->until - 1 > other->deepest ? h->until - 1 - other->deepest : 0;
		for (uint32_t k = from; k < h->until; k++) {
			uint64_t end = lateness_end(&l->all[h->thread][k]);
			last = end > last ? end : last;
		}
	}
	return last;
}

static int lateness_by_time(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* When so few were under way as the operation waits for. */
static uint64_t lateness_room(struct lateness_lane *l, unsigned depth, uint64_t due)
{
	size_t left = 0;

	for (size_t i = 0; i < l->under_way; i++)
		if (l->ends[i] > due)
			l->ends[left++] = l->ends[i];
	l->under_way = left;
	if (left <= depth)
		return 0;
	qsort(l->ends, left, sizeof *l->ends, lateness_by_time);
	return l->ends[left - depth - 1];
}

static void lateness_op(struct lateness *to, struct lateness_lane *l, uint32_t i)
{
	const struct op *op = &l->lane->ops[i];
	const struct outcome *o = &l->outcomes[i];
	uint64_t due = (uint64_t)((double)op->start_ns / l->run->options.speed);
	uint64_t ready = due, held = lateness_held(l, i), room;

	if (l->under_way && (room = lateness_room(l, op->depth, due)) > ready)
		ready = room;
	ready = held > ready ? held : ready;
	ready = l->idle_ns > ready ? l->idle_ns : ready;
	if (op->kind != OP_NONE && !(op->bits & OP_IMPLICIT)) {
		histogram_add(&to->all, o->start_ns > due ? o->start_ns - due : 0);
		histogram_add(&to->own, o->start_ns > ready ? o->start_ns - ready : 0);
	}
	/* What follows, too, begins later by what the replay itself was late. */
	if (!(op->bits & OP_ASYNC)) {
		l->idle_ns = ready + (op->kind == OP_NONE ? 0 : short_to_ns(o->duration));
		return;
	}
	l->ends = memory_grow(l->ends, l->under_way, &l->room, sizeof *l->ends);
	l->ends[l->under_way++] = lateness_end(o);
}

void lateness_find(struct lateness *lateness, const struct run *run)
{
	const struct plan *plan = run->plan;

	*lateness = (struct lateness){0};
	for (size_t k = 0; k < plan->lane_count * run->target->options.clients; k++) {
		const struct lane *lane = &plan->lanes[k % plan->lane_count];
		struct lateness_lane l = {.run = run,
		                          .lane = lane,
		                          .outcomes = run->outcomes[k],
		                          .all = &run->outcomes[k - k % plan->lane_count]};
		for (uint32_t i = 0; i < lane->count; i++)
			if (l.outcomes[i].start_ns)
				lateness_op(lateness, &l, i);
		free(l.ends);
	}
}
