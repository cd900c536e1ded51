/* SPDX-License-Identifier: Apache-2.0
 *
 * What all reads and writes of a stage, in order of start, add to sums over time: to its
 * rate, bursts, depth and flow. All four ask the same of most operations, which one loop
 * over them answers.
 */
#ifndef SWEEP_H
#define SWEEP_H

#include "analysis/burst.h"
#include "measure/depth.h"
#include "measure/flow.h"
#include "measure/rate.h"

struct sweep {
	struct rate *rate;
	struct burst *burst;
	struct depth *depth;
	struct flow *flow;
	int64_t origin_ns; /* the flow's */
};

/* Operations in order of start. What they add to the rate waits for rate_settle. */
void sweep_add(const struct sweep *sweep, const struct span *spans, size_t count);

#endif
