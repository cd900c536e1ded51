/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/waits.h"

#include "stage/stage.h"

struct consumer {
	const struct run *run;
	const struct lane *lane;
	const struct outcome *outcomes;
	size_t next; /* hold */
	uint64_t waited_ns, begun_ns, ended_ns, was_waited_ns, was_begun_ns, was_ended_ns;
	bool any, any_was;
};

static bool waits_consumes(const struct plan *plan, const struct lane *lane)
{
	const struct process *p = &plan->recording->processes[lane->process];

	return lane->tid == p->pid && process_is_main(p);
}

/* Whether it waits for a loader worker there. */
static bool waits_for_worker(struct consumer *c, uint32_t i)
{
	const struct plan *plan = c->run->plan;
	bool found = false;

	for (; c->next < c->lane->hold_count && c->lane->holds[c->next].op <= i; c->next++) {
		uint32_t other = plan->lanes[c->lane->holds[c->next].thread].process;
		found |= c->lane->holds[c->next].op == i &&
		         plan->recording->processes[other].role == ROLE_WORKER;
	}
	return found;
}

static void waits_recorded(struct consumer *c, uint32_t i, uint64_t waited)
{
	uint64_t begun = c->lane->ops[i].start_ns, end = plan_ended_ns(c->lane, i);

	if (c->lane->ops[i].kind == OP_NONE) {
		uint64_t early = short_to_ns(c->lane->ops[i].size);
		begun -= early < begun ? early : begun;
	}
	if (!c->any_was)
		c->was_begun_ns = begun;
	c->any_was = true;
	c->was_waited_ns += waited;
	if (end > c->was_ended_ns)
		c->was_ended_ns = end;
}

static void waits_replayed(struct consumer *c, const struct outcome *o, uint64_t waited)
{
	uint64_t end = o->start_ns + short_to_ns(o->duration);

	if (!o->start_ns)
		return;
	if (!c->any)
		c->begun_ns = o->start_ns;
	c->any = true;
	c->waited_ns += waited;
	if (end > c->ended_ns)
		c->ended_ns = end;
}

/* With the recorded start times, what was waited for then is waited for again. */
static void waits_op(struct consumer *c, uint32_t i)
{
	const struct op *op = &c->lane->ops[i];
	const struct outcome *o = &c->outcomes[i];
	uint64_t waited = short_to_ns(o->duration);
	bool worker = waits_for_worker(c, i);

	if (op->kind == OP_NONE) {
		if (!op->offset || !worker)
			return;
		waits_recorded(c, i, op->offset);
		if (c->run->options.timing == TIMING_ORIGINAL)
			waited += op->offset;
		waits_replayed(c, o, waited);
	} else if (op_stage(op) == AIOT_STAGE_TRAIN && !(op->bits & (OP_ASYNC | OP_IMPLICIT)) &&
	           op_needs(op->kind) != 'w') {
		waits_recorded(c, i, plan_ended_ns(c->lane, i) - op->start_ns);
		waits_replayed(c, o, waited);
	}
}

static void waits_add(struct wait_sum *sum, bool any, uint64_t waited, uint64_t begun,
                      uint64_t ended)
{
	if (!any)
		return;
	sum->waited_s += (double)waited / 1e9;
	sum->phase_s += (double)(ended - begun) / 1e9;
}

void waits_find(struct waits *waits, const struct run *run)
{
	const struct plan *plan = run->plan;

	*waits = (struct waits){0};
	for (unsigned client = 0; client < run->target->options.clients; client++)
		for (size_t k = 0; k < plan->lane_count; k++) {
			struct consumer c = {.run = run,
			                     .lane = &plan->lanes[k],
			                     .outcomes =
			                             run->outcomes[client * plan->lane_count + k]};
			if (!waits_consumes(plan, c.lane))
				continue;
			for (uint32_t i = 0; i < c.lane->count; i++)
				waits_op(&c, i);
			waits_add(&waits->recorded, c.any_was, c.was_waited_ns, c.was_begun_ns,
			          c.was_ended_ns);
			if (run->options.timing != TIMING_FAST)
				waits_add(&waits->replayed, c.any, c.waited_ns, c.begun_ns,
				          c.ended_ns);
		}
}

double waits_share(const struct wait_sum *sum)
{
	if (sum->phase_s <= 0)
		return -1;
	return sum->waited_s < sum->phase_s ? sum->waited_s / sum->phase_s : 1;
}
