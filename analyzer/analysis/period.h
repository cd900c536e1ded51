/* SPDX-License-Identifier: Apache-2.0
 *
 * The phases of a run: stretches of time in which the same stages are at work.
 * Found from the flows of stages, so no finer than their windows.
 */
#ifndef PERIOD_H
#define PERIOD_H

#include "analysis/course.h"
#include "read/recording.h"

struct period_part {
	double bytes[2]; /* read, written; of a window that is cut, its share */
	double ops[2];
};

struct period {
	int64_t from_ns, to_ns; /* since the recording's start */
	uint32_t stages;        /* at work: a bit each */
	struct period_part parts[AIOT_STAGES];
};

struct periods {
	struct period *items; /* in order, not overlapping; nothing is between some */
	size_t count;
};

/* What pauses for less than a twentieth of the run, or as long as it did before and
 * after, goes on. Runtime and ipc are no phases. free() the items. */
struct periods periods_find(const struct course *course, const struct recording *recording);

#endif
