/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads and writes over a run's time: how much of each, and how many were under
 * way, in windows that all flows of a run share. Memory is fixed: when the
 * windows run out, their width doubles.
 */
#ifndef FLOW_H
#define FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "read/spans.h"

#define FLOW_WINDOWS  512u
#define FLOW_WIDTH_NS 10000000 /* at first */

struct flow_window {
	double bytes[2]; /* read, written: spread over the time of each operation */
	double busy_ns;  /* of all operations together: over the width, how many were under way */
	uint64_t ops[2]; /* by their start */
};

struct flow {
	int64_t origin_ns, width_ns; /* width 0 = empty */
	uint32_t used;               /* windows up to the last with anything in it */
	uint32_t last;               /* window of the operation before */
	/* What is not yet in that window (flow_settle). */
	uint64_t pending_bytes[2], pending_ops[2], pending_busy_ns;
	struct flow_window *windows;
};

/* All zero is empty. Times before the origin, which the flow's first call sets,
 * count as that. */
void flow_add(struct flow *flow, int64_t origin_ns, int64_t start_ns, int64_t end_ns,
              uint64_t bytes, bool write);

/* The same for many, which come in order of start. */
void flow_add_spans(struct flow *flow, int64_t origin_ns, const struct span *spans, size_t count);

/* The same, while more of them follow: see rate_add_more. */
void flow_add_more(struct flow *flow, int64_t origin_ns, const struct span *spans, size_t count);
void flow_settle(struct flow *flow);

/* A sum of so few bytes each is exact in 64 bits and, mostly, in a double. */
#define FLOW_BYTES (UINT64_C(1) << 32)

/* Sums of operations of fewer bytes that begin and end in the window at hand. */
struct flow_run {
	uint64_t bytes[2], ops[2], busy_ns;
};
void flow_add_run(struct flow *flow, const struct flow_run *run);

/* Adds a flow of the same origin. */
void flow_merge(struct flow *to, const struct flow *from);

void flow_free(struct flow *flow);

#endif
