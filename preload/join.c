/* SPDX-License-Identifier: Apache-2.0 */
#include "join.h"

#include "native/native.h"
#include "python/python.h"

struct join {
	uint32_t ids[PYTHON_FRAMES]; /* of Python frames, from the innermost */
	uintptr_t marks[PYTHON_FRAMES];
	uint32_t count, used;
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

static uint32_t join_frames(struct join *join, uint32_t *ids, bool *cut)
{
	struct native_frame frames[NATIVE_FRAMES];
	uint32_t count = native_walk(frames, cut), placed = 0;
	for (uint32_t i = 0; i < count; i++) {
		uintptr_t begin = i ? frames[i - 1].end : 0, mark = join ? join_mark(join) : 0;
		if (mark && join_runs(&frames[i], begin, mark))
			placed += join_place(join, ids + placed, false);
		else
			ids[placed++] = native_define(frames[i].at);
	}
	return placed;
}

/* A function of its own, so that only threads which run Python need the room. */
__attribute__((noinline)) static uint32_t join_both(uint32_t *ids, bool *cut)
{
	struct join join = {.used = 0};
	bool python_cut, native_cut;
	join.count = python_define(join.ids, join.marks, &python_cut);
	uint32_t placed = join_frames(&join, ids, &native_cut);
	placed += join_place(&join, ids + placed, true);
	*cut = python_cut || native_cut;
	return placed;
}

uint32_t join_define(uint32_t ids[JOIN_FRAMES], bool python, bool *cut)
{
	return python ? join_both(ids, cut) : join_frames(NULL, ids, cut);
}
