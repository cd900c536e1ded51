/* SPDX-License-Identifier: Apache-2.0
 *
 * How long operations took: by call and by size of each stage, and the slowest
 * of them. Without calls that wait for something else (waiting.h) or make
 * processes and threads, and without page faults that took no time of their own. analysis_latency.
 */
#ifndef LATENCY_H
#define LATENCY_H

#include "base/histogram.h"
#include "read/recording.h"

#define LATENCY_CALLS   1024u /* ids; what is beyond shares the last place */
#define LATENCY_SIZES   9u    /* see latency_size_least */
#define LATENCY_SLOWEST 16u   /* operations kept of each stage */

struct latency_sum {
	const char *name; /* of the call; of a size NULL */
	uint64_t failed, total_ns;
	struct histogram ns;
};

struct slow_op {
	uint64_t duration_ns, size;
	int64_t start_ns, offset, result; /* start: CLOCK_REALTIME; offset -1 = none */
	uint32_t process, file, tid;      /* file: index in the process's files */
	const char *call;
};

struct latency {
	struct latency_sum *calls[AIOT_STAGES][LATENCY_CALLS];    /* by id; NULL without */
	struct latency_sum *sizes[AIOT_STAGES][2][LATENCY_SIZES]; /* of reads, of writes */
	struct slow_op slowest[AIOT_STAGES][LATENCY_SLOWEST];     /* the slowest first */
	uint32_t slow_count[AIOT_STAGES];
};

/* The least number of moved bytes that a size stands for: 0, 1, 4 KiB, then
 * four times as much each. */
uint64_t latency_size_least(unsigned size);

/* Adds the times of a stage's reads and writes, of all sizes. */
void latency_data(const struct latency *latency, unsigned stage, struct histogram *to);

/* The sums of all calls of all stages, those that took most time first. */
struct latency_row {
	unsigned stage;
	const struct latency_sum *sum;
};
/* free() them. */
struct latency_row *latency_rows(const struct latency *latency, size_t *count);

#endif
