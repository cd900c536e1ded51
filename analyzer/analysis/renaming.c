/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/renaming.h"

#include <stdlib.h>

#include "analysis/analysis.h"
#include "base/memory.h"

struct renamings_state {
	struct renamings list; /* what is found */
	const struct features *features;
};

static void *renamings_make(const struct known *known)
{
	struct renamings_state *s = memory_get(1, sizeof *s);

	s->features = known->features;
	return s;
}

static void renamings_event(struct renamings_state *s, const struct events *e, uint32_t i)
{
	const struct process *p = e->process;
	uint32_t from = process_file_at(p, e->file[i])->name,
	         to = process_file_at(p, process_file(p, e->aux[i]))->name;
	struct renamings *m = &s->list;

	if (e->result[i] < 0 || !from || !to || from == to || m->count == RENAMINGS_MOST)
		return;
	if (features_use(s->features, p->number, e->file[i], &(struct use){0})->writes)
		return;
	m->items = memory_grow(m->items, m->count, &m->room, sizeof *m->items);
	m->items[m->count++] =
	        (struct renaming){e->start[i], e->end[i], from, to, p->number, p->run};
}

static void renamings_add(void *state, const struct events *e)
{
	for (uint32_t i = 0; i < e->count; i++)
		if (e->class[i] == AIOT_CLASS_META && call_renames(e->call[i]))
			renamings_event(state, e, i);
}

static void renamings_free(void *state)
{
	free(((struct renamings_state *)state)->list.items);
	free(state);
}

static void renamings_merge(void *to, void *from)
{
	struct renamings *all = &((struct renamings_state *)to)->list;
	const struct renamings *more = &((struct renamings_state *)from)->list;

	for (size_t i = 0; i < more->count; i++) {
		all->items = memory_grow(all->items, all->count, &all->room, sizeof *all->items);
		all->items[all->count++] = more->items[i];
	}
	renamings_free(from);
}

static int renamings_order(const void *one, const void *other)
{
	const struct renaming *a = one, *b = other;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return (a->start_ns > b->start_ns) - (a->start_ns < b->start_ns);
}

static void renamings_finish(void *state, const struct known *known)
{
	struct renamings *m = &((struct renamings_state *)state)->list;

	(void)known;
	if (m->count)
		qsort(m->items, m->count, sizeof *m->items, renamings_order);
}

struct renaming *renamings_find(const struct renamings *m, uint32_t from, uint32_t run,
                                int64_t time)
{
	struct renaming wanted = {.from = from, .start_ns = time};
	size_t low = 0, high = m->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (renamings_order(&m->items[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < m->count && m->items[low].from == from; low++)
		if (m->items[low].run == run)
			return &m->items[low];
	return NULL;
}

const struct analysis analysis_renaming = {
        .make = renamings_make,
        .add = renamings_add,
        .merge = renamings_merge,
        .finish = renamings_finish,
        .free = renamings_free,
};
