/* SPDX-License-Identifier: Apache-2.0
 *
 * Which files the run found in the page cache: told from the first reads of what
 * it had not touched yet.
 */
#ifndef REPLAY_WARMTH_H
#define REPLAY_WARMTH_H

#include "measure/cache.h"
#include "replay/plan.h"

/* A read of these bytes, in order of time. */
void warmth_read(struct plan_file *place, enum cache_answer answer, int64_t begin, int64_t end);

/* These bytes were written: to read them says nothing. */
void warmth_write(struct plan_file *place, int64_t end);

/* True where most of what was asked of the file as the run found it was there. */
bool warmth_is(const struct plan_file *place);

#endif
