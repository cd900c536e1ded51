/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/marks.h"

#include <stdlib.h>

#include "analysis/analysis.h"
#include "base/memory.h"

static void *marks_make(const struct known *known)
{
	struct marks *all = memory_get(1, sizeof *all);

	all->processes = known->recording->count;
	all->of = memory_get(all->processes, sizeof *all->of);
	return all;
}

static void marks_event(struct marks_of *of, const struct events *e, uint32_t i)
{
	if (of->count == MARKS_MOST) {
		of->left_out++;
		return;
	}
	of->items = memory_grow(of->items, of->count, &of->room, sizeof *of->items);
	of->items[of->count++] = (struct mark){
	        .at_ns = e->start[i],
	        .process = e->process->number,
	        .stage = e->flags[i] & AIOT_EVENT_MARKED ? e->stage[i] : AIOT_STAGES,
	};
}

static void marks_add(void *state, const struct events *e)
{
	struct marks *all = state;

	for (uint32_t i = 0; i < e->count; i++)
		if (e->call[i] == AIOT_CALL_mark && e->tid[i] == e->process->pid)
			marks_event(&all->of[e->process->number], e, i);
}

static int marks_order(const void *one, const void *other)
{
	const struct mark *a = one, *b = other;

	if (a->at_ns != b->at_ns)
		return a->at_ns < b->at_ns ? -1 : 1;
	return (a->process > b->process) - (a->process < b->process);
}

static void marks_finish(void *state, const struct known *known)
{
	struct marks *all = state;
	size_t room = 0;

	(void)known;
	for (size_t i = 0; i < all->processes; i++) {
		all->left_out += all->of[i].left_out;
		for (size_t k = 0; k < all->of[i].count; k++) {
			all->items = memory_grow(all->items, all->count, &room, sizeof *all->items);
			all->items[all->count++] = all->of[i].items[k];
		}
	}
	if (all->count)
		qsort(all->items, all->count, sizeof *all->items, marks_order);
}

static void marks_free(void *state)
{
	struct marks *all = state;

	for (size_t i = 0; i < all->processes; i++)
		free(all->of[i].items);
	free(all->of);
	free(all->items);
	free(all);
}

const struct analysis analysis_marks = {
        .shared = true,
        .make = marks_make,
        .add = marks_add,
        .finish = marks_finish,
        .free = marks_free,
};
