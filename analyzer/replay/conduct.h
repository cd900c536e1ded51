/* SPDX-License-Identifier: Apache-2.0
 *
 * A replay from its recording to what is said of it: planned, prepared, run as
 * often as asked, told, and ended in order when the user interrupts it.
 */
#ifndef REPLAY_CONDUCT_H
#define REPLAY_CONDUCT_H

#include "replay/run.h"

struct replay_task {
	struct recording recording;
	struct plan_options plan_options;
	struct target_options target_options;
	struct run_options run_options;
	struct plan *plan;
	struct target target;
	const char *output; /* folder in which the replay is recorded */
	uint64_t loops;
	bool dry, clean, json, unrecorded;
};

/* Replays the traces of these names, or only tells the plan. Both return the
 * program's exit status; what went wrong stands on stderr. */
int conduct(struct replay_task *task, char **names, size_t count);

/* Removes what was prepared. */
int conduct_clean(const struct replay_task *task);

#endif
