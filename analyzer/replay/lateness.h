/* SPDX-License-Identifier: Apache-2.0
 *
 * How much later than recorded operations began, and how much of that is the
 * replay's own: what is left when the target's times alone count for all that the
 * operation waited for, in its thread and in others.
 */
#ifndef REPLAY_LATENESS_H
#define REPLAY_LATENESS_H

#include "base/histogram.h"
#include "replay/run.h"

struct lateness {
	struct histogram all, own; /* ns */
};

/* Of a run that kept the recorded start times. */
void lateness_find(struct lateness *lateness, const struct run *run);

#endif
