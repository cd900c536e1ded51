/* SPDX-License-Identifier: Apache-2.0
 *
 * It is bounded: where more threads write to a file than that, or at more places, ranges
 * are taken together.
 */
#include "replay/about.h"

#include <stdlib.h>

#include "base/memory.h"
#include "replay/reach.h"

#define ABOUT_RANGES 32

struct written {
	uint64_t begin, end;
	struct done at;
};

struct about {
	struct done change;
	struct done *users; /* the last use by each lane since the change */
	struct written *ranges;
	uint32_t user_count, range_count, user_room, range_room;
	struct reach reach;
	bool changed;
};

struct about *about_new(void)
{
	return memory_get(1, sizeof(struct about));
}

void about_free(struct about *a)
{
	free(a->users);
	free(a->ranges);
	reach_free(&a->reach);
	free(a);
}

void about_use(struct about *a, struct order *o, const struct moment_of *at)
{
	if (a->changed)
		order_after_done(o, at, &a->change);
	for (uint32_t i = 0; i < a->user_count; i++)
		if (a->users[i].lane == at->lane) {
			a->users[i] = done_at(at);
			return;
		}
	a->users = reach_room(a->users, a->user_count, &a->user_room, sizeof *a->users);
	a->users[a->user_count++] = done_at(at);
}

void about_change(struct about *a, struct order *o, const struct moment_of *at)
{
	if (a->changed)
		order_after_done(o, at, &a->change);
	for (uint32_t i = 0; i < a->user_count; i++)
		order_after_done(o, at, &a->users[i]);
	a->user_count = 0;
	a->change = done_at(at);
	a->changed = true;
}

/* What a lane wrote before, if it adjoins. */
static bool about_extend(struct about *a, uint64_t begin, uint64_t end, const struct moment_of *at)
{
	for (uint32_t i = 0; i < a->range_count; i++) {
		struct written *w = &a->ranges[i];
		if (w->at.lane != at->lane || begin > w->end || end < w->begin)
			continue;
		w->begin = begin < w->begin ? begin : w->begin;
		w->end = end > w->end ? end : w->end;
		w->at = done_at(at);
		return true;
	}
	return false;
}

/* The ranges of each lane become one. */
static void about_coarser(struct about *a)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < a->range_count; i++) {
		uint32_t k = 0;
		while (k < kept && a->ranges[k].at.lane != a->ranges[i].at.lane)
			k++;
		if (k == kept) {
			a->ranges[kept++] = a->ranges[i];
			continue;
		}
		if (a->ranges[i].begin < a->ranges[k].begin)
			a->ranges[k].begin = a->ranges[i].begin;
		if (a->ranges[i].end > a->ranges[k].end)
			a->ranges[k].end = a->ranges[i].end;
		if (a->ranges[i].at.op > a->ranges[k].at.op)
			a->ranges[k].at = a->ranges[i].at;
	}
	a->range_count = kept;
}

void about_write(struct about *a, struct order *o, uint64_t begin, uint64_t end,
                 const struct moment_of *at)
{
	reach_write(&a->reach, o, end, at);
	if (about_extend(a, begin, end, at))
		return;
	if (a->range_count >= ABOUT_RANGES)
		about_coarser(a);
	if (about_extend(a, begin, end, at))
		return;
	a->ranges = reach_room(a->ranges, a->range_count, &a->range_room, sizeof *a->ranges);
	a->ranges[a->range_count++] = (struct written){begin, end, done_at(at)};
}

void about_read(struct about *a, struct order *o, uint64_t begin, uint64_t end, uint64_t asked,
                const struct moment_of *at)
{
	for (uint32_t i = 0; i < a->range_count; i++)
		if (begin < a->ranges[i].end && asked > a->ranges[i].begin)
			order_after_done(o, at, &a->ranges[i].at);
	reach_read(&a->reach, o, end, end < asked, at);
}

void about_resize(struct about *a, struct order *o, uint64_t least, const struct moment_of *at)
{
	for (uint32_t i = 0; i < a->range_count; i++)
		if (a->ranges[i].end > least)
			order_after_done(o, at, &a->ranges[i].at);
	reach_resize(&a->reach, o, least, at);
}

/* The file's bytes go where its name went. */
void about_renamed(struct about *a, struct about *b)
{
	struct written *ranges = b->ranges;
	uint32_t room = b->range_room;

	b->ranges = a->ranges;
	b->range_count = a->range_count;
	b->range_room = a->range_room;
	a->ranges = ranges;
	a->range_count = 0;
	a->range_room = room;
	reach_move(&a->reach, &b->reach);
}
