/* SPDX-License-Identifier: Apache-2.0
 *
 * Each operation has a time at which a replay without faults of its own would have
 * begun it here: when it was due, or when what it waits for would have ended then,
 * each in the time that the target took. A thread's list is gone through up to
 * where it waits for another's, which then is gone through so far first.
 */
#include "replay/lateness.h"

#include <stdlib.h>

#include "base/memory.h"
#include "replay/link.h"

struct lateness_async {
	uint64_t end;
	const struct op *op;
};

struct lateness_lane {
	const struct lane *lane;
	const struct outcome *outcomes;
	uint32_t done;
	size_t next;                 /* hold */
	uint64_t idle_ns;            /* when the thread could have gone on */
	struct lateness_async *ends; /* of asynchronous operations that may be under way */
	uint32_t *gained; /* by operation that ended, short_ns: by how much it could have sooner;
	                     NULL where nobody waits for any */
	size_t under_way, room;
	bool links;
};

struct lateness_client {
	struct lateness *to;
	const struct run *run;
	struct lateness_lane *lanes;
};

static uint64_t lateness_due(const struct lateness_client *c, const struct op *op)
{
	return (uint64_t)((double)op->start_ns / c->run->options.speed);
}

static uint64_t lateness_end(const struct lateness_lane *l, uint32_t i)
{
	uint64_t end = l->outcomes[i].start_ns + short_to_ns(l->outcomes[i].duration);

	return l->gained ? end - short_to_ns(l->gained[i]) : end;
}

/* When what other threads do before it would have been done. */
static uint64_t lateness_held(const struct lateness_client *c, struct lateness_lane *l, uint32_t i)
{
	uint64_t last = 0;

	for (; l->next < l->lane->hold_count && l->lane->holds[l->next].op <= i; l->next++) {
		const struct hold *h = &l->lane->holds[l->next];
		const struct lateness_lane *other = &c->lanes[h->thread];
		uint32_t window = other->lane->deepest;
		uint32_t from = h->until - 1 > window ? h->until - 1 - window : 0;
		for (uint32_t k = from; k < h->until; k++) {
			uint64_t end = lateness_end(other, k);
			last = end > last ? end : last;
		}
	}
	return last;
}

static int lateness_by_time(const void *a, const void *b)
{
	const struct lateness_async *x = a, *y = b;

	return x->end < y->end ? -1 : x->end > y->end;
}

/* When so few were under way as the operation waits for. */
static uint64_t lateness_room(struct lateness_lane *l, unsigned depth, uint64_t due)
{
	size_t left = 0;

	for (size_t i = 0; i < l->under_way; i++)
		if (l->ends[i].end > due)
			l->ends[left++] = l->ends[i];
	l->under_way = left;
	if (left <= depth)
		return 0;
	qsort(l->ends, left, sizeof *l->ends, lateness_by_time);
	return l->ends[left - depth - 1].end;
}

/* When what the operation is linked to had ended: so long the thread can't go on. */
static uint64_t lateness_linked(const struct lateness_client *c, const struct lateness_lane *l,
                                const struct op *op)
{
	uint64_t last = 0;

	for (size_t i = 0; i < l->under_way; i++)
		if (l->ends[i].end > last && link_holds(c->run->plan, l->ends[i].op, op))
			last = l->ends[i].end;
	return last;
}

/* A pause behind what was handed over ends with the next operation's time at the latest. */
static uint64_t lateness_paused(const struct lateness_client *c, const struct lateness_lane *l,
                                uint32_t i, uint64_t ready)
{
	uint64_t pause = short_to_ns(l->lane->ops[i].object);
	uint64_t end = ready + (uint64_t)((double)pause / c->run->options.speed), next;

	if (i + 1 >= l->lane->count)
		return end;
	next = lateness_due(c, &l->lane->ops[i + 1]);
	return next > ready ? (next < end ? next : end) : ready;
}

static uint64_t lateness_ready(const struct lateness_client *c, struct lateness_lane *l, uint32_t i)
{
	const struct op *op = &l->lane->ops[i];
	uint64_t ready = lateness_due(c, op), held = lateness_held(c, l, i), room;

	if (l->under_way && (room = lateness_room(l, op->depth, ready)) > ready)
		ready = room;
	ready = held > ready ? held : ready;
	return l->idle_ns > ready ? l->idle_ns : ready;
}

static void lateness_op(struct lateness_client *c, struct lateness_lane *l, uint32_t i)
{
	const struct op *op = &l->lane->ops[i];
	const struct outcome *o = &l->outcomes[i];
	uint64_t due = lateness_due(c, op), ready = lateness_ready(c, l, i), end, held;

	if (op->kind != OP_NONE && !(op->bits & OP_IMPLICIT)) {
		histogram_add(&c->to->all, o->start_ns > due ? o->start_ns - due : 0);
		histogram_add(&c->to->own, o->start_ns > ready ? o->start_ns - ready : 0);
	}
	end = op->kind == OP_NONE ? lateness_paused(c, l, i, ready)
	                          : ready + short_to_ns(o->duration);
	if (l->gained && lateness_end(l, i) > end)
		l->gained[i] = short_ns(lateness_end(l, i) - end);
	if (!(op->bits & OP_ASYNC)) {
		l->idle_ns = end;
		return;
	}
	held = l->links ? lateness_linked(c, l, op) : 0;
	l->idle_ns = held > l->idle_ns ? held : l->idle_ns;
	l->ends = memory_grow(l->ends, l->under_way, &l->room, sizeof *l->ends);
	l->ends[l->under_way++] = (struct lateness_async){end, op};
}

/* What the thread's next operation waits for and has not been gone through; or NULL. */
static const struct hold *lateness_waits(const struct lateness_client *c,
                                         const struct lateness_lane *l)
{
	if (!l->outcomes[l->done].start_ns)
		return NULL;
	for (size_t n = l->next; n < l->lane->hold_count; n++) {
		const struct hold *h = &l->lane->holds[n];
		if (h->op > l->done)
			break;
		if (c->lanes[h->thread].done < h->until)
			return h;
	}
	return NULL;
}

/* Threads that wait for one another are on the way once each: they did not in the run. */
static void lateness_go(struct lateness_client *c, size_t lane, struct hold *way, size_t count)
{
	size_t depth = 1;

	way[0] = (struct hold){.thread = (uint32_t)lane, .until = c->lanes[lane].lane->count};
	while (depth) {
		struct lateness_lane *l = &c->lanes[way[depth - 1].thread];
		const struct hold *h;
		if (l->done >= way[depth - 1].until) {
			depth--;
			continue;
		}
		h = depth < count ? lateness_waits(c, l) : NULL;
		if (h) {
			way[depth++] = *h;
			continue;
		}
		if (l->outcomes[l->done].start_ns)
			lateness_op(c, l, l->done);
		l->done++;
	}
}

static void lateness_client(struct lateness *lateness, const struct run *run, unsigned client)
{
	size_t count = run->plan->lane_count;
	struct hold *way = memory_get(count, sizeof *way);
	struct lateness_client c = {lateness, run, memory_get(count, sizeof *c.lanes)};

	for (size_t i = 0; i < count; i++) {
		const struct lane *lane = &run->plan->lanes[i];
		c.lanes[i].lane = lane;
		c.lanes[i].links = link_any(lane);
		c.lanes[i].outcomes = run->outcomes[client * count + i];
		if (lane->awaited)
			c.lanes[i].gained = memory_get(lane->count, sizeof *c.lanes[i].gained);
	}
	for (size_t i = 0; i < count; i++)
		lateness_go(&c, i, way, count);
	for (size_t i = 0; i < count; i++) {
		free(c.lanes[i].ends);
		free(c.lanes[i].gained);
	}
	free(c.lanes);
	free(way);
}

void lateness_find(struct lateness *lateness, const struct run *run)
{
	*lateness = (struct lateness){0};
	for (unsigned client = 0; client < run->target->options.clients; client++)
		lateness_client(lateness, run, client);
}
