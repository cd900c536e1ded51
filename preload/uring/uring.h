/* SPDX-License-Identifier: Apache-2.0
 *
 * The io_uring instances of the process. Their queues are memory that program
 * and kernel share; the library maps it a second time, for reading, so that it
 * can be looked at whatever the program does with its own mapping. That mapping
 * keeps the instance alive, so it is given up as soon as the program closes its
 * descriptor. A forked child begins with none.
 */
#ifndef PRELOAD_URING_URING_H
#define PRELOAD_URING_URING_H

#include <linux/io_uring.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "file/fd.h"
#include "uring/pending.h"

#define URINGS 256

/* Newer than the headers this may be built with. */
#define URING_SETUP_NO_MMAP    (1u << 14)
#define URING_SETUP_ONLY_INDEX (1u << 15) /* …_REGISTERED_FD_ONLY */
#define URING_SETUP_NO_SQARRAY (1u << 16)

/* Where things lie in the mapped queues, as the kernel said at setup. */
struct uring_layout {
	uint32_t flags; /* IORING_SETUP_* */
	uint32_t sq_entries, sq_head, sq_tail, sq_flags, sq_array;
	uint32_t cq_entries, cq_head, cq_tail, cqes;
	uint32_t sq_room, cq_room; /* where the numbers of entries stand */
	uintptr_t queues, sqes;    /* in the program's own memory (own.h), or 0 */
};

enum uring_state { URING_FREE = 0, URING_MAKING, URING_READY };

struct uring {
	uint32_t state;    /* enum uring_state; atomic */
	uint32_t lock;     /* thread id of who looks at it; atomic */
	int fd;            /* below -1: it has none, only an index of one thread's */
	bool hidden;       /* what is submitted is not seen by a call of the program */
	bool sited;        /* it should be: code is hooked (site.h), or calls proved it */
	bool wakes;        /* with SQPOLL, it is made to show by calls all the same (wake.h) … */
	bool slept;        /* … and its thread may have slept when the last call began */
	uint32_t entering; /* calls that enter it now; under the lock */
	bool identity;     /* submission n lies in slot n, always */
	struct uring_layout layout;
	uint64_t inode;
	char *sq, *cq, *sqes; /* the library's own mappings, or copies */
	size_t sq_bytes, cq_bytes, sqes_bytes;
	uint32_t sq_seen, cq_seen; /* entries looked at, as the kernel counts them */
	uint32_t doubt;            /* of older submissions, completions may have been missed */
	uint32_t sq_told;          /* taken by the kernel, as far as calls told */
	uint32_t told;             /* operations that ended and are accounted for … */
	uint32_t lost;             /* … and those that were counted as lost */
	uint32_t silent;           /* of these, may yet complete, if they fail … */
	uint64_t silent_data;      /* … the last with this user_data */
	bool shares;               /* several operations in flight have one user_data */
	bool over;                 /* had its last look: what is done from now on is lost */
	uint64_t looked;           /* ticks at the last look … */
	uint32_t closings, opened; /* … and fd_closings and description_numbers then */
	bool settled;              /* descriptors are what they were when they were submitted */
	struct pending pending;
	struct pending quiet; /* chain.h */
	struct fd *files;     /* registered ones, by index */
	uint32_t file_count;
	uint32_t files_asked;     /* how often /proc was read for them … */
	uint64_t files_asked_for; /* … and when: once a look is enough */
};

extern uint32_t uring_any; /* whether there may be rings; a hint */

/* What shows that a program enters a ring. */
enum uring_shown {
	URING_BY_CALLS,  /* functions that are traced */
	URING_BY_SITES,  /* its own code, hooked */
	URING_BY_NOTHING /* or by calls, as they will prove */
};

/* A number in place of a descriptor, for a ring that has none. */
int uring_number(void);

/* `fd` is a ring. `layout` NULL: it was set up out of sight. */
void uring_opened(int fd, const struct uring_layout *layout, enum uring_shown shown);

/* The queues of a ring that the caller has taken have become others, of which only the
 * places and the numbers of entries are set in `layout`. */
void uring_resized(struct uring *ring, const struct uring_layout *layout);

/* In a forked child, before anything is traced: rings that are open now are the
 * parent's. */
void uring_forked(void);

/* `fd` was found to be a ring that nobody told of. */
void uring_found(int fd);

/* `fd` is closed, or about to be: has a last look at its ring. */
void uring_closed(int fd);

/* The ring behind `fd`, or NULL. */
struct uring *uring_of(int fd);

/* Calls `visit` on every ring. */
void uring_each(void (*visit)(struct uring *ring, uint64_t argument), uint64_t argument);

/* Gives a ring up whose descriptor the program closed out of sight: it lives, with
 * the files that are registered in it, as long as it is mapped. */
void uring_check(struct uring *ring);

/* Takes the ring for the calling thread. Without `wait`, only if it is free.
 * Returns false if it can't be had, or is none any more. */
bool uring_take(struct uring *ring, bool wait);
void uring_give(struct uring *ring);

/* Words in memory that fork wipes: whether the helper thread runs, its thread
 * id, and those of who adds a ring and who hooks code. NULL without memory. */
enum uring_word {
	URING_WORD_POLLS = 0,
	URING_WORD_POLLER,
	URING_WORD_ADDING,
	URING_WORD_SITES,
	URING_WORDS
};
uint32_t *uring_words(void);

/* Whether /proc's name of a descriptor is that of a ring. */
static inline bool uring_is_name(const char *name)
{
	return !strcmp(name, "anon_inode:[io_uring]");
}

static inline uint32_t uring_load(const char *base, uint32_t offset)
{
	return __atomic_load_n((const uint32_t *)(base + offset), __ATOMIC_ACQUIRE);
}

#endif
