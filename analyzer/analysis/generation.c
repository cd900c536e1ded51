/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/generation.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/wrap.h"

/* A reader of the file: one process, from its making to its end. */
struct reader {
	int64_t start_ns, end_ns, first_ns;
	uint64_t bytes;
};

struct readers {
	struct reader *items;
	size_t count, room;
};

static int reader_order(const void *one, const void *other)
{
	const struct reader *a = one, *b = other;

	return (a->start_ns > b->start_ns) - (a->start_ns < b->start_ns);
}

static void readers_add(struct readers *all, const struct process *p, const struct use *u)
{
	if (!u->read_bytes)
		return;
	all->items = memory_grow(all->items, all->count, &all->room, sizeof *all->items);
	all->items[all->count++] = (struct reader){wrap_add(p->start_ns, (uint64_t)p->clock),
	                                           wrap_add(p->end_ns, (uint64_t)p->clock),
	                                           u->first_read, u->read_bytes};
}

static struct readers readers_of(const struct features *f, const struct stages *stages,
                                 uint32_t name)
{
	const struct recording *r = f->recording;
	struct readers all = {0};

	for (size_t n = 0; n < r->count; n++)
		for (size_t i = 1;
		     r->processes[n].role == ROLE_WORKER && i < r->processes[n].file_count; i++) {
			if (process_file_at(&r->processes[n], i)->name != name ||
			    stages_kind(stages, n, i)->verdicts[DIRECTION_READ].stage !=
			            AIOT_STAGE_TRAIN)
				continue;
			readers_add(&all, &r->processes[n],
			            features_use(f, n, i, &(struct use){0}));
		}
	if (all.count)
		qsort(all.items, all.count, sizeof *all.items, reader_order);
	return all;
}

/* One that is made when all before it have ended is of the next generation. */
static size_t readers_join(struct readers *all)
{
	size_t count = 0;

	for (size_t i = 0; i < all->count; i++) {
		struct reader *r = &all->items[i], *to = count ? &all->items[count - 1] : NULL;
		if (!to || r->start_ns > to->end_ns) {
			all->items[count++] = *r;
			continue;
		}
		to->end_ns = r->end_ns > to->end_ns ? r->end_ns : to->end_ns;
		to->first_ns = r->first_ns < to->first_ns ? r->first_ns : to->first_ns;
		to->bytes += r->bytes;
	}
	return count;
}

/* The last one may have been cut short; faults of the first one bring in more, from storage. */
static bool readers_alike(const struct readers *all, size_t count)
{
	uint64_t most = 0;

	for (size_t i = 1; i < count; i++)
		most = all->items[i].bytes > most ? all->items[i].bytes : most;
	for (size_t i = 0; i + 1 < count; i++)
		if (all->items[i].bytes < most / 2)
			return false;
	return true;
}

struct generations generations_of(const struct features *features, const struct stages *stages,
                                  uint32_t name)
{
	struct readers all = readers_of(features, stages, name);
	struct generations g = {.count = readers_join(&all)};

	if (!readers_alike(&all, g.count))
		g.count = 0;
	g.first_ns = memory_get(g.count + 1, sizeof *g.first_ns);
	for (size_t i = 0; i < g.count; i++)
		g.first_ns[i] = all.items[i].first_ns;
	free(all.items);
	return g;
}
