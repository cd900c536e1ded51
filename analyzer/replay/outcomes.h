/* SPDX-License-Identifier: Apache-2.0
 *
 * What became of a run's operations, in the order in which they began.
 */
#ifndef REPLAY_OUTCOMES_H
#define REPLAY_OUTCOMES_H

#include "replay/run.h"

struct outcomes;

struct outcome_at {
	size_t worker; /* client x lane_count + lane */
	uint32_t number;
	const struct op *op;
	const struct outcome *outcome;
};

struct outcomes *outcomes_new(const struct run *run);

/* False at the end. Operations that did not begin are left out, hand-offs too. */
bool outcomes_next(struct outcomes *outcomes, struct outcome_at *at);

void outcomes_free(struct outcomes *outcomes);

#endif
