/* SPDX-License-Identifier: Apache-2.0
 *
 * From a watched thread's rings to events: which faults were of files of
 * interest, and which of them waited for storage. Not thread-safe: watch.c
 * holds the lock.
 */
#ifndef PRELOAD_FAULT_H
#define PRELOAD_FAULT_H

#include <stdbool.h>

#include "aiotrace/format.h"
#include "fault/ring.h"

/* A thread whose faults are told. */
struct fault_thread {
	struct ring all, major;
	struct aiot_event begun; /* the last fault that began, file 0: of no interest */
	uint64_t begun_address;  /* 0: none */
	uint64_t records;        /* faults told since `since_ns` */
	uint64_t told, wanted;   /* faults accounted for since `all` was opened; of interest */
	uint64_t since_ns;
	uint64_t taken_ns; /* of the last fault that `all` told of */
	uint64_t known_ns; /* what `all` tells of up to then was told by the ring before it */
	uint32_t tid;      /* 0: unused */
	uint8_t mark;      /* the thread's own (mark.h) */
	bool ended;        /* no more will come */
	bool overflowed;   /* a ring was too small */
	bool full;         /* `all` was, and has not told what it lost */
};

/* What was met on the way. */
struct fault_news {
	bool unknown;    /* an address that no mapping explains */
	uint32_t thread; /* a thread was made; 0 = none */
};

/* Stores what the rings hold. `settled`: the thread can't be in the middle of a
 * fault, because it is the caller or has ended. */
void fault_drain(struct fault_thread *thread, bool settled, struct fault_news *news);

/* Before `all` is closed: counts what it never told. */
void fault_count_untold(struct fault_thread *thread);

#endif
