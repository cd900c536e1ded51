/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/sweep.h"

#include "base/wrap.h"

/* Squares of so short gaps add up in 64 bits: of SWEEP_MOST operations. */
#define SWEEP_GAP  (UINT64_C(1) << 27)
#define SWEEP_MOST 512u

/* The end of what one loop may add up: of the windows at hand of all that have some. */
static int64_t sweep_until(const struct sweep *s)
{
	const struct flow *f = s->flow;
	int64_t until = s->rate->window_to_ns, flow;

	flow = wrap_add((uint64_t)f->origin_ns, (f->last + UINT64_C(1)) * (uint64_t)f->width_ns);
	until = flow < until ? flow : until;
	return s->burst->scales[0].until_ns < until ? s->burst->scales[0].until_ns : until;
}

/* Whether all of them stand at the same place, the last operation in their windows. */
static bool sweep_ready(const struct sweep *s)
{
	const struct flow *f = s->flow;
	int64_t last = s->rate->last_start_ns;

	return s->rate->bytes && s->burst->ops && f->width_ns && s->burst->last_ns == last &&
	       s->burst->covered_ns == s->rate->covered_ns && last >= s->rate->window_from_ns &&
	       last >= wrap_add((uint64_t)f->origin_ns, f->last * (uint64_t)f->width_ns) &&
	       (uint64_t)last - (uint64_t)s->burst->origin_ns < INT64_MAX / 8;
}

/* Of the operations at hand, in registers. */
struct sweep_sums {
	uint64_t bytes, written, writes, busy, squares;
	int64_t last, covered, paused;
};

static void sweep_keep(const struct sweep *s, const struct sweep_sums *sum, size_t n)
{
	struct burst *b = s->burst;

	rate_add_run(s->rate, &(struct rate_run){n, sum->bytes, sum->last, sum->covered,
	                                         sum->paused, sum->squares});
	flow_add_run(s->flow, &(struct flow_run){{sum->bytes - sum->written, sum->written},
	                                         {n - sum->writes, sum->writes},
	                                         sum->busy});
	b->last_ns = sum->last;
	b->covered_ns = sum->covered;
	b->scales[0].ops += n;
	b->ops += n;
	b->bytes += sum->bytes;
}

/* Adds operations as long as nothing is special about them; returns how many. No branch
 * for pauses, which would be guessed wrong. */
static size_t sweep_run(const struct sweep *s, const struct span *spans, size_t count)
{
	int64_t until = sweep_until(s);
	struct sweep_sums sum = {.last = s->rate->last_start_ns, .covered = s->rate->covered_ns};
	size_t n = 0;

	for (; n < count; n++) {
		int64_t start = spans[n].start, end = spans[n].end;
		uint64_t bytes = spans[n].bytes, write = spans[n].write;
		int64_t pause = wrap_span(sum.covered, start);
		uint64_t gap = (uint64_t)wrap_span(sum.last, start);
		if (start < sum.last || end < start || end >= until || gap >= SWEEP_GAP ||
		    pause >> BURST_LEAST > 0 || bytes >= FLOW_BYTES)
			break;
		pause = pause > 0 ? pause : 0;
		s->burst->idle_ns[burst_power((uint64_t)pause)] += (uint64_t)pause;
		sum.paused += pause;
		sum.last = start;
		sum.covered = end > sum.covered ? end : sum.covered;
		sum.squares += gap * gap;
		sum.busy += (uint64_t)end - (uint64_t)start;
		sum.bytes += bytes;
		sum.written += -write & bytes;
		sum.writes += write;
	}
	if (n)
		sweep_keep(s, &sum, n);
	return n;
}

static void sweep_one(const struct sweep *s, const struct span *span)
{
	rate_add_more(s->rate, span, 1);
	burst_add_spans(s->burst, span, 1);
	flow_add_more(s->flow, s->origin_ns, span, 1);
}

void sweep_add(const struct sweep *s, const struct span *spans, size_t count)
{
	depth_add_spans(s->depth, spans, count);
	for (size_t i = 0; i < count; i++) {
		size_t most = count - i < SWEEP_MOST ? count - i : SWEEP_MOST;
		if (sweep_ready(s))
			i += sweep_run(s, spans + i, most);
		if (i < count)
			sweep_one(s, &spans[i]);
	}
	flow_settle(s->flow);
}
