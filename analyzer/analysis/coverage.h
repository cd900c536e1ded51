/* SPDX-License-Identifier: Apache-2.0
 *
 * How much of what the kernel counted stands in the trace, and what the rest
 * is as far as it can be known.
 */
#ifndef COVERAGE_H
#define COVERAGE_H

#include <stdbool.h>

#include "measure/events.h"

struct coverage;

/* One direction, in bytes and calls, of the times in which both sides count. */
struct covered {
	double kernel, seen; /* bytes */
	double kernel_calls, seen_calls;
	double loading, loading_calls; /* part of the rest: before tracing of programs began */
	double share;                  /* seen / kernel; -1 where the kernel's count is not known */
};

struct coverage_result {
	struct covered read, write;
	double storage_read, storage_written; /* bytes that went to or from a device */
	double mapped_written;         /* of those at least, through mappings and in no event */
	uint32_t processes, uncounted; /* in the recording; of those without a count */
};

struct coverage *coverage_new(const struct recording *recording);

/* Whether the process's own counters are to be added up: no ancestor's takes
 * them in. */
bool coverage_counts(const struct coverage *coverage, const struct process *process);

/* Adds data calls. Different processes' may be added by different threads. */
void coverage_add(struct coverage *coverage, const struct events *events);

/* Frees coverage. */
struct coverage_result coverage_finish(struct coverage *coverage);

#endif
