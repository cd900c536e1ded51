/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/reach.h"

#include <stdlib.h>

#include "base/memory.h"

void *reach_room(void *items, uint32_t count, uint32_t *room, size_t size)
{
	size_t grown = *room;

	if (!grown) {
		*room = 1;
		return memory_get(1, size);
	}
	items = memory_grow(items, count, &grown, size);
	*room = (uint32_t)grown;
	return items;
}

static struct reader *reach_reader(struct reach *r, uint32_t lane)
{
	for (uint32_t i = 0; i < r->count; i++)
		if (r->readers[i].at.lane == lane)
			return &r->readers[i];
	r->readers = reach_room(r->readers, r->count, &r->room, sizeof *r->readers);
	r->readers[r->count] = (struct reader){.at.lane = lane};
	return &r->readers[r->count++];
}

static void reach_after_resize(struct reach *r, struct order *o, const struct moment_of *at)
{
	if (r->was_resized)
		order_after_done(o, at, &r->resized);
}

void reach_read(struct reach *r, struct order *o, uint64_t end, bool met_end,
                const struct moment_of *at)
{
	struct reader *reader = reach_reader(r, at->lane);

	reach_after_resize(r, o, at);
	reader->at = done_at(at);
	reader->end = end > reader->end ? end : reader->end;
	reader->met_end = met_end;
	reader->told = 0;
}

void reach_write(struct reach *r, struct order *o, uint64_t end, const struct moment_of *at)
{
	reach_after_resize(r, o, at);
	for (uint32_t i = 0; i < r->count; i++) {
		struct reader *reader = &r->readers[i];
		if (!reader->met_end || reader->end >= end || reader->told == at->lane + 1)
			continue;
		order_after_done(o, at, &reader->at);
		reader->told = at->lane + 1;
	}
}

void reach_resize(struct reach *r, struct order *o, uint64_t least, const struct moment_of *at)
{
	reach_after_resize(r, o, at);
	for (uint32_t i = 0; i < r->count; i++)
		if (r->readers[i].met_end || r->readers[i].end > least)
			order_after_done(o, at, &r->readers[i].at);
	r->count = 0;
	r->resized = done_at(at);
	r->was_resized = true;
}

void reach_move(struct reach *from, struct reach *to)
{
	struct reach old = *to;

	*to = *from;
	old.count = 0;
	old.was_resized = false;
	*from = old;
}

void reach_free(struct reach *r)
{
	free(r->readers);
}
