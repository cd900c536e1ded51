/* SPDX-License-Identifier: Apache-2.0
 *
 * Sleeps of a main thread that loads its data itself: who sleeps gets no data, so that steps that
 * do tell themselves from preprocessing, also where no read comes between them. Sleeps that a
 * loader asked for, by the frames of its library or by their coming with each sample, are
 * preprocessing.
 */
#ifndef ASLEEP_H
#define ASLEEP_H

#include "analysis/timeline.h"
#include "measure/events.h"

#define ASLEEP_SITES 16u /* stacks that sleep; more are left out */

struct asleep_site {
	uint32_t stack; /* id in the trace */
	bool data;      /* a loader's frame is on it */
	uint64_t count, ns;
};

struct asleep {
	struct asleep_site sites[ASLEEP_SITES];
	uint32_t site_count;
	uint64_t count, ns;       /* of no loader's */
	int64_t first_ns, end_ns; /* the first one's beginning; the last one's end */
};

/* Whether the row is a thread that asks for nothing but time to pass. */
bool asleep_is(const struct events *events, uint32_t row);

/* Adds such a row; what no loader asked for is added to the timeline as TIMELINE_ASLEEP. */
void asleep_add(struct asleep *asleep, const struct events *events, uint32_t row,
                struct timeline *timeline);

/* The share of the sleeps that are steps, where so many samples were read: by time; and how many
 * those are. 0 where there are too few. */
double asleep_steps(const struct asleep *asleep, uint64_t samples, uint64_t *steps);

#endif
