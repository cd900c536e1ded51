/* SPDX-License-Identifier: Apache-2.0
 *
 * Threads of a plan: their lists, the time of each operation, and what threads
 * owe each other because one made the other or waited for it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "read/kin.h"
#include "replay/planner.h"

struct id_table *planner_table(struct id_table **table)
{
	if (!*table)
		*table = id_table_new();
	return *table;
}

const struct process *planner_parent(struct planner *p, const struct process *process)
{
	struct process_state *state = &p->processes[process->number];

	if (!state->parent_known)
		state->parent = kin_parent(p->plan->recording, process);
	state->parent_known = true;
	return state->parent;
}

/* What the first operation of a process comes after: the fork that made it. */
static const struct moment_of *planner_origin(struct planner *p, const struct process *process)
{
	const struct process *parent = planner_parent(p, process);
	const struct process_state *state;

	if (p->processes[process->number].begun.lane != UINT32_MAX)
		return &p->processes[process->number].begun;
	if (!parent)
		return NULL;
	state = &p->processes[parent->number];
	for (size_t i = state->child_count; i-- > 0;)
		if (state->child_pids[i] == process->pid)
			return &state->children[i];
	return NULL;
}

/* What made the thread ended after the thread began, as fork does: what counts is
 * that it began, and from then on the thread's first pause. */
static void planner_made_by(struct planner *p, const struct moment_of *at,
                            const struct moment_of *maker)
{
	struct lane *lane = &p->plan->lanes[at->lane];
	struct op *op = &lane->ops[at->op];
	struct moment_of early = *maker;
	uint64_t pause;

	if (maker->lane == at->lane || maker->start_ns > at->start_ns)
		return;
	early.end_ns = early.start_ns;
	order_after(p->order, at, &early);
	pause = at->start_ns - maker->start_ns;
	if (lane->made && pause >= short_to_ns(op->gap))
		return;
	lane->made = true;
	lane->maker = maker->lane;
	if (pause < short_to_ns(op->gap))
		op->gap = short_ns(pause);
}

static void planner_lane_begins(struct planner *p, const struct process *process,
                                const struct moment_of *at)
{
	const struct moment_of *thread = &p->processes[process->number].thread;
	const struct moment_of *origin = planner_origin(p, process);

	if (origin)
		planner_made_by(p, at, origin);
	if (thread->lane != UINT32_MAX)
		planner_made_by(p, at, thread);
}

uint32_t planner_lane(struct planner *p, const struct happening *h)
{
	struct id_table *table = planner_table(&p->processes[h->process->number].lanes);
	uint32_t found = id_table_get(table, h->tid);
	struct plan *plan = p->plan;

	if (found)
		return found - 1;
	plan->lanes =
	        memory_grow(plan->lanes, plan->lane_count, &plan->lane_room, sizeof *plan->lanes);
	p->lanes = memory_grow(p->lanes, plan->lane_count, &p->lane_room, sizeof *p->lanes);
	plan->lanes[plan->lane_count].process = h->process->number;
	plan->lanes[plan->lane_count].tid = h->tid;
	id_table_set(table, h->tid, (uint32_t)++plan->lane_count);
	return (uint32_t)plan->lane_count - 1;
}

/* ---- time ---- */

static void planner_heap_down(struct lane_state *l)
{
	size_t i = 0;

	for (;;) {
		size_t least = i;
		uint64_t value = l->ends[i];
		for (size_t c = 2 * i + 1; c < 2 * i + 3 && c < l->end_count; c++)
			if (l->ends[c] < l->ends[least])
				least = c;
		if (least == i)
			return;
		l->ends[i] = l->ends[least];
		l->ends[least] = value;
		i = least;
	}
}

static void planner_heap_add(struct lane_state *l, uint64_t end)
{
	size_t i = l->end_count;

	l->ends = memory_grow(l->ends, i, &l->end_room, sizeof *l->ends);
	l->end_count++;
	for (; i && l->ends[(i - 1) / 2] > end; i = (i - 1) / 2)
		l->ends[i] = l->ends[(i - 1) / 2];
	l->ends[i] = end;
}

static void planner_ended(struct lane_state *l, uint64_t start)
{
	while (l->end_count && l->ends[0] <= start) {
		if (l->ends[0] > l->last_ns)
			l->last_ns = l->ends[0];
		l->ends[0] = l->ends[--l->end_count];
		if (l->end_count)
			planner_heap_down(l);
	}
}

/* Grown by hand: what is not used yet stays untouched memory. */
static struct op *planner_room(struct lane *lane)
{
	if (lane->count == lane->room) {
		lane->room = lane->room ? lane->room + lane->room / 2 : 64;
		lane->ops = realloc(lane->ops, lane->room * sizeof *lane->ops);
		if (!lane->ops) {
			fputs("aiotrace: out of memory\n", stderr);
			exit(1);
		}
	}
	return &lane->ops[lane->count++];
}

/* To fail here, too; but for what another call stands for that can't fail so. */
static bool planner_fails(const struct happening *h)
{
	if (h->is.kind == OP_ACCESS && h->result == -EACCES)
		return false;
	return h->result < 0 && !(h->is.kind == OP_LSTAT && h->result == -EINVAL);
}

/* Appends an operation; time and depth are the event's. */
struct op *planner_emit(struct planner *p, const struct happening *h, uint8_t kind, uint32_t object,
                        struct moment_of *at)
{
	uint32_t number = planner_lane(p, h);
	struct lane_state *state = &p->lanes[number];
	struct lane *lane = &p->plan->lanes[number];
	struct op *op;
	bool async = h->is.role == AS_OP && h->is.async && kind != OP_OPEN;

	if (!p->plan->start_ns)
		p->plan->start_ns = (uint64_t)h->start_ns;
	at->lane = number;
	at->op = lane->count;
	at->start_ns = (uint64_t)h->start_ns - p->plan->start_ns;
	at->end_ns = at->start_ns + h->duration_ns;
	planner_ended(state, at->start_ns);
	op = planner_room(lane);
	*op = (struct op){.start_ns = at->start_ns, .object = object, .kind = kind};
	op->gap = short_ns(at->start_ns > state->last_ns ? at->start_ns - state->last_ns : 0);
	op->depth = state->end_count < OP_DEEPEST ? (unsigned)state->end_count & OP_DEEPEST
	                                          : OP_DEEPEST;
	op->bits = (uint8_t)(h->stage | (kind && planner_fails(h) ? OP_FAILS : 0) |
	                     (async ? OP_ASYNC : 0));
	if (async)
		planner_heap_add(state, at->end_ns);
	if (state->end_count > lane->deepest)
		lane->deepest = (uint32_t)state->end_count;
	lane->has_async |= async;
	state->last_ns = async ? at->start_ns : at->end_ns;
	state->blocked_ns = 0;
	if (at->op == 0)
		planner_lane_begins(p, h->process, at);
	if (at->end_ns > lane->end_ns)
		lane->end_ns = at->end_ns;
	if (at->end_ns > p->plan->length_ns)
		p->plan->length_ns = at->end_ns;
	return op;
}

/* ---- between threads ---- */

bool planner_hand_off(struct planner *p, const struct happening *h, bool blocks,
                      struct moment_of *at)
{
	struct happening made = *h;
	struct lane_state *state;
	uint64_t blocked;
	uint32_t lane;
	struct op *op;

	if (!p->plan->start_ns)
		return false;
	made.is = (struct call_kind){.role = AS_WAIT};
	lane = planner_lane(p, h);
	state = &p->lanes[lane];
	blocked = blocks ? state->blocked_ns : 0;
	op = planner_emit(p, &made, OP_NONE, 0, at);
	if (blocked) {
		uint64_t gap = short_to_ns(op->gap);
		blocked = gap < blocked ? gap : blocked;
		op->gap = short_ns(gap - blocked);
	}
	op->size = short_ns(blocked);
	op->offset = h->call->class == AIOT_CLASS_READ ? blocked + h->duration_ns : 0;
	p->plan->hand_offs++;
	return true;
}

/* The parent of vfork is let go when its child has become another program, which may
 * come further than to its first operation until the parent goes on. */
static void planner_late(struct planner *p, uint32_t lane, const struct moment_of *at)
{
	const struct lane *parent = &p->plan->lanes[at->lane];
	struct op *op = &p->plan->lanes[lane].ops[0];
	uint64_t paused = short_to_ns(parent->ops[at->op].gap);
	uint64_t last = at->start_ns > paused ? at->start_ns - paused : 0;
	struct moment_of first = {lane, 0, op->start_ns, op->start_ns};

	if (lane == at->lane || !at->op)
		return;
	order_after(p->order, &first, &(struct moment_of){at->lane, at->op - 1, 0, 0});
	p->plan->lanes[lane].made = true;
	p->plan->lanes[lane].maker = at->lane;
	op->gap = short_ns(op->start_ns > last ? op->start_ns - last : 0);
}

static void planner_child_began(struct planner *p, const struct happening *h, uint64_t pid,
                                const struct moment_of *at)
{
	const struct process *child;
	size_t next = 0;

	while ((child = kin_of_pid(p->plan->recording, h->process, pid, &next))) {
		const struct id_table *lanes = p->processes[child->number].lanes;
		uint32_t lane = lanes ? id_table_get(lanes, (uint32_t)pid) : 0;
		if (lane && p->plan->lanes[lane - 1].count &&
		    planner_parent(p, child) == h->process && !planner_origin(p, child))
			planner_late(p, lane - 1, at);
	}
}

static void planner_child(struct planner *p, const struct happening *h, int64_t pid,
                          const struct moment_of *at)
{
	struct process_state *s = &p->processes[h->process->number];

	planner_child_began(p, h, (uint64_t)pid, at);
	s->children = memory_grow(s->children, s->child_count, &s->child_room, sizeof *s->children);
	s->child_pids =
	        memory_grow(s->child_pids, s->child_count, &s->pid_room, sizeof *s->child_pids);
	s->children[s->child_count] = *at;
	s->child_pids[s->child_count++] = pid;
}

/* The image that a process becomes begins after what it was. */
static void planner_exec(struct planner *p, const struct happening *h, const struct moment_of *at)
{
	struct recording *r = p->plan->recording;

	for (size_t i = 0; i < r->count; i++)
		if (r->processes[i].pid == h->process->pid &&
		    r->processes[i].run == h->process->run &&
		    r->processes[i].image == h->process->image + 1)
			p->processes[i].begun = *at;
}

/* To make a process or thread takes the job's time, and no storage's. */
static bool planner_makes(struct planner *p, const struct happening *h, struct moment_of *at)
{
	if (!planner_hand_off(p, h, false, at))
		return false;
	p->lanes[at->lane].last_ns = at->start_ns;
	return true;
}

void planner_process(struct planner *p, const struct happening *h)
{
	struct moment_of at;
	bool process;

	switch (h->is.role) {
	case AS_FORK:
	case AS_SPAWN:
		if (h->result > 0 || h->is.role == AS_SPAWN)
			if (planner_makes(p, h, &at))
				planner_child(p, h, h->is.role == AS_FORK ? h->result : h->aux,
				              &at);
		break;
	case AS_EXEC:
		if (planner_hand_off(p, h, false, &at))
			planner_exec(p, h, &at);
		break;
	case AS_THREAD:
		if (planner_makes(p, h, &at))
			p->processes[h->process->number].thread = at;
		break;
	case AS_JOIN:
	case AS_REAP:
		if (h->result < 0 || !planner_hand_off(p, h, true, &at))
			break;
		process = h->is.role == AS_REAP;
		order_reaped(p->order, &at, h->process->number, process ? h->result : 0,
		             process && !p->plan->lanes[at.lane].real);
		break;
	case AS_BLOCK:
		if (p->plan->start_ns) {
			uint32_t lane = planner_lane(p, h); /* may move them */
			p->lanes[lane].blocked_ns += h->duration_ns;
		}
		break;
	default: break;
	}
}
