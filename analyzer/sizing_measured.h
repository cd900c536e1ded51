/* SPDX-License-Identifier: Apache-2.0
 *
 * What a recording tells about its own checkpoints, for a plan to start from
 * and to be held against.
 */
#ifndef SIZING_MEASURED_H
#define SIZING_MEASURED_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/summary.h"

/* Bytes, seconds, bytes a second; -1 = not known. */
struct sizing_measured {
	size_t saves, restores;
	double bytes;            /* of the largest checkpoint */
	bool at_least;           /* these were written through mappings: it is larger */
	double interval_s;       /* median */
	double duration_s;       /* likewise */
	double bandwidth;        /* likewise */
	double fastest;          /* of any stage's busiest window */
	double share;            /* of the interval, median */
	double restored_bytes;   /* of the largest restore, by all its readers */
	double restore_duration; /* of the same */
	double ranks;            /* of the job, or processes that saved */
};

struct sizing_measured sizing_measured(const struct summary *summary);

#endif
