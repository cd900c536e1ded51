/* SPDX-License-Identifier: Apache-2.0
 *
 * How a replay went: what was done of what was planned, how exact its times
 * were, and how the storage did beside the recording's.
 */
#ifndef REPLAY_VERDICT_H
#define REPLAY_VERDICT_H

#include <jansson.h>

#include "replay/lateness.h"
#include "replay/run.h"
#include "replay/saves.h"
#include "replay/waits.h"

#define VERDICT_ERRNOS 134

struct replay_verdict {
	const struct run *run;
	uint64_t planned_ops, done_ops, planned_bytes, done_bytes;
	uint64_t failed;     /* though they did not in the recording */
	uint64_t unexpected; /* they failed in the recording, and did not here */
	uint64_t errors[VERDICT_ERRNOS];
	uint64_t error_kinds[VERDICT_ERRNOS]; /* kinds of operation, as bits */
	struct lateness late;                 /* of timing original */
	double length_s, original_s;          /* from the first start to the last end */
	struct stage_measure *stages;
	struct saves checkpoints, restores;
	struct waits waits;
	bool complete, kept_pace;
	char words[256]; /* the verdict */
};

void verdict_make(struct replay_verdict *verdict, const struct run *run);
void verdict_text(const struct replay_verdict *verdict, FILE *to);
json_t *verdict_json(const struct replay_verdict *verdict);
void verdict_free(struct replay_verdict *verdict);

/* The plan, for --dry-run. */
void plan_text(const struct plan *plan, FILE *to);
json_t *plan_json(const struct plan *plan);

#endif
