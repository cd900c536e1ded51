/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/where.h"

#include <stdlib.h>

#include "analysis/analysis.h"
#include "base/memory.h"

static void *where_make(const struct known *known)
{
	struct where *w = memory_get(1, sizeof *w);

	w->mounts = known->mounts;
	w->by_mount = memory_get(w->mounts->count, sizeof *w->by_mount);
	w->places = memory_get(w->mounts->count, sizeof *w->places);
	return w;
}

static struct place *where_place(struct where *w, uint32_t mount)
{
	if (!w->by_mount[mount]) {
		w->by_mount[mount] = memory_get(1, sizeof **w->by_mount);
		w->by_mount[mount]->mount = mount;
		w->places[w->count++] = w->by_mount[mount];
	}
	return w->by_mount[mount];
}

static void where_add(void *state, const struct events *e)
{
	struct where *w = state;
	const uint32_t *mounts = w->mounts->of[e->process->number];

	for (uint32_t i = 0; i < e->count; i++) {
		bool write = e->class[i] == AIOT_CLASS_WRITE;
		struct place *place;
		if (!events_data(e, i) || (e->mapped && mapped_is_fault(e->call[i])) ||
		    !mounts[e->file[i]])
			continue;
		place = where_place(w, mounts[e->file[i]]);
		*(write ? &place->write_ops : &place->read_ops) += 1;
		*(write ? &place->write_bytes : &place->read_bytes) += e->bytes[i];
		histogram_add_to(write ? &place->write_latency : &place->read_latency,
		                 e->duration[i], e->bucket[i]);
	}
}

static void where_free(void *state)
{
	struct where *w = state;

	for (size_t i = 0; i < w->count; i++)
		free(w->places[i]);
	free(w->places);
	free(w->by_mount);
	free(w);
}

static void where_merge(void *into, void *other_state)
{
	struct where *to = into, *from = other_state;

	for (size_t i = 0; i < from->count; i++) {
		const struct place *one = from->places[i];
		struct place *other = where_place(to, one->mount);
		other->read_ops += one->read_ops;
		other->write_ops += one->write_ops;
		other->read_bytes += one->read_bytes;
		other->write_bytes += one->write_bytes;
		histogram_merge(&other->read_latency, &one->read_latency);
		histogram_merge(&other->write_latency, &one->write_latency);
	}
	where_free(from);
}

static int where_larger(const void *one, const void *other)
{
	const struct place *a = *(struct place *const *)one, *b = *(struct place *const *)other;
	uint64_t x = a->read_bytes + a->write_bytes, y = b->read_bytes + b->write_bytes;

	if (x != y)
		return x > y ? -1 : 1;
	return a->mount < b->mount ? -1 : a->mount > b->mount;
}

static void where_finish(void *state, const struct known *known)
{
	struct where *w = state;

	(void)known;
	if (w->count)
		qsort(w->places, w->count, sizeof *w->places, where_larger);
}

const struct mount *where_mount(const struct where *w, uint32_t number)
{
	return &w->mounts->items[number];
}

const struct analysis analysis_where = {
        .make = where_make,
        .add = where_add,
        .merge = where_merge,
        .finish = where_finish,
        .free = where_free,
};
