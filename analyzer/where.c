/* SPDX-License-Identifier: Apache-2.0 */
#include "where.h"

#include <stdlib.h>

#include "memory.h"

struct where *where_new(const struct mounts *mounts)
{
	struct where *w = memory_get(1, sizeof *w);

	w->mounts = mounts;
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

void where_add(struct where *w, const struct process *p, uint32_t file, bool write,
               uint64_t duration_ns, uint64_t bytes)
{
	uint32_t mount = w->mounts->of[p->number][file];
	struct place *place;

	if (!mount)
		return;
	place = where_place(w, mount);
	*(write ? &place->write_ops : &place->read_ops) += 1;
	*(write ? &place->write_bytes : &place->read_bytes) += bytes;
	histogram_add(write ? &place->write_latency : &place->read_latency, duration_ns);
}

void where_move(struct where *to, struct where *from)
{
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

void where_finish(struct where *w)
{
	if (w->count)
		qsort(w->places, w->count, sizeof *w->places, where_larger);
}

const struct mount *where_mount(const struct where *w, uint32_t number)
{
	return &w->mounts->items[number];
}

void where_free(struct where *w)
{
	for (size_t i = 0; i < w->count; i++)
		free(w->places[i]);
	free(w->places);
	free(w->by_mount);
	free(w);
}
