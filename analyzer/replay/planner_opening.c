/* SPDX-License-Identifier: Apache-2.0
 *
 * Openings of a plan: which one a handle stands for, in the process that opened
 * it and in those that inherited it, and what is opened out of sight.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "replay/planner.h"

#define PLANNER_USERS 4 /* lanes that an opening remembers, beside the one that opened it */

uint32_t planner_new_opening(struct planner *p, uint32_t name, uint32_t flags)
{
	struct plan *plan = p->plan;
	size_t i = plan->opening_count;

	plan->openings =
	        memory_grow(plan->openings, i, &plan->opening_room, sizeof *plan->openings);
	plan->openings[i] = (struct opening){name, flags, 0};
	if (i % OPENING_STATES == 0) {
		p->openings = memory_grow(p->openings, i / OPENING_STATES, &p->opening_room,
		                          sizeof *p->openings);
		p->openings[i / OPENING_STATES] = memory_get(1, sizeof **p->openings);
	}
	planner_state(p, (uint32_t)i)->references = 1;
	plan->opening_count++;
	return (uint32_t)i;
}

struct opening_state *planner_state(struct planner *p, uint32_t opening)
{
	struct opening_states *states = p->openings[opening / OPENING_STATES];

	return states ? &states->of[opening % OPENING_STATES] : NULL;
}

void planner_over(struct planner *p, uint32_t opening)
{
	struct opening_states **states = &p->openings[opening / OPENING_STATES];
	struct opening_state *o = &(*states)->of[opening % OPENING_STATES];

	o->closed = true;
	(*states)->over += !o->mapped;
	if ((*states)->over < OPENING_STATES)
		return;
	free(*states);
	*states = NULL;
}

void planner_forget(struct planner *p)
{
	for (uint32_t i = 0; i < p->plan->opening_count; i++)
		if (planner_state(p, i))
			free(planner_state(p, i)->others);
	for (size_t i = 0; i * OPENING_STATES < p->plan->opening_count; i++)
		free(p->openings[i]);
	free(p->openings);
}

void planner_handle(struct planner *p, const struct happening *h, uint32_t opening)
{
	planner_state(p, opening)->given = h->given;
	id_table_set(planner_table(&p->processes[h->process->number].openings), h->handle,
	             opening + 1);
}

static uint32_t planner_find_handle(struct planner *p, const struct process *process,
                                    const struct happening *h)
{
	struct id_table *table = p->processes[process->number].openings;
	uint32_t found = table && h->handle ? id_table_get(table, h->handle) : 0;
	const struct opening_state *o = found ? planner_state(p, found - 1) : NULL;

	if (!o || o->given != h->given || o->closed)
		return 0;
	return found;
}

/* The opening that the event's handle stands for, as far as known: that of the
 * process, or of the one it was forked from. */
uint32_t planner_known(struct planner *p, const struct happening *h)
{
	const struct process *process = h->process;
	uint32_t found = planner_find_handle(p, process, h);

	for (int depth = 0; !found && process && process->origin == AIOT_ORIGIN_FORK && depth < 64;
	     depth++) {
		process = planner_parent(p, process);
		found = process ? planner_find_handle(p, process, h) : 0;
		if (found)
			planner_handle(p, h, found - 1);
	}
	return found;
}

void planner_opened_at(struct planner *p, uint32_t opening, const struct happening *h,
                       const struct moment_of *at)
{
	struct opening_state *o = planner_state(p, opening);

	o->lane = at->lane;
	o->op = at->op;
	o->opened_ns = at->end_ns;
	o->process = h->process->number;
}

/* Another lane than the one that opened it: after the opening, before the
 * closing. */
void planner_uses(struct planner *p, uint32_t opening, const struct moment_of *at)
{
	struct opening_state *o = planner_state(p, opening);
	struct moment_of opened = {o->lane, o->op, 0, o->opened_ns};

	if (o->lane == at->lane) {
		o->own = *at;
		return;
	}
	order_after(p->order, at, &opened);
	if (!o->others)
		o->others = memory_get(PLANNER_USERS, sizeof *o->others);
	for (int i = 0; i < o->other_count; i++)
		if (o->others[i].lane == at->lane) {
			o->others[i] = *at;
			return;
		}
	if (o->other_count < PLANNER_USERS)
		o->others[o->other_count++] = *at;
	else
		o->kept = true;
}

void planner_ends(struct planner *p, uint32_t opening, const struct moment_of *at)
{
	const struct opening_state *o = planner_state(p, opening);

	if (o->lane != at->lane && o->own.end_ns)
		order_after(p->order, at, &o->own);
	for (int i = 0; i < o->other_count; i++)
		order_after(p->order, at, &o->others[i]);
}

/* A name in a folder that the run made needs that folder; one that is made or
 * removed is a use of it. */
void planner_parent_folder(struct planner *p, uint32_t name, const struct moment_of *at)
{
	const char *path = names_text(p->plan->recording->names, name);
	const char *slash = strrchr(path, '/');
	uint32_t parent = slash && slash != path ? names_find(p->plan->recording->names, path,
	                                                      (size_t)(slash - path))
	                                         : 0;

	if (parent && parent < p->plan->name_count)
		order_use(p->order, parent, at);
}

/* A file that something made out of the recording's sight is made here. */
void planner_appears(struct planner *p, const struct happening *h)
{
	struct happening makes = *h;
	struct moment_of at;
	uint32_t opening;

	if (space_can_be(p->space, h->name))
		return;
	opening = planner_new_opening(p, h->name, O_WRONLY | O_CREAT);
	makes.duration_ns = 0;
	makes.result = 0;
	makes.is.async = false;
	planner_emit(p, &makes, OP_OPEN, opening, &at)->bits |= OP_IMPLICIT;
	planner_emit(p, &makes, OP_CLOSE, opening, &at)->bits |= OP_IMPLICIT;
	planner_over(p, opening);
	p->plan->implicit++;
	planner_parent_folder(p, h->name,
	                      &(struct moment_of){at.lane, at.op - 1, at.start_ns, at.end_ns});
	space_made(p->space, h->name, false);
	order_change(p->order, h->name, &at);
}

/* A descriptor that was opened before, or out of sight. */
static uint32_t planner_implicit(struct planner *p, const struct happening *h)
{
	bool changes = p->plan->places[h->name].changes;
	bool folder = process_file_at(h->process, h->file)->kind == AIOT_FILE_DIRECTORY;
	uint32_t opening = planner_new_opening(p, h->name,
	                                       folder    ? O_RDONLY | O_DIRECTORY
	                                       : changes ? O_RDWR
	                                                 : O_RDONLY);
	struct happening opens = *h;
	struct moment_of at;
	struct op *op;

	planner_appears(p, h);
	opens.duration_ns = 0;
	opens.result = 0;
	opens.is.async = false;
	op = planner_emit(p, &opens, OP_OPEN, opening, &at);
	op->bits |= OP_IMPLICIT;
	op->offset = h->offset > 0 ? (uint64_t)h->offset : 0;
	planner_state(p, opening)->position = h->offset;
	p->plan->implicit++;
	planner_handle(p, h, opening);
	planner_opened_at(p, opening, h, &at);
	order_use(p->order, h->name, &at);
	space_found(p->space, h->name, folder, process_file_first(h->process, h->file)->size);
	p->plan->openings[opening].found = p->plan->places[h->name].origin;
	return opening;
}

uint32_t planner_opening(struct planner *p, const struct happening *h)
{
	uint32_t known = planner_known(p, h);

	return known ? known - 1 : planner_implicit(p, h);
}
