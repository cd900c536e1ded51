/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/way.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>

#include "aiotrace/format.h"
#include "base/memory.h"
#include "base/wrap.h"

enum { WAY_ASKS = WAYS };

static const uint8_t way_of_class[] = {
        [AIOT_CLASS_META] = WAY_ASKS, [AIOT_CLASS_OPEN] = WAY_READ,   [AIOT_CLASS_CLOSE] = WAY_ASKS,
        [AIOT_CLASS_READ] = WAY_READ, [AIOT_CLASS_WRITE] = WAY_WRITE, [AIOT_CLASS_SEEK] = WAY_ASKS,
        [AIOT_CLASS_DUP] = WAY_ASKS,  [AIOT_CLASS_SYNC] = WAY_WRITE,  [AIOT_CLASS_MAP] = WAY_READ,
};

/* The place where a file's number is, or would be. */
static uint32_t *way_place(const struct way_turns *all, uint32_t file)
{
	size_t mask = all->place_count - 1, at = file * UINT32_C(0x9e3779b1) >> 8 & mask;

	while (all->places[at] && all->items[all->places[at]].file != file)
		at = (at + 1) & mask;
	return &all->places[at];
}

static void way_turns_widen(struct way_turns *all)
{
	free(all->places);
	all->place_count = all->place_count ? 2 * all->place_count : 16;
	all->places = memory_get(all->place_count, sizeof *all->places);
	for (size_t i = 1; i < all->count; i++)
		*way_place(all, all->items[i].file) = (uint32_t)i;
}

static void way_turns_at(struct ways *w, struct way_turns *all, struct way_turn at)
{
	uint32_t *place;

	if (2 * all->count >= all->place_count)
		way_turns_widen(all);
	place = way_place(all, at.file);
	if (!*place) {
		all->count += !all->count; /* 0 is none */
		all->items = memory_grow(all->items, all->count, &all->room, sizeof *all->items);
		*place = (uint32_t)all->count++;
	}
	all->items[*place] = at;
	w->turns = true;
}

static const struct way_turn *way_turns_of(const struct way_turns *all, uint32_t file)
{
	return &all->items[*way_place(all, file)];
}

struct ways way_copy(struct way_turns *all, uint32_t to, struct ways ways, uint32_t from)
{
	if (ways.turns) {
		struct way_turn turn = *way_turns_of(all, from);
		turn.file = to;
		way_turns_at(&ways, all, turn);
	}
	return ways;
}

void way_turns_free(struct way_turns *all)
{
	free(all->items);
	free(all->places);
	*all = (struct way_turns){0};
}

void way_turn(struct ways *w, struct way_turns *all, uint32_t file, const struct way_times *t)
{
	bool read_first = t->first[WAY_READ] < t->first[WAY_WRITE];
	int64_t end = t->last[read_first ? WAY_READ : WAY_WRITE];
	int64_t begin = t->first[read_first ? WAY_WRITE : WAY_READ];
	int64_t done = t->last[read_first ? WAY_WRITE : WAY_READ];
	struct way_turn at = {.back = end > done ? done : 0, .file = file};

	w->before = read_first ? WAY_READ : WAY_WRITE;
	if (!t->first[WAY_READ] || !t->first[WAY_WRITE]) {
		w->before = t->first[WAY_READ] ? WAY_READ : WAY_WRITE;
		w->turns = false;
		return;
	}
	if (end > begin) /* one within the other */
		at.turn = begin;
	else if (w->folder && !read_first) /* is listed before it is read */
		at.turn = end;
	else
		at.turn = end + wrap_subtract((uint64_t)begin, (uint64_t)end) / 2;
	way_turns_at(w, all, at);
}

static uint8_t way_by_time(struct ways w, const struct way_turns *all, uint32_t file, int64_t start)
{
	const struct way_turn *at = w.turns ? way_turns_of(all, file) : NULL;

	if (!at || !at->turn || start < at->turn || (at->back && start > at->back))
		return w.before;
	return w.before == WAY_READ ? WAY_WRITE : WAY_READ;
}

static void way_opens(struct way_handles *h, const struct way_event *e, uint8_t way)
{
	bool both = (e->aux & O_ACCMODE) == O_RDWR;

	if (h && e->handle)
		h->slots[e->handle % WAY_HANDLES] = e->handle << 2 | (both ? 0u : way + 1u);
}

static bool way_opened(const struct way_handles *h, uint32_t handle, uint8_t *way)
{
	uint32_t slot = h && handle ? h->slots[handle % WAY_HANDLES] : 0;

	if (slot >> 2 != handle || !(slot & 3))
		return false;
	*way = (uint8_t)((slot & 3) - 1);
	return true;
}

static uint8_t way_stage_then(struct ways w, const struct way_turns *turns, uint32_t file,
                              struct way_handles *handles, const struct way_event *e)
{
	uint8_t way = e->class < sizeof way_of_class ? way_of_class[e->class] : WAY_ASKS;

	if (w.copies && e->copies)
		return AIOT_STAGE_CHECKPOINT;
	if (w.folder)
		return w.stage[way_by_time(w, turns, file, e->start)];
	if (e->class == AIOT_CLASS_OPEN) {
		way = (e->aux & O_ACCMODE) != O_RDONLY ? WAY_WRITE : WAY_READ;
		way_opens(handles, e, way);
	}
	if (way == WAY_ASKS ? !way_opened(handles, e->handle, &way) : w.looks && way == WAY_READ)
		way = way_by_time(w, turns, file, e->start);
	return w.stage[way];
}

uint8_t way_stage(struct ways w, const struct way_turns *turns, uint32_t file,
                  struct way_handles *handles, const struct way_event *e)
{
	uint8_t stage = way_stage_then(w, turns, file, handles, e);

	return w.later && stage == AIOT_STAGE_TRAIN &&
	                       way_within(turns->tries, turns->try_count, e->start)
	               ? AIOT_STAGE_INFERENCE
	               : stage;
}
