/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/verdict.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "replay/outcomes.h"

#define VERDICT_LATE_NS 10000000u /* p99 of start times beyond this: not the job's pace */
#define VERDICT_SLOWER  1.02      /* run times that count as the same */
#define VERDICT_SLACK_S 0.05

static void verdict_error(struct replay_verdict *v, const struct op *op, int64_t result)
{
	unsigned error = (unsigned)-result;

	if (error >= VERDICT_ERRNOS)
		error = 0;
	v->failed++;
	v->errors[error]++;
	v->error_kinds[error] |= (uint64_t)1 << op->kind;
}

static void verdict_outcome(struct replay_verdict *v, const struct outcome_at *at)
{
	const struct op *op = at->op;
	int64_t result = at->outcome->result;
	uint64_t duration = short_to_ns(at->outcome->duration);
	uint64_t end = at->outcome->start_ns + duration;

	if ((double)end / 1e9 > v->length_s)
		v->length_s = (double)end / 1e9;
	if (result < 0 && !(op->bits & OP_FAILS))
		verdict_error(v, op, result);
	v->unexpected += result >= 0 && (op->bits & OP_FAILS);
	if (op->bits & OP_IMPLICIT)
		return;
	v->done_ops++;
	if (op_moves(op->kind) && result > 0 && !(op->bits & OP_FAILS))
		v->done_bytes += (uint64_t)result;
	stage_measure_add(&v->stages[op_stage(op)], op, (int64_t)at->outcome->start_ns, duration,
	                  result);
}

/* A thread's last deed may be to take what another one handed to it. */
static void verdict_hand_offs(struct replay_verdict *v)
{
	const struct plan *plan = v->run->plan;

	for (size_t i = 0; i < plan->lane_count * v->run->target->options.clients; i++) {
		uint32_t count = plan->lanes[i % plan->lane_count].count;
		const struct outcome *last = &v->run->outcomes[i][count ? count - 1 : 0];
		double end = (double)(last->start_ns + short_to_ns(last->duration)) / 1e9;
		if (count && last->start_ns && end > v->length_s)
			v->length_s = end;
	}
}

static void verdict_planned(struct replay_verdict *v)
{
	const struct plan *plan = v->run->plan;
	unsigned clients = v->run->target->options.clients;

	v->planned_ops = plan->ops * clients;
	for (int i = 0; i < AIOT_STAGES; i++)
		v->planned_bytes +=
		        (plan->stages[i].read_bytes + plan->stages[i].write_bytes) * clients;
	v->original_s = (double)plan->length_ns / 1e9;
}

static void verdict_original(struct replay_verdict *v)
{
	double wanted = v->original_s / v->run->options.speed;
	double late = (double)histogram_percentile(&v->late.all, 0.99);

	v->kept_pace =
	        v->length_s <= wanted * VERDICT_SLOWER + VERDICT_SLACK_S && late <= VERDICT_LATE_NS;
	if (v->kept_pace)
		snprintf(v->words, sizeof v->words,
		         "the target met the job's pace: %.2f s where %.2f s were wanted, 99 %% of "
		         "operations began within %.3f ms of their time",
		         v->length_s, wanted, late / 1e6);
	else
		snprintf(v->words, sizeof v->words,
		         "the target did not meet the job's pace: %.2f s where %.2f s were wanted, "
		         "1 "
		         "%% of operations began %.1f ms late or more",
		         v->length_s, wanted, late / 1e6);
}

static void verdict_think(struct replay_verdict *v)
{
	double wanted = v->original_s / v->run->options.speed;

	v->kept_pace = v->length_s <= wanted * VERDICT_SLOWER + VERDICT_SLACK_S;
	snprintf(v->words, sizeof v->words,
	         "with the job's own pauses the target takes %.2f s where the recording took %.2f "
	         "s: "
	         "%.2f times as long, the job's pace is %s",
	         v->length_s, wanted, v->length_s / (wanted > 0 ? wanted : 1),
	         v->kept_pace ? "met" : "not met");
}

static void verdict_fast(struct replay_verdict *v)
{
	double ops = v->length_s > 0 ? (double)v->done_ops / v->length_s : 0;

	v->kept_pace = v->length_s <= v->original_s;
	snprintf(v->words, sizeof v->words,
	         "without pauses the target does in %.3f s what the job spread over %.3f s: %.0f "
	         "operations/s, %.1f MB/s",
	         v->length_s, v->original_s, ops,
	         v->length_s > 0 ? (double)v->done_bytes / v->length_s / 1e6 : 0);
}

/* Who did less than the job says nothing of the job's pace. */
static void verdict_partial(struct replay_verdict *v)
{
	if (v->done_ops < v->planned_ops) {
		v->kept_pace = false;
		snprintf(
		        v->words, sizeof v->words,
		        "the replay ended early: what follows is of the operations that were done");
	} else if (v->done_bytes < v->planned_bytes) {
		v->kept_pace = false;
		snprintf(v->words, sizeof v->words,
		         "%" PRIu64 " bytes of the plan were not moved, by operations that failed "
		         "or that the target cut short: what follows is of the others",
		         v->planned_bytes - v->done_bytes);
	}
}

void verdict_make(struct replay_verdict *v, const struct run *run)
{
	struct outcomes *outcomes = outcomes_new(run);
	struct outcome_at at;

	*v = (struct replay_verdict){.run = run};
	v->stages = memory_get(AIOT_STAGES, sizeof *v->stages);
	verdict_planned(v);
	while (outcomes_next(outcomes, &at))
		verdict_outcome(v, &at);
	outcomes_free(outcomes);
	verdict_hand_offs(v);
	if (run->options.timing == TIMING_ORIGINAL)
		lateness_find(&v->late, run);
	saves_find(&v->checkpoints, run, AIOT_STAGE_CHECKPOINT);
	saves_find(&v->restores, run, AIOT_STAGE_RESTORE);
	waits_find(&v->waits, run);
	v->complete =
	        v->done_ops == v->planned_ops && !v->failed && v->done_bytes >= v->planned_bytes;
	switch (run->options.timing) {
	case TIMING_ORIGINAL: verdict_original(v); break;
	case TIMING_THINK: verdict_think(v); break;
	default: verdict_fast(v);
	}
	verdict_partial(v);
}

void verdict_free(struct replay_verdict *v)
{
	for (int i = 0; i < AIOT_STAGES; i++)
		rate_free(&v->stages[i].rate);
	free(v->stages);
	saves_free(&v->checkpoints);
	saves_free(&v->restores);
}
