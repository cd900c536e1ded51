/* SPDX-License-Identifier: Apache-2.0
 *
 * Sums of reads and writes by mount: analysis_where.
 */
#ifndef WHERE_H
#define WHERE_H

#include "base/histogram.h"
#include "read/mounts.h"

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

/* The mount of a process's file; number 0 = none. */
const struct mount *where_mount(const struct where *where, uint32_t number);

#endif
