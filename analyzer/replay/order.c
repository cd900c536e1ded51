/* SPDX-License-Identifier: Apache-2.0
 *
 * Names and ranges are remembered only of files that change in the run: what
 * is only read needs no order.
 */
#include "replay/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "replay/about.h"

#define ORDER_RECENT 8 /* holds that a lane remembers */

struct piped {
	uint64_t pipe, bytes;
	struct moment_of at;
	bool write;
};

struct reaped {
	struct moment_of at;
	uint32_t process;
	int64_t pid;
	bool only; /* all that the thread did was to start it */
};

struct order {
	struct plan *plan;
	struct about **names; /* by name, NULL where nothing is known */
	uint32_t name_room;
	struct hold (*recent)[ORDER_RECENT]; /* by lane */
	size_t recent_room;
	struct piped *pipes;
	size_t pipe_count, pipe_room;
	struct reaped *reaped;
	size_t reaped_count, reaped_room;
};

struct order *order_new(struct plan *plan)
{
	struct order *order = memory_get(1, sizeof *order);

	order->plan = plan;
	return order;
}

/* True where the lane waits for that, or for more, already. */
static bool order_known(struct order *o, uint32_t lane, const struct hold *hold)
{
	struct hold *recent;

	while (lane >= o->recent_room)
		o->recent =
		        memory_grow(o->recent, o->recent_room, &o->recent_room, sizeof *o->recent);
	recent = o->recent[lane];
	for (int i = 0; i < ORDER_RECENT; i++)
		if (recent[i].until && recent[i].thread == hold->thread) {
			if (recent[i].until >= hold->until && recent[i].op <= hold->op)
				return true;
			recent[i] = *hold;
			return false;
		}
	recent[hold->thread % ORDER_RECENT] = *hold;
	return false;
}

static void order_hold(struct order *o, uint32_t lane, const struct hold *hold)
{
	struct lane *l = &o->plan->lanes[lane];

	if (order_known(o, lane, hold))
		return;
	l->holds = memory_grow(l->holds, l->hold_count, &l->hold_room, sizeof *l->holds);
	l->holds[l->hold_count++] = *hold;
	o->plan->lanes[hold->thread].ops[hold->until - 1].bits |= OP_AWAITED;
	o->plan->lanes[hold->thread].awaited = true;
}

void order_after_done(struct order *o, const struct moment_of *later, const struct done *earlier)
{
	if (later->lane == earlier->lane || earlier->end_ns > later->start_ns)
		return;
	order_hold(
	        o, later->lane,
	        &(struct hold){.op = later->op, .thread = earlier->lane, .until = earlier->op + 1});
}

void order_after(struct order *o, const struct moment_of *later, const struct moment_of *earlier)
{
	struct done done = done_at(earlier);

	order_after_done(o, later, &done);
}

static struct about *order_about(struct order *o, uint32_t name)
{
	if (name >= o->name_room) {
		uint32_t room = o->plan->name_count + o->plan->name_count / 8 + 64;
		o->names = realloc(o->names, room * sizeof(struct about *));
		if (!o->names)
			abort();
		memset(o->names + o->name_room, 0, (room - o->name_room) * sizeof *o->names);
		o->name_room = room;
	}
	if (!o->names[name])
		o->names[name] = about_new();
	return o->names[name];
}

void order_use(struct order *o, uint32_t name, const struct moment_of *at)
{
	if (o->plan->places[name].changes)
		about_use(order_about(o, name), o, at);
}

void order_change(struct order *o, uint32_t name, const struct moment_of *at)
{
	about_change(order_about(o, name), o, at);
}

void order_write(struct order *o, uint32_t name, uint64_t begin, uint64_t end,
                 const struct moment_of *at)
{
	about_write(order_about(o, name), o, begin, end, at);
}

void order_read(struct order *o, uint32_t name, uint64_t begin, uint64_t end, uint64_t asked,
                const struct moment_of *at)
{
	if (o->plan->places[name].changes)
		about_read(order_about(o, name), o, begin, end, asked, at);
}

void order_resize(struct order *o, uint32_t name, uint64_t from, uint64_t to,
                  const struct moment_of *at)
{
	about_resize(order_about(o, name), o, from < to ? from : to, at);
}

void order_renamed(struct order *o, uint32_t from, uint32_t to)
{
	about_renamed(order_about(o, from), order_about(o, to));
}

void order_pipe(struct order *o, uint64_t pipe, bool write, uint64_t bytes,
                const struct moment_of *at)
{
	o->pipes = memory_grow(o->pipes, o->pipe_count, &o->pipe_room, sizeof *o->pipes);
	o->pipes[o->pipe_count++] = (struct piped){pipe, bytes, *at, write};
}

void order_reaped(struct order *o, const struct moment_of *at, uint32_t process, int64_t pid,
                  bool only)
{
	o->reaped = memory_grow(o->reaped, o->reaped_count, &o->reaped_room, sizeof *o->reaped);
	o->reaped[o->reaped_count++] = (struct reaped){*at, process, pid, only};
}

/* Writes in the order in which they began, reads in that in which they ended:
 * a reader may wait long before its writer comes. */
static int order_pipes(const void *one, const void *other)
{
	const struct piped *a = one, *b = other;
	uint64_t x = a->write ? a->at.start_ns : a->at.end_ns,
	         y = b->write ? b->at.start_ns : b->at.end_ns;

	if (a->pipe != b->pipe)
		return a->pipe < b->pipe ? -1 : 1;
	if (a->write != b->write)
		return b->write - a->write;
	return x < y ? -1 : x > y;
}

/* The read that brings the sum to n bytes needs the write that did. */
static void order_pipe_match(struct order *o, struct piped *writes, size_t write_count,
                             struct piped *reads, size_t read_count)
{
	uint64_t written = 0, read = 0;
	size_t w = 0;

	for (size_t i = 0; i < read_count; i++) {
		read += reads[i].bytes;
		while (w < write_count && written < read)
			written += writes[w++].bytes;
		if (!w || written < read)
			return;
		if (writes[w - 1].at.lane == reads[i].at.lane ||
		    writes[w - 1].at.start_ns > reads[i].at.end_ns)
			continue;
		order_hold(o, reads[i].at.lane,
		           &(struct hold){reads[i].at.op, writes[w - 1].at.lane,
		                          writes[w - 1].at.op + 1});
	}
}

static void order_all_pipes(struct order *o)
{
	if (o->pipe_count)
		qsort(o->pipes, o->pipe_count, sizeof *o->pipes, order_pipes);
	for (size_t i = 0; i < o->pipe_count;) {
		size_t reads = i, end;
		while (reads < o->pipe_count && o->pipes[reads].pipe == o->pipes[i].pipe &&
		       o->pipes[reads].write)
			reads++;
		end = reads;
		while (end < o->pipe_count && o->pipes[end].pipe == o->pipes[i].pipe)
			end++;
		order_pipe_match(o, o->pipes + i, reads - i, o->pipes + reads, end - reads);
		i = end;
	}
}

/* Of a joined thread it is not known which it was: those that ended meanwhile. */
static bool order_ended(const struct plan *plan, const struct reaped *r, uint32_t lane)
{
	const struct lane *l = &plan->lanes[lane];
	uint64_t last = l->count ? l->ops[l->count - 1].start_ns : 0;

	if (!l->count || lane == r->at.lane || last > r->at.end_ns)
		return false;
	if (r->pid)
		return plan->recording->processes[l->process].pid == r->pid &&
		       plan->recording->processes[l->process].run ==
		               plan->recording->processes[r->process].run;
	return l->process == r->process && last >= r->at.start_ns;
}

/* Behind its last operation an ended process or thread took some time to end, for which
 * it was waited in this call or in one before, as poll. Who did nothing but start a process
 * has waited for it from then on, by whatever call. */
static void order_ending(struct order *o, const struct reaped *r, uint64_t last)
{
	struct op *op = &o->plan->lanes[r->at.lane].ops[r->at.op];
	uint64_t before = short_to_ns(op->size), begun = r->at.start_ns, from;

	begun -= before < begun ? before : begun;
	from = last > begun || r->only ? last : begun;
	if (r->only && last <= r->at.start_ns)
		op->gap = 0;
	if (r->at.end_ns > from)
		op->object = short_ns(r->at.end_ns - from);
}

static void order_all_reaped(struct order *o)
{
	for (size_t i = 0; i < o->reaped_count; i++) {
		const struct reaped *r = &o->reaped[i];
		uint64_t last = 0;
		for (uint32_t lane = 0; lane < o->plan->lane_count; lane++) {
			const struct lane *l = &o->plan->lanes[lane];
			if (!order_ended(o->plan, r, lane))
				continue;
			order_hold(o, r->at.lane, &(struct hold){r->at.op, lane, l->count});
			last = l->end_ns > last ? l->end_ns : last;
		}
		if (last)
			order_ending(o, r, last);
	}
}

static int order_by_op(const void *one, const void *other)
{
	const struct hold *a = one, *b = other;

	return a->op < b->op ? -1 : a->op > b->op;
}

/* Lets a lane go as far as its holds allow. */
static bool order_advance(struct plan *plan, uint32_t lane, uint32_t *done, size_t *next)
{
	struct lane *l = &plan->lanes[lane];
	uint32_t before = done[lane];

	while (next[lane] < l->hold_count) {
		const struct hold *h = &l->holds[next[lane]];
		done[lane] = h->op;
		if (done[h->thread] < h->until)
			return done[lane] != before;
		next[lane]++;
	}
	done[lane] = l->count;
	return done[lane] != before;
}

/* Runs the plan without doing anything; a hold that nothing can fulfil goes. */
static void order_check(struct plan *plan)
{
	uint32_t *done = memory_get(plan->lane_count, sizeof *done);
	size_t *next = memory_get(plan->lane_count, sizeof *next);
	bool moved = true;

	while (moved) {
		moved = false;
		for (uint32_t i = 0; i < plan->lane_count; i++)
			moved |= order_advance(plan, i, done, next);
		for (uint32_t i = 0; !moved && i < plan->lane_count; i++)
			if (next[i] < plan->lanes[i].hold_count) {
				/* Fulfilled from the start: nothing is waited for. */
				plan->lanes[i].holds[next[i]].until = 0;
				plan->dropped_holds++;
				next[i]++;
				moved = true;
			}
	}
	free(done);
	free(next);
}

void order_finish(struct order *o)
{
	order_all_pipes(o);
	order_all_reaped(o);
	for (size_t i = 0; i < o->plan->lane_count; i++) {
		struct lane *l = &o->plan->lanes[i];
		if (l->hold_count)
			qsort(l->holds, l->hold_count, sizeof *l->holds, order_by_op);
		o->plan->holds += l->hold_count;
	}
	order_check(o->plan);
	for (uint32_t i = 0; i < o->name_room; i++) {
		if (o->names[i])
			about_free(o->names[i]);
	}
	free(o->names);
	free(o->recent);
	free(o->pipes);
	free(o->reaped);
	free(o);
}
