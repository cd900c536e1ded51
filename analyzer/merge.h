/* SPDX-License-Identifier: Apache-2.0
 *
 * The stream of events: all threads of all processes, in order of start. Hands
 * out slices, runs of rows of one thread that no other thread's row falls
 * between, so that consumers loop over columns. Keeps one decoded block for
 * each thread that is in the middle of one.
 */
#ifndef MERGE_H
#define MERGE_H

#include "batch.h"
#include "recording.h"

struct slice {
	struct process *process;
	const struct stream *stream;
	const struct batch *batch;
	uint32_t begin, end; /* rows of the batch */
};

struct merge;

/* Columns are a set of BATCH_WANT; START is always there. With only set,
 * events of that process alone. */
struct merge *merge_new(struct recording *recording, uint32_t columns, const struct process *only);

/* The next slice, valid until the next call; 0 at the end. Blocks that prove
 * to be damaged are added to the recording's problems and counted as missing. */
int merge_next(struct merge *merge, struct slice *slice);

void merge_free(struct merge *merge);

#endif
