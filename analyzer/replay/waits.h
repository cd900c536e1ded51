/* SPDX-License-Identifier: Apache-2.0
 *
 * How long training waits for its data: what its main threads wait for what
 * loader workers hand them, and what they read themselves. An estimate: locks
 * and conditions are not known to a replay.
 */
#ifndef REPLAY_WAITS_H
#define REPLAY_WAITS_H

#include "replay/run.h"

struct wait_sum {
	double waited_s, phase_s; /* of all consumers; phase 0 = there are none */
};

struct waits {
	struct wait_sum recorded, replayed;
};

/* Without pauses nothing is known of waiting: replayed stays empty. */
void waits_find(struct waits *waits, const struct run *run);

/* 0 to 1; -1 = not known. */
double waits_share(const struct wait_sum *sum);

#endif
