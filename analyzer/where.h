/* SPDX-License-Identifier: Apache-2.0
 *
 * Sums of reads and writes by mount.
 */
#ifndef WHERE_H
#define WHERE_H

#include "histogram.h"
#include "mounts.h"

struct place {
	uint32_t mount; /* in the mounts */
	uint64_t read_ops, write_ops, read_bytes, write_bytes;
	struct histogram read_latency, write_latency; /* ns */
};

struct where {
	const struct mounts *mounts;
	struct place **by_mount; /* NULL where nothing was read or written */
	struct place **places;   /* the same, most bytes first */
	size_t count;
};

/* Keeps the mounts, which stay the caller's. */
struct where *where_new(const struct mounts *mounts);

/* A read or write of a process's file. */
void where_add(struct where *where, const struct process *process, uint32_t file, bool write,
               uint64_t duration_ns, uint64_t bytes);

/* Adds what another thread found for the same mounts, and frees it. */
void where_move(struct where *to, struct where *from);

/* Sorts; nothing is added after it. */
void where_finish(struct where *where);

/* The mount of a process's file; number 0 = none. */
const struct mount *where_mount(const struct where *where, uint32_t number);

void where_free(struct where *where);

#endif
