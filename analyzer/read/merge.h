/* SPDX-License-Identifier: Apache-2.0
 *
 * The stream of events: all threads of all processes, in order of start. Hands
 * out slices, runs of rows of one thread that no other thread's row falls
 * between, so that consumers loop over columns. Keeps one decoded block for
 * each thread that is in the middle of one.
 */
#ifndef MERGE_H
#define MERGE_H

#include "read/batch.h"
#include "read/recording.h"

struct slice {
	struct process *process;
	const struct stream *stream;
	const struct batch *batch;
	uint32_t begin, end; /* rows of the batch */
	size_t piece;        /* the stream's, that they are of */
};

struct merge;

/* Columns are a set of BATCH_WANT; START is always there. With only set,
 * events of that process alone. */
struct merge *merge_new(struct recording *recording, uint32_t columns, const struct process *only);

/* The next slice, valid until the next call; 0 at the end. Blocks that prove
 * to be damaged are counted as missing, and known to the recording's problems
 * once merge_free was called. */
int merge_next(struct merge *merge, struct slice *slice);

/* Stops merge_next, which then returns 0, before events that start at this time
 * (CLOCK_REALTIME, ns) or later; of a single thread, before blocks that do. May be
 * called again with a later one. */
void merge_until(struct merge *merge, int64_t limit_ns);

/* Columns of time. */
#define MERGE_TIMES (BATCH_WANT(START) | BATCH_WANT(DURATION))

/* Spares the decoding of times, a large part of all, where a thread alone has events that
 * are in order anyway: a slice's batch then does not `have` them, and is all of a piece. */
void merge_spare_times(struct merge *merge);

/* Gives the batch of the slice at hand its times; -1 if they are damaged, which counts as
 * for a block. */
int merge_times(struct merge *merge);

/* After the last slice: START and DURATION of a stream's piece whose times were spared, valid
 * until the next call; NULL if they are damaged, which counts as for a block. */
const struct batch *merge_spared(struct merge *merge, struct process *process,
                                 const struct stream *stream, size_t piece);

/* Merges of different processes may run in different threads. Buffers for
 * decoding, then, are lent to those that run: one set a thread is enough. */
struct merge_buffers;

struct merge_buffers *merge_buffers_new(void);
void merge_buffers_free(struct merge_buffers *buffers);
void merge_lend(struct merge *merge, struct merge_buffers *buffers);

/* Not while another thread uses the recording. */
void merge_free(struct merge *merge);

#endif
