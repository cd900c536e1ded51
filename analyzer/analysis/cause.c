/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/cause.h"

#include <math.h>

#include "analysis/latency.h"
#include "analysis/summary.h"

/* Accelerators that compute for 90 % of the time are fed well enough by MLPerf
 * Storage's rules. */
#define FED 0.1
/* Workers that are idle for half their time are not what is waited for. */
#define IDLE    0.5
#define SETTLED 0.3
/* Of what is waited for, that much is the workers' making and end. */
#define TURNOVER 0.5
/* Of what it waits for, that much is its own work on data. */
#define OWN_SHARE 0.5
/* Below this share of their work, neither storage nor processor is to blame
 * alone. */
#define ALONE 0.6
/* Loaders that do nothing but wait for storage never wait for who takes their data. */
#define NEVER_AHEAD 0.9
/* Reads of what is in memory: their share, and what a call and a byte take at most. */
#define IN_MEMORY 0.9
#define CALL_NS   50e3
#define BYTE_NS   1
/* So few can't be what takes the time; what does is a busy machine. */
#define FEW_MISSES 0.005

/* Whether nothing tells that its threads load for the main thread: it hardly waits for
 * them, nor any of them for it, all the time. */
static bool cause_apart(const struct stall_part *p, uint32_t threads)
{
	return threads && p->storage_s >= NEVER_AHEAD * threads * p->phase_s;
}

/* It waits for its workers' making and end more than for what they make. */
static bool cause_restarts(const struct stall *s)
{
	return s->generations > 1 && s->all.turnover_s >= TURNOVER * s->all.waited_s;
}

enum stall_cause cause_of(const struct stall *s, const struct stall_part *p)
{
	bool loaders = s->workers || s->threads;
	double busy = p->storage_s + p->prepare_s, all = busy + p->idle_s + p->blocked_s;
	double share = p->phase_s > 0 ? p->waited_s / p->phase_s : 0;

	if (p->phase_s <= 0)
		return STALL_NONE;
	if (share < FED)
		return p->untold_s >= FED * p->phase_s || cause_apart(p, s->threads)
		               ? STALL_NONE
		               : STALL_COMPUTE;
	if (s->timed)
		return STALL_NONE;
	if (loaders && cause_restarts(s))
		return STALL_START;
	if (p->own_s >= OWN_SHARE * p->waited_s)
		return STALL_PREPARE;
	if (loaders && all > 0 && busy < (1 - IDLE) * all)
		return share < SETTLED ? STALL_COMPUTE : STALL_IDLE;
	if (loaders && fmax(p->storage_s, p->prepare_s) < ALONE * busy)
		return STALL_WORKERS;
	return p->storage_s > p->prepare_s ? STALL_STORAGE : STALL_PREPARE;
}

bool cause_cached(const struct summary *s)
{
	const struct stage_summary *t = &s->stages[AIOT_STAGE_TRAIN];
	const struct latency *l = s->found[ANALYSIS_latency];
	double hits = (double)t->cached.ops[CACHE_HIT],
	       misses = (double)t->cached.ops[CACHE_STORAGE];
	double ns = 0, calls = 0, typical = 0;

	for (unsigned i = 0; i < LATENCY_CALLS; i++) {
		const struct latency_sum *sum = l->calls[AIOT_STAGE_TRAIN][i];
		if (!sum)
			continue;
		ns += (double)sum->total_ns;
		calls += (double)sum->ns.total;
		typical += (double)sum->ns.total * (double)histogram_percentile(&sum->ns, 0.5);
	}
	return hits > 0 && hits >= IN_MEMORY * (hits + misses) &&
	       ns <= CALL_NS * calls + BYTE_NS * (double)t->read_bytes &&
	       (ns <= 3 * typical || misses < FEW_MISSES * hits);
}
