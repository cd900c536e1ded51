/* SPDX-License-Identifier: Apache-2.0
 *
 * How much of what the kernel counted stands in the trace.
 */
#ifndef COVERAGE_H
#define COVERAGE_H

#include <stdbool.h>

#include "recording.h"

struct coverage;

struct coverage *coverage_new(const struct recording *recording);

/* Whether the process's own counters are to be added up: no ancestor's takes
 * them in. */
bool coverage_counts(const struct coverage *coverage, const struct process *process);

/* Whether the kernel's count takes in what a call moves: it leaves out what
 * io_uring, Linux AIO, GPUDirect storage and page faults do. glibc's threads for POSIX AIO
 * read and write as everyone. */
bool coverage_is_counted(const struct call *call);

/* A data call's bytes; end_ns by CLOCK_REALTIME. Different processes' calls may
 * be added by different threads. */
void coverage_add(struct coverage *coverage, const struct process *process, bool write,
                  int64_t end_ns, uint64_t bytes);

/* Shares from 0 to 1, -1 where the kernel's count is not known. Frees coverage. */
void coverage_finish(struct coverage *coverage, double *read, double *write);

#endif
