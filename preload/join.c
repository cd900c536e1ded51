/* SPDX-License-Identifier: Apache-2.0 */
#include "join.h"

#include "native/native.h"
#include "python/python.h"

/* Python frames that are to be placed. */
struct join {
	uint32_t ids[PYTHON_FRAMES]; /* from the innermost */
	uintptr_t marks[PYTHON_FRAMES];
	uint32_t count, used;
};

struct joined {
	uint32_t *ids;
	uint32_t count;
	struct join *join; /* or NULL */
	uintptr_t begin;   /* where the part of the stack of the frame that comes begins */
};

/* The mark of the next Python frames to be placed: that of the outermost of them. */
static uintptr_t join_mark(const struct join *join)
{
	for (uint32_t i = join->used; i < join->count; i++)
		if (join->marks[i])
			return join->marks[i];
	return 0;
}

/* Whether the native frame, whose part of the stack begins at `begin`, runs them. */
static bool join_runs(const struct native_frame *frame, uintptr_t begin, uintptr_t mark)
{
	if (mark == PYTHON_MARK_ONE)
		return python_is_runner(frame->at);
	return mark >= begin && mark < frame->end;
}

/* Places Python frames up to the first that is marked, or all. */
static uint32_t join_place(struct join *join, uint32_t *to, bool all)
{
	uint32_t placed = 0;
	bool last = false;
	while (join->used < join->count && (all || !last)) {
		last = join->marks[join->used] != 0;
		to[placed++] = join->ids[join->used++];
	}
	return placed;
}

static void join_see(void *arg, const struct native_frame *frame)
{
	struct joined *joined = arg;
	uintptr_t mark = joined->join ? join_mark(joined->join) : 0;
	uint32_t *to = joined->ids + joined->count;
	if (mark && join_runs(frame, joined->begin, mark)) {
		joined->count += join_place(joined->join, to, false);
	} else {
		*to = native_define(frame->at);
		joined->count++;
	}
	joined->begin = frame->end;
}

uint32_t join_define_native(uint32_t ids[NATIVE_FRAMES], bool *cut)
{
	struct joined joined = {.ids = ids};
	native_walk(join_see, &joined, cut);
	return joined.count;
}

uint32_t join_define(uint32_t ids[JOIN_FRAMES], bool *cut)
{
	struct join join = {.used = 0};
	struct joined joined = {.ids = ids, .join = &join};
	bool python_cut, native_cut;
	join.count = python_define(join.ids, join.marks, &python_cut);
	native_walk(join_see, &joined, &native_cut);
	joined.count += join_place(&join, ids + joined.count, true);
	*cut = python_cut || native_cut;
	return joined.count;
}
