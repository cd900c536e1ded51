/* SPDX-License-Identifier: Apache-2.0
 *
 * A thread's share: its region of the live file, taken at its first event and
 * given back when it ends, and the way from a full buffer to a block.
 */
#ifndef PRELOAD_THREAD_H
#define PRELOAD_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "aiotrace/format.h"
#include "state.h"

/* When it was away from its processor (away.h). */
struct thread_away {
	uint64_t armed;                 /* what the kernel clears then; 0 = not armed */
	uint64_t nobody;                /* in its place where the kernel tells nothing: always 0 */
	uint64_t waited, taken, blocks; /* as last counted: switches of either kind, and reads */
	uint64_t fetched;               /* of the reads, between the last two counts */
	uint32_t turn;
	bool counted; /* at all */
	bool known;   /* and the counts have not changed while it stayed armed */
};

struct thread {
	struct aiot_region *region; /* NULL until the first event */
	uint64_t sequence;          /* number of the event in slot 0 */
	uint32_t next;              /* the first free slot */
	uint32_t used;              /* slots ever used in this region */
	uint32_t limit;             /* the first that is not taken before thread_warm */
	uint16_t generation;        /* of the process that this was set up in */
	uint32_t busy;              /* inside the library: calls from there are not the program's */
	uint32_t tid;
	bool unknown;       /* to libc, whose functions for threads it is not to call */
	const void *inside; /* a library's function whose own calls its event tells of, or NULL */
	uint32_t mapping;   /* inside an mmap that is being recorded */
	uint32_t through_stream; /* of events written without a buffer; 0 = none yet */
	uint64_t through_sequence;
	struct thread_away away;
	uint64_t sample_debt; /* ns spent on samples (sample.h) and not earned yet */
	int64_t stack_spent;  /* ns, on native stacks, less what was earned since (stack.h) */
};

extern __thread struct thread thread_self __attribute__((tls_model("initial-exec")));

/* Set by a child that shares this memory until it execs: no thread of ours. */
enum thread_child {
	THREAD_NO_CHILD = 0,
	THREAD_VFORKED = 1, /* the parent waits, and takes it back when it goes on */
	THREAD_CLONED = 2,  /* both run, it may be, with one thread's storage between them */
};
extern __thread uint32_t thread_vfork __attribute__((tls_model("initial-exec")));

static inline struct aiot_event *thread_events(const struct aiot_region *region)
{
	return (struct aiot_event *)((char *)region + AIOT_LIVE_PAGE);
}

static inline uint8_t *thread_definitions(const struct aiot_region *region)
{
	return (uint8_t *)(thread_events(region) + AIOT_LIVE_EVENTS);
}

/* Whether the caller is such a child. */
bool thread_is_child(void);

static inline bool thread_is_vforked(void)
{
	return __builtin_expect(thread_vfork, 0) && thread_is_child();
}

/* A number for a stream of events, not given out before in this process. */
uint32_t thread_new_stream(void);

/* Takes a region. Returns false where none can be had: then events are written
 * one by one. */
bool thread_attach(void);

/* Writes the calling thread's events out and empties its buffer; not on a stack
 * for signals, which is too small for that. */
void thread_flush(void);

/* Called before a slot from `limit` on is written to, inside thread_writing: has the
 * rest of the region's pages brought in at once. */
void thread_warm(void);

/* Writes a region's events and definitions out on behalf of its owner, who no
 * longer writes to it. Returns false if the owner could not be waited for. */
bool thread_drain(struct aiot_region *region) __attribute__((nonnull));

/* Gives the calling thread's region back; a later event takes another. */
void thread_detach(void);

/* Records one event without a buffer: a block of its own in the trace. */
void thread_write_through(const struct aiot_event *event);

/* Numbers the threads of a forked child from 1 again. */
void thread_forget(void);

/* Forgets the parent's region: this thread came through a fork. */
void thread_renew(void);

/* The calling thread. A forked child may have begun its tracing in a thread
 * that it made, before the one that forked made its first call. */
static inline struct thread *thread_current(void)
{
	if (__builtin_expect(thread_self.generation != state_generation, 0))
		thread_renew();
	return &thread_self;
}

/* Makes threads detach when they end. Once, before any thread attaches. */
void thread_prepare(void);

/* The calling thread's kernel id, asked once. */
uint32_t thread_id(void);

/* Marks the region as being written to, seen by thread_drain; signal-safe
 * because each is one instruction on the owner's side. */
static inline void thread_writing(struct aiot_region *region, uint32_t step)
{
#if defined(__x86_64__)
	__asm__ volatile("addl %1, %0" : "+m"(region->writing) : "ri"(step) : "memory");
#else
	__atomic_fetch_add(&region->writing, step, __ATOMIC_SEQ_CST);
#endif
}

/* Takes the next slot's number; a signal handler in between takes another. */
static inline uint32_t thread_take(struct thread *self)
{
	uint32_t slot = 1;
#if defined(__x86_64__)
	__asm__ volatile("xaddl %0, %1" : "+r"(slot), "+m"(self->next) : : "memory");
#else
	slot = __atomic_fetch_add(&self->next, 1, __ATOMIC_SEQ_CST);
#endif
	return slot;
}

#endif
