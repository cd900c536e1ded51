/* SPDX-License-Identifier: Apache-2.0
 *
 * Workers that are kept from epoch to epoch and show no file anew, because it
 * stays mapped, still are asked for nothing for a moment between two epochs: who
 * asks them has got everything that it asked for, and asks anew. Before, some
 * are always asked ahead.
 *
 * Python's messages: one write asks; an answer begins with a read of 4 bytes.
 */
#ifndef ROUND_H
#define ROUND_H

#include "analysis/revisit.h"
#include "read/spans.h"
#include "stage/feature.h"
#include "stage/stage.h"

struct rounds;

/* Of the workers that read most of a file for training; NULL without any that pipes ask. */
struct rounds *rounds_new(const struct features *features, const struct stages *stages,
                          uint32_t name);
void rounds_free(struct rounds *rounds);

/* Reads and writes of pipes, in order of time. */
void rounds_add(struct rounds *rounds, const struct span *spans, size_t count);

/* From what was asked first to the last answer, each: free() them. Sets *count, to 0 where
 * there are more than `most`, or fewer than two. */
struct pass *rounds_passes(const struct rounds *rounds, size_t most, size_t *count);

#endif
