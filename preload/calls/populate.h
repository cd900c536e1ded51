/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages of mapped files that the kernel brings in because a call asks for it:
 * no faults tell of them. The thread's own counts tell whether any were missing
 * and whether storage gave them.
 *
 *	struct populate populate = populate_begin(…);
 *	event = …, made by the call
 *	event_store(&event);
 *	populate_ended(&populate, &event, address, size);
 */
#ifndef PRELOAD_CALLS_POPULATE_H
#define PRELOAD_CALLS_POPULATE_H

#include "calls/call.h"

enum populate_kind {
	POPULATE_NONE,
	POPULATE_PAGES, /* they are in the program's memory when the call returns */
	POPULATE_AHEAD, /* … on their way to the page cache */
};

struct populate {
	enum populate_kind kind;
	uint64_t faults, blocks; /* of the thread, when the call began */
};

struct populate populate_begin(enum populate_kind kind);

/* Records what `call`, which was just stored, brought in of the files of interest
 * that are mapped at these addresses: an event for each. Keeps errno. */
void populate_ended(const struct populate *before, const struct aiot_event *call,
                    const void *address, size_t size);

/* What mmap with these arguments does at once. */
enum populate_kind populate_of_mmap(int protection, int flags);

#endif
