/* SPDX-License-Identifier: Apache-2.0
 *
 * What processes spent their time in: how long each waited, and for what. The
 * main thread stands for itself, since threads wait at the same time.
 */
#ifndef WAITING_H
#define WAITING_H

#include <stdbool.h>

#include "analysis/hold.h"
#include "analysis/timeline.h"
#include "read/recording.h"

/* WAITING(name, key, words) */
#define WAITINGS(WAITING)                                                                          \
	WAITING(STORAGE, "storage_s", "in file I/O")                                               \
	WAITING(PIPE, "pipe_s", "for data from pipes")                                             \
	WAITING(SOCKET, "socket_s", "for data from sockets")                                       \
	WAITING(FULL, "full_s", "to write to other processes")                                     \
	WAITING(LOCK, "lock_s", "for locks and conditions")                                        \
	WAITING(THREAD, "thread_s", "for threads to end")                                          \
	WAITING(CHILD, "child_s", "for child processes")                                           \
	WAITING(SLEEP, "sleep_s", "asleep")                                                        \
	WAITING(OTHER, "other_s", "for other events")

enum waiting_kind {
#define WAITING(name, key, words) WAITING_##name,
	WAITINGS(WAITING)
#undef WAITING
	        WAITING_KINDS
};

struct waiting {
	uint64_t ns[2][WAITING_KINDS + 1]; /* of others, of the main thread; last: no waiting */
	/* Of waits in file I/O, those for checkpoints and for restores, and their reads and writes.
	 */
	uint64_t moment_ns[2], moment_ops[2];
	double main_s[WAITING_KINDS], all_s[WAITING_KINDS]; /* when all is added */
	struct timeline *timeline; /* of the main thread; NULL where it never waited */
	struct holds holds;        /* likewise */
};

/* Of all processes: analysis_waiting. */
struct waitings {
	size_t count;
	struct waiting *of;             /* by process number */
	struct waiting_lookup *lookups; /* likewise */
	uint8_t *common;                /* kinds of the calls that most processes have */
	struct children *children;
	uint32_t untraced; /* child processes that were waited for and left no trace */
};

/* A key for programs, words for people. */
const char *waiting_key(enum waiting_kind kind);
const char *waiting_words(enum waiting_kind kind);

#endif
