/* SPDX-License-Identifier: Apache-2.0
 *
 * What a stage's operations come to, recorded or replayed.
 */
#ifndef REPLAY_STAGE_MEASURE_H
#define REPLAY_STAGE_MEASURE_H

#include "base/histogram.h"
#include "measure/rate.h"
#include "replay/op.h"

struct stage_measure {
	uint64_t read_ops, write_ops, meta_ops, read_bytes, write_bytes;
	struct histogram latency, meta_latency; /* ns, of data and of other operations */
	struct rate rate;
	int64_t end_ns;   /* of what came so far, */
	uint64_t time_ns; /* and the time that it took, see stage_measure_throughput */
};

/* Operations come in order of start. */
void stage_measure_add(struct stage_measure *measure, const struct op *op, int64_t start_ns,
                       uint64_t duration_ns, int64_t result);

/* Bytes and operations of all kinds a second as the job sees it: with the pauses
 * between operations, but of each 0.1 s at most. What the storage gave while data
 * was under way is rate_while_busy's to tell. */
double stage_measure_throughput(const struct stage_measure *measure);
double stage_measure_rate(const struct stage_measure *measure);

/* Whether it took so little time that speeds are chance's as much as the storage's. */
bool stage_measure_is_short(const struct stage_measure *measure);

#endif
