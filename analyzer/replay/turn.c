/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/turn.h"

#include "replay/progress.h"
#include "replay/ring.h"

#define TURN_TOGETHER_NS 1000u /* between operations that one call submits */

/* When the operation is due: by the recording's time, or by its gap. */
static uint64_t turn_due(const struct worker *w, const struct op *op)
{
	const struct run_options *options = &w->run->options;

	switch (options->timing) {
	case TIMING_ORIGINAL:
		return w->run->start_ns + (uint64_t)((double)op->start_ns / options->speed);
	case TIMING_THINK:
		return w->last_ns + (uint64_t)((double)short_to_ns(op->gap) / options->speed);
	default: return 0;
	}
}

/* Asynchronous reads that follow one another, or writes. */
static bool turn_alike(const struct op *a, const struct op *b)
{
	return (a->bits & b->bits & OP_ASYNC) && op_moves(a->kind) &&
	       op_needs(a->kind) == op_needs(b->kind);
}

/* How many operations may be under way when this one begins. Programs find several
 * ended at a time, by chance all, and then begin as many: without pauses, one of
 * them takes the place of each that has ended. */
static unsigned turn_depth(struct worker *w, uint32_t i, const struct op *op)
{
	const struct op *ops = w->lane->ops;

	if (w->run->options.timing != TIMING_FAST || !i || !turn_alike(op, &ops[i - 1]))
		return op->depth;
	if (i >= w->together_end) {
		w->together_end = i + 1;
		while (w->together_end < w->lane->count && turn_alike(op, &ops[w->together_end]) &&
		       ops[w->together_end].depth > ops[w->together_end - 1].depth)
			w->together_end++;
		w->together_depth = ops[w->together_end - 1].depth;
	}
	return w->together_depth;
}

static void turn_until(struct worker *w, uint32_t i, uint64_t due)
{
	while (due && w->ring && ring_busy(w->ring) && !worker_stopped(w) &&
	       pace_now() + w->pace.early_ns < due) {
		uint64_t last = w->last_ns;
		ring_reap(w->ring, w, true, due - w->pace.early_ns);
		/* A gap counts from what the thread did, not from what ends meanwhile. */
		w->last_ns = last;
		progress_publish(w, i, true);
	}
	if (due)
		pace_until(&w->pace, due, &w->run->stop);
}

void turn_wait(struct worker *w, uint32_t i, const struct op *op)
{
	unsigned depth = w->ring ? turn_depth(w, i, op) : 0;

	while (w->ring && ring_busy(w->ring) > depth && !worker_stopped(w)) {
		ring_reap(w->ring, w, true, UINT64_MAX);
		progress_publish(w, i, true);
	}
	turn_until(w, i, turn_due(w, op));
}

void turn_pause(struct worker *w, uint32_t i)
{
	const struct lane *lane = w->lane;
	uint64_t pause = short_to_ns(lane->ops[i].object), until, next;

	if (!pause || w->run->options.timing == TIMING_FAST)
		return;
	until = pace_now() + (uint64_t)((double)pause / w->run->options.speed);
	if (w->run->options.timing == TIMING_ORIGINAL && i + 1 < lane->count) {
		next = turn_due(w, &lane->ops[i + 1]);
		until = next < until ? next : until;
	}
	turn_until(w, i, until);
}

bool turn_goes_on(const struct worker *w, uint32_t i, size_t next, uint64_t now)
{
	const struct lane *lane = w->lane;
	const struct op *op = &lane->ops[i + 1];

	if (i + 1 >= lane->count || !(op->bits & OP_ASYNC) ||
	    (next < lane->hold_count && lane->holds[next].op == i + 1))
		return false;
	switch (w->run->options.timing) {
	case TIMING_ORIGINAL: return turn_due(w, op) <= now;
	case TIMING_THINK: return short_to_ns(op->gap) <= TURN_TOGETHER_NS;
	/* Where the kernel hands operations to threads of its own, they work meanwhile:
	 * only what is begun before the thread waits goes along with the waiting. */
	default: return ring_busy(w->ring) >= w->together_depth;
	}
}
