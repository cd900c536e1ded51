/* SPDX-License-Identifier: Apache-2.0 */
#include "native/walk.h"

#include <errno.h>
#include <stdio.h>
#include <ucontext.h>

#include "base/clock.h"
#include "base/sys.h"
#include "native/object.h"
#include "native/reach.h"
#include "native/recall.h"
#include "native/rule.h"

#define WALK_RULES 4096 /* remembered, by address */
#define WALK_OWN   16   /* frames of this library, at most */

/* Two words that others may be writing: they belong together where the first is
 * the key and the second, mixed. */
struct walk_rule {
	uint64_t check, rule;
};

static struct walk_rule *walk_rules;
static struct object walk_own; /* this library */
static __thread struct reach walk_reach __attribute__((tls_model("initial-exec")));

/* The registers of a function that is about to walk out of itself. */
struct walk_start {
	uintptr_t at, sp, fp;
};

struct walk {
	uintptr_t at, sp, fp; /* of the frame that is looked at */
	uintptr_t fp_from;    /* where the frame pointer was kept; 0 = in its register */
	uintptr_t end;        /* where its part of the stack ends, once stepped out of */
	bool called;          /* `at` is behind a call */
	struct object object;
	struct reach reach;
	struct recall *recall;
};

int native_walk_prepare(char *why, size_t bytes)
{
	why[0] = '\0';
#if defined(__x86_64__)
	if (!object_prepare() || !object_find((uintptr_t)native_walk_prepare, &walk_own))
		snprintf(why, bytes, "no native stacks: they need glibc 2.35");
	else if (!(walk_rules = sys_map(WALK_RULES * sizeof *walk_rules, 0)) || recall_prepare())
		snprintf(why, bytes, "no native stacks: no memory for them");
#else
	snprintf(why, bytes, "no native stacks: on x86-64 alone");
#endif
	return why[0] ? -ENOSYS : 0;
}

static union rule walk_rule(const struct walk *walk, uintptr_t at)
{
	uint64_t key = (at ^ walk->object.identity) * 0x9E3779B97F4A7C15u;
	struct walk_rule *slot = &walk_rules[key >> 52];
	union rule rule = {.packed = __atomic_load_n(&slot->rule, __ATOMIC_RELAXED)};
	if (__builtin_expect((__atomic_load_n(&slot->check, __ATOMIC_RELAXED) ^ rule.packed) == key,
	                     1))
		return rule;
	rule = rule_find(&walk->object, at);
	__atomic_store_n(&slot->check, key ^ rule.packed, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->rule, rule.packed, __ATOMIC_RELAXED);
	return rule;
}

/* A word of the stack, which the stack can be recalled by. */
static bool walk_word(struct walk *walk, uintptr_t at, uintptr_t *word)
{
	if (!reach_read(&walk->reach, at, word))
		return false;
	recall_add(walk->recall, at, *word);
	return true;
}

/* What comes next depends on the frame pointer. */
static uintptr_t walk_fp(struct walk *walk)
{
	if (walk->fp_from)
		recall_add(walk->recall, walk->fp_from, walk->fp);
	else
		recall_need_fp(walk->recall);
	return walk->fp;
}

/* What a signal interrupted: the kernel has put all registers on the stack. */
static bool walk_out_of_signal(struct walk *walk)
{
#if defined(__x86_64__)
	const ucontext_t *context = (const ucontext_t *)walk->sp;
	uintptr_t *registers[] = {&walk->at, &walk->fp, &walk->sp};
	static const int names[] = {REG_RIP, REG_RBP, REG_RSP};
	for (int i = 0; i < 3; i++)
		if (!walk_word(walk, (uintptr_t)&context->uc_mcontext.gregs[names[i]],
		               registers[i]))
			return false;
	walk->fp_from = (uintptr_t)&context->uc_mcontext.gregs[REG_RBP];
	walk->called = false;
	walk->end = walk->sp;
	return true;
#else
	(void)walk;
	return false;
#endif
}

static bool walk_frame_pointer(struct walk *walk, union rule rule, uintptr_t frame)
{
	if (rule.kept == RULE_SAME)
		return true;
	walk->fp_from = rule.kept_offset + (rule.kept == RULE_KEPT ? frame : walk_fp(walk));
	return reach_read(&walk->reach, walk->fp_from, &walk->fp);
}

/* To the caller. Returns false where that is not known, or there is none. */
static bool walk_out(struct walk *walk, union rule rule)
{
	uintptr_t frame;
	switch (rule.base) {
	case RULE_SP: frame = walk->sp + rule.offset; break;
	case RULE_FP: frame = walk_fp(walk) + rule.offset; break;
	case RULE_AT_FP:
		if (!walk_word(walk, walk_fp(walk) + rule.offset, &frame))
			return false;
		break;
	case RULE_SIGNAL: return walk_out_of_signal(walk);
	default: return false;
	}
	if (frame <= walk->sp || !walk_frame_pointer(walk, rule, frame) ||
	    !walk_word(walk, frame - 8, &walk->at))
		return false;
	walk->sp = walk->end = frame;
	walk->called = true;
	return true;
}

/* Of the frame that is looked at: where its instruction is. */
static uintptr_t walk_at(const struct walk *walk)
{
	return walk->at - walk->called;
}

/* Frames of this library are left out, also where a function of libc's that one
 * of ours called calls another of ours. */
static bool walk_is_own(uintptr_t at)
{
	return object_has(&walk_own, at);
}

static bool walk_find_object(struct walk *walk)
{
	return object_has(&walk->object, walk_at(walk)) ||
	       object_find(walk_at(walk), &walk->object);
}

/* Out of this library. */
static bool walk_leave(struct walk *walk)
{
	for (int i = 0; i < WALK_OWN; i++) {
		if (!walk_is_own(walk_at(walk)))
			return true;
		if (!walk_find_object(walk) || !walk_out(walk, walk_rule(walk, walk_at(walk))))
			return false;
	}
	return false;
}

/* One frame, and on to the next. `more` says whether there is one; where there is
 * none, `cut` whether there may be all the same. */
static struct native_frame walk_next(struct walk *walk, bool *more, bool *cut)
{
	struct native_frame frame = {walk_at(walk), walk->sp};
	*more = *cut = false;
	if (!walk_find_object(walk)) {
		walk->object = (struct object){0};
		*cut = true;
		return (struct native_frame){0, walk->sp};
	}
	union rule rule = walk_rule(walk, frame.at);
	*more = walk_out(walk, rule) && walk->at;
	*cut = !*more && rule.base != RULE_END && walk->at;
	frame.end = *more ? walk->end : frame.end;
	return frame;
}

#if defined(__x86_64__)
#define WALK_BEGIN(walk)                                                                           \
	__asm__ volatile("leaq 0(%%rip), %0\n\tmovq %%rsp, %1\n\tmovq %%rbp, %2"                   \
	                 : "=r"((walk)->at), "=r"((walk)->sp), "=r"((walk)->fp))
#else
#define WALK_BEGIN(walk) ((void)(walk))
#endif

__attribute__((noinline)) void native_walk(void (*see)(void *arg, const struct native_frame *frame),
                                           void *arg, bool *cut)
{
	struct walk_start start;
	WALK_BEGIN(&start);
	struct walk walk = {.at = start.at, .sp = start.sp, .fp = start.fp, .reach = walk_reach};
	uint32_t count = 0;
	bool more;
	*cut = false;
	for (more = walk_leave(&walk); more && count < NATIVE_FRAMES;) {
		struct native_frame frame = walk_next(&walk, &more, cut);
		if (walk_is_own(frame.at))
			continue;
		see(arg, &frame);
		count++;
	}
	*cut |= more || !count;
}

static inline uint64_t walk_mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product =
	        (unsigned __int128)(a ^ 0x9E3779B185EBCA87u) * (b ^ 0xC2B2AE3D27D4EB4Fu);
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t walk_identify(struct walk *walk)
{
	uint64_t hash = 0;
	uint32_t count = 0;
	bool more = walk_leave(walk), cut = false;
	while (more && count < NATIVE_FRAMES) {
		struct native_frame frame = walk_next(walk, &more, &cut);
		if (walk_is_own(frame.at))
			continue;
		count++;
		hash = walk_mix(hash ^ walk->object.identity, frame.at) + 0x165667B19E3779F9u;
	}
	return count ? hash | 1 : 0;
}

/* Not met lately. */
__attribute__((noinline)) static uint64_t walk_anew(const struct walk_start *start, uint64_t *ticks)
{
	struct walk walk = {.at = start->at, .sp = start->sp, .fp = start->fp, .reach = walk_reach};
	walk.recall = recall_take(start->sp, start->fp);
	uint64_t hash = walk_identify(&walk);
	*ticks = clock_ticks() - *ticks;
	recall_end(walk.recall, hash, *ticks);
	walk_reach = walk.reach;
	return hash;
}

__attribute__((noinline)) uint64_t native_identify(uint64_t *ticks)
{
	struct walk_start start;
	WALK_BEGIN(&start);
	uint64_t known = recall_find(&walk_reach, start.sp, start.fp, ticks);
	return known ? known : walk_anew(&start, ticks);
}
