/* SPDX-License-Identifier: Apache-2.0 */
#include "python/walk.h"

#include "python/identity.h"
#include "python/interpreter.h"
#include "python/mix.h"

#define WALK_PRIME 0x165667B19E3779F9u

/* Frames that are kept of a walk. */
#define WALK_KEPT 96

static inline const char *walk_first(const struct python_layout *layout)
{
	const void *thread = python_thread();
	if (!thread)
		return NULL;
	const char *frame = python_pointer(thread, layout->thread_frame);
	return layout->kept && frame ? python_pointer(frame, layout->keeper_frame) : frame;
}

/* Frames that the interpreter makes for itself hold no code of a program. */
static inline bool walk_is_python(const struct python_layout *layout, const char *frame)
{
	return !layout->frame_owner || (uint8_t)frame[layout->frame_owner] < layout->owners;
}

/* From 3.14 on the low bits of the pointer say who counts its references. */
static inline const char *walk_code(const struct python_layout *layout, const char *frame)
{
	uintptr_t code = (uintptr_t)python_pointer(frame, layout->frame_code);
	return (const char *)(code & ~(uintptr_t)3);
}

/* The interpreter's own frame under an __init__ that it calls by the short way
 * (from 3.12 on): no line, and one string for file and name. Its owner is the
 * same as a program's. */
static bool walk_is_cleanup(const struct python_layout *layout, const char *code)
{
	return layout->code_qualified && !python_number(code, layout->code_first) &&
	       python_pointer(code, layout->code_file) == python_pointer(code, layout->code_name);
}

/* Where the frame is, as it stands there: a number or a pointer. */
static inline uint64_t walk_at(const struct python_layout *layout, const char *frame)
{
	return layout->pointer ? (uintptr_t)python_pointer(frame, layout->frame_at)
	                       : python_number(frame, layout->frame_at);
}

/* The next frame of a program's code from this one on; NULL if there is none. */
static inline const char *walk_python(const struct python_layout *layout, const char *frame)
{
	while (python_plausible(frame) && !walk_is_python(layout, frame))
		frame = python_pointer(frame, layout->frame_back);
	return python_plausible(frame) && python_plausible(walk_code(layout, frame)) ? frame : NULL;
}

static inline const char *walk_next(const struct python_layout *layout, const char *frame)
{
	return walk_python(layout, python_pointer(frame, layout->frame_back));
}

/* The number of a stack is the sum of its frames', each times a power of a prime that
 * grows inwards, or outwards: so it can be told from either end. */
static inline uint64_t walk_part(uint64_t identity, uint64_t at)
{
	return mix(identity, at);
}

/* The number of the stack from that frame on. */
static uint64_t walk_all(const struct python_layout *layout, const char *frame)
{
	uint64_t sum = 0, power = 1;
	for (uint32_t i = 0; frame && i < PYTHON_FRAMES; i++) {
		uint64_t identity = identity_of(walk_code(layout, frame));
		sum += walk_part(identity, walk_at(layout, frame)) * power;
		power *= WALK_PRIME;
		frame = walk_next(layout, frame);
	}
	return sum;
}

/* A frame of the thread's last walk, and the number of the stack from there outwards. */
struct walk_frame {
	const char *frame, *code;
	uint64_t at, identity, sum;
};

/* The last walk: most frames of the next one are the same ones, and have only to be
 * found to be so, by what stands in them. */
static __thread __attribute__((tls_model("initial-exec"))) struct walk_kept {
	struct walk_frame frames[WALK_KEPT]; /* the outermost is the last one */
	uint32_t count;
	uint32_t busy; /* else a signal's handler, or one that was left, is at it */
	uint64_t gone; /* identity_gone at the time */
} walk_kept;

static inline void walk_keep(const struct python_layout *layout, struct walk_frame *place,
                             const char *frame)
{
	place->frame = frame;
	place->code = walk_code(layout, frame);
	place->at = walk_at(layout, frame);
	place->identity = identity_of(place->code);
}

/* The frame's place among those that are kept, from the innermost; `end` if it has
 * none. */
static inline struct walk_frame *walk_find(const struct python_layout *layout,
                                           struct walk_frame *from, struct walk_frame *end,
                                           const char *frame)
{
	while (from < end && from->frame != frame)
		from++;
	return from < end && from->code == walk_code(layout, frame) ? from : end;
}

/* Whether the stack from `frame` on is the one that is kept from `from` on; `changed`
 * becomes the outermost place where it has gone on since. */
static inline bool walk_is_kept(const struct python_layout *layout, struct walk_frame *from,
                                struct walk_frame *end, const char *frame,
                                struct walk_frame **changed)
{
	for (; from < end; from++) {
		if (frame != from->frame)
			frame = walk_python(layout, frame);
		if (frame != from->frame || walk_code(layout, frame) != from->code)
			return false;
		uint64_t at = walk_at(layout, frame);
		if (at != from->at) {
			from->at = at;
			*changed = from;
		}
		frame = python_pointer(frame, layout->frame_back);
	}
	return !walk_python(layout, frame);
}

/* The numbers from `from` inwards to `to`. */
static inline void walk_sum(const struct walk_kept *kept, struct walk_frame *from,
                            const struct walk_frame *to)
{
	uint64_t sum = from + 1 < kept->frames + WALK_KEPT ? from[1].sum : 0;
	for (; from >= to; from--)
		from->sum = sum = sum * WALK_PRIME + walk_part(from->identity, from->at);
}

/* The number of the stack from that frame on, by what is kept, which becomes that stack.
 * Returns false if it is another one, or too deep. */
static inline bool walk_again(const struct python_layout *layout, struct walk_kept *kept,
                              const char *frame, uint64_t *sum)
{
	const char *fresh[WALK_KEPT];
	struct walk_frame *end = kept->frames + WALK_KEPT, *found = end, *first = end - kept->count;
	uint32_t count = 0;
	for (; frame; frame = walk_next(layout, frame)) {
		found = walk_find(layout, first, end, frame);
		if (found < end || count == WALK_KEPT)
			break;
		fresh[count++] = frame;
	}
	struct walk_frame *changed = found - 1, *inner = found - count;
	if ((size_t)(found - kept->frames) < count ||
	    !walk_is_kept(layout, found, end, frame, &changed))
		return false;
	for (uint32_t i = 0; i < count; i++)
		walk_keep(layout, inner + i, fresh[i]);
	walk_sum(kept, changed, inner);
	kept->count = (uint32_t)(end - inner);
	*sum = inner->sum;
	return true;
}

uint64_t python_identify(void)
{
	const struct python_layout *layout = &python.layout;
	struct walk_kept *kept = &walk_kept;
	const char *frame = walk_python(layout, walk_first(layout));
	uint64_t sum = 0, gone = __atomic_load_n(&identity_gone, __ATOMIC_ACQUIRE);
	if (!frame)
		return 0;
	if (kept->busy || !identity_is_watched())
		return walk_all(layout, frame) | 1;
	kept->busy = 1;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	if (kept->gone != gone)
		kept->count = 0;
	kept->gone = gone;
	for (int i = 0; i < 2 && !walk_again(layout, kept, frame, &sum); i++) {
		kept->count = 0;
		sum = i ? walk_all(layout, frame) : 0;
	}
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	kept->busy = 0;
	return sum | 1;
}

/* Where a walk is in the list of what the running functions keep on the native
 * stack. */
static uintptr_t walk_first_run(const struct python_layout *layout)
{
	const void *thread = python_thread();
	return layout->thread_run && thread ? (uintptr_t)python_pointer(thread, layout->thread_run)
	                                    : 0;
}

static uintptr_t walk_mark(const struct python_layout *layout, const char *frame, uintptr_t *run)
{
	if (layout->frame_owner || (layout->frame_entry && !frame[layout->frame_entry]))
		return 0;
	if (!layout->thread_run || !python_plausible((const void *)*run))
		return PYTHON_MARK_ONE;
	uintptr_t mark = *run;
	*run = (uintptr_t)python_pointer((const void *)mark, layout->run_back);
	return mark;
}

static int64_t walk_into(const struct python_layout *layout, const char *code, uint64_t at)
{
	if (layout->pointer)
		return (int64_t)(at - (uintptr_t)code - layout->code_bytes);
	return (int64_t)(int32_t)at * layout->at_bytes;
}

uint32_t python_walk(struct python_frame *frames, bool *cut)
{
	const struct python_layout *layout = &python.layout;
	uint32_t count = 0;
	uintptr_t run = walk_first_run(layout);
	*cut = false;
	for (const char *frame = walk_first(layout); python_plausible(frame);
	     frame = python_pointer(frame, layout->frame_back)) {
		if (!walk_is_python(layout, frame)) {
			/* It lies on the native stack itself. */
			if (count)
				frames[count - 1].mark = (uintptr_t)frame;
			continue;
		}
		const char *code = walk_code(layout, frame);
		*cut = count == PYTHON_FRAMES;
		if (*cut || !python_is(code, python.code_type))
			break;
		if (walk_is_cleanup(layout, code))
			continue;
		int64_t at = walk_into(layout, code, walk_at(layout, frame));
		frames[count++] = (struct python_frame){code, at, walk_mark(layout, frame, &run)};
	}
	return count;
}
