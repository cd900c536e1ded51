/* SPDX-License-Identifier: Apache-2.0
 *
 * What planning keeps while it goes through the recording; private to plan.c
 * (what is replayed) and planner.c (how).
 */
#ifndef REPLAY_PLANNER_H
#define REPLAY_PLANNER_H

#include "id_table.h"
#include "merge.h"
#include "replay/call_kind.h"
#include "replay/order.h"
#include "replay/plan.h"
#include "replay/space.h"
#include "stage.h"

/* An event, with what its ids stand for. */
struct happening {
	const struct process *process;
	const struct call *call;
	struct call_kind is;
	uint32_t file, name, second, handle, aux, tid;
	int64_t offset, result, start_ns; /* CLOCK_REALTIME */
	uint64_t size, duration_ns;
	uint8_t flags;
	unsigned stage;
};

struct lane_state;
struct opening_state;
struct process_state;

struct planner {
	struct plan *plan;
	struct plan_options *options;
	struct stages *stages;
	struct call_kind **kinds; /* [process number][call] */
	uint8_t *verdicts;        /* by name: enum refusal + 1, 0 = not yet judged */
	uint32_t verdict_count;
	struct order *order;
	struct space *space;
	struct lane_state *lanes;
	size_t lane_room;
	struct opening_state *openings;
	size_t opening_room;
	struct process_state *processes;
};

void planner_begin(struct planner *planner);

/* REFUSAL_COUNT where the event became an operation. */
enum refusal planner_take(struct planner *planner, struct happening *h);

/* An operation that does nothing but be waited for, or wait; false where the
 * plan has not begun yet. With blocks, what the thread waited before was for it. */
bool planner_hand_off(struct planner *planner, const struct happening *h, bool blocks,
                      struct moment_of *at);

/* Forks, threads and waiting. */
void planner_process(struct planner *planner, const struct happening *h);

void planner_end(struct planner *planner);

#endif
