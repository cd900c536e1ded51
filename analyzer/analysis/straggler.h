/* SPDX-License-Identifier: Apache-2.0
 *
 * Loader workers and ranks that are slower than their like at the same I/O.
 */
#ifndef STRAGGLER_H
#define STRAGGLER_H

#include "analysis/summary.h"

/* More than so many times the median of its like is slower. */
#define STRAGGLER_TIMES 2

struct straggler {
	const struct process *process;
	uint64_t ops;
	double storage_s, op_s, median_s; /* in all; of an operation; of one of its like */
	uint32_t among;                   /* processes of the role that were compared */
};

/* The slowest first; free() them. Of processes with at least 100 reads and
 * writes and at least 5 % of their time in storage, compared with all of their
 * own role. */
struct straggler *stragglers_find(const struct summary *summary, size_t *count);

#endif
