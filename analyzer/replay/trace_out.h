/* SPDX-License-Identifier: Apache-2.0
 *
 * A run of a replay as a recording of its own, in the trace format: processes
 * and threads of the original, files of the target, times and results of the
 * replay, stages as they were judged for the original.
 */
#ifndef REPLAY_TRACE_OUT_H
#define REPLAY_TRACE_OUT_H

#include "base/problem.h"
#include "replay/run.h"

/* Makes a run's folder below `below`; its path, to be freed. NULL and why where
 * it could not be written. */
char *trace_out(const struct run *run, const char *below, struct problem *why);

#endif
