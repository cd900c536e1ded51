/* SPDX-License-Identifier: Apache-2.0
 *
 * Sums over the page faults of mapped files: FORMAT.md, "Faults". A fault is
 * counted among the reads (or writes) of its file and stage, and here.
 */
#ifndef MAPPED_H
#define MAPPED_H

#include <stdbool.h>
#include <stdint.h>

#include "aiotrace/format.h"

#define MAPPED_BUCKETS 512

/* Latencies of major faults, 8 buckets to each power of two: there is one for
 * each file, so that it has to be small. */
struct mapped_latency {
	uint64_t total, max;
	uint32_t count[MAPPED_BUCKETS];
};

struct mapped {
	uint64_t major, minor, written;        /* faults */
	uint64_t bytes_faulted, bytes_written; /* pages of the first two, and of the third */
	uint64_t populated, bytes_populated;   /* calls that brought pages in without faults */
	struct mapped_latency *latency;        /* NULL: no major fault */
};

/* All processes of a recording. */
struct mapped_run {
	uint64_t mappings, bytes;               /* of files of interest */
	uint64_t unseen, unseen_bytes;          /* of those, in processes whose kernel refused */
	uint64_t refused, threads_unseen, lost; /* such processes; threads; faults */
	uint64_t storage_read_bytes;            /* by any call or fault, as the kernel counted */
	int error;                              /* errno of the first refusal */
};

/* Adds what a process's trace says of its mappings. */
void mapped_process(struct mapped_run *run, const struct aiot_define_mapped *process);

static inline bool mapped_is_fault(uint64_t call)
{
	return call >= AIOT_CALL_fault_major && call <= AIOT_CALL_fault_write;
}

/* Whose pages were in memory, so that more than one of them came. */
static inline bool mapped_is_around(uint64_t call)
{
	return mapped_is_fault(call) && call != AIOT_CALL_fault_major;
}

/* What came by request and not by a fault. */
static inline bool mapped_is_populate(uint64_t call)
{
	return call == AIOT_CALL_populate_read || call == AIOT_CALL_populate_write;
}

/* How many faults an event stands for; 1 for any other call. */
static inline uint64_t mapped_weight(uint64_t call, uint64_t aux)
{
	return mapped_is_fault(call) ? 1ull << (aux >> AIOT_FAULT_SHIFT & 31) : 1;
}

void mapped_add(struct mapped *mapped, uint64_t call, uint64_t aux, uint64_t bytes,
                uint64_t duration_ns);
/* Adds one's sums to another's and frees what it holds. */
void mapped_merge(struct mapped *to, struct mapped *from);
void mapped_free(struct mapped *mapped);

static inline bool mapped_used(const struct mapped *mapped)
{
	return mapped->major || mapped->minor || mapped->written || mapped->populated;
}

/* ns that a share (0 to 1) of major faults did not exceed, at most 1/8 too
 * high; 0 if there were none. */
uint64_t mapped_percentile(const struct mapped *mapped, double share);
uint64_t mapped_slowest(const struct mapped *mapped);

#endif
