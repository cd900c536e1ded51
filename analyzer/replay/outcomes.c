/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/outcomes.h"

#include <stdlib.h>

#include "base/memory.h"

struct outcome_cursor {
	size_t worker;
	uint32_t next, count;
	uint64_t key;
};

struct outcomes {
	const struct run *run;
	struct outcome_cursor *heap;
	size_t count;
};

static const struct lane *outcomes_lane(const struct outcomes *o, size_t worker)
{
	return &o->run->plan->lanes[worker % o->run->plan->lane_count];
}

/* To the next operation that began; false where there is none. */
static bool outcomes_settle(const struct outcomes *o, struct outcome_cursor *c)
{
	const struct lane *lane = outcomes_lane(o, c->worker);
	const struct outcome *all = o->run->outcomes[c->worker];

	while (c->next < c->count && (!all[c->next].start_ns || !lane->ops[c->next].kind))
		c->next++;
	if (c->next == c->count)
		return false;
	c->key = all[c->next].start_ns;
	return true;
}

static void outcomes_down(struct outcomes *o, size_t i)
{
	for (;;) {
		size_t least = i;
		struct outcome_cursor moved = o->heap[i];
		for (size_t k = 2 * i + 1; k < 2 * i + 3 && k < o->count; k++)
			if (o->heap[k].key < o->heap[least].key)
				least = k;
		if (least == i)
			return;
		o->heap[i] = o->heap[least];
		o->heap[least] = moved;
		i = least;
	}
}

struct outcomes *outcomes_new(const struct run *run)
{
	struct outcomes *o = memory_get(1, sizeof *o);
	size_t workers = run->plan->lane_count * run->target->options.clients;

	o->run = run;
	o->heap = memory_get(workers, sizeof *o->heap);
	for (size_t i = 0; i < workers; i++) {
		struct outcome_cursor c = {.worker = i, .count = outcomes_lane(o, i)->count};
		if (outcomes_settle(o, &c))
			o->heap[o->count++] = c;
	}
	for (size_t i = o->count; i-- > 0;)
		outcomes_down(o, i);
	return o;
}

bool outcomes_next(struct outcomes *o, struct outcome_at *at)
{
	struct outcome_cursor *c = o->heap;

	if (!o->count)
		return false;
	*at = (struct outcome_at){c->worker, c->next, &outcomes_lane(o, c->worker)->ops[c->next],
	                          &o->run->outcomes[c->worker][c->next]};
	c->next++;
	if (!outcomes_settle(o, c))
		*c = o->heap[--o->count];
	if (o->count)
		outcomes_down(o, 0);
	return true;
}

void outcomes_free(struct outcomes *o)
{
	free(o->heap);
	free(o);
}
