/* SPDX-License-Identifier: Apache-2.0
 *
 * Checkpoints and restores of a replay beside the recorded ones: found in the
 * recording, and timed in the replay by the same operations.
 */
#ifndef REPLAY_SAVES_H
#define REPLAY_SAVES_H

#include <stdio.h>

#include <jansson.h>

#include "analysis/episode.h"
#include "replay/run.h"

/* Times since the run's start; of several clients the slowest one's. */
struct saved {
	uint64_t start_ns, end_ns; /* 0 = none of it was done */
	double interval_s;         /* to the one before, or after, of its series; 0 = not known */
};

struct saves {
	struct moments recorded; /* their times, too, are since the plan's start */
	struct saved *replayed;  /* by moment */
	uint8_t stage;
};

void saves_find(struct saves *saves, const struct run *run, uint8_t stage);
void saves_text(const struct saves *saves, const char *title, FILE *to);
json_t *saves_json(const struct saves *saves);
void saves_free(struct saves *saves);

#endif
