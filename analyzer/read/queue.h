/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads and writes that one thread adds at the end, while others use what is due
 * at the beginning. What is not due yet is kept, and neither copied nor moved from
 * phase to phase: of thousands of processes it is most of what there is, and packed.
 */
#ifndef QUEUE_H
#define QUEUE_H

#include "read/packed.h"
#include "read/spans.h"

/* All zero is empty, and does not pack. */
struct queue {
	bool packs; /* to be set before anything is added: what is not due is kept packed */
	struct packed *packed; /* then: NULL = nothing yet */
	struct spans spans;
	size_t first;     /* of spans: behind what is due, or was */
	struct spans due; /* items that stay where they are until the next queue_due */
	/* Memory that is due and was left for other; and such that is free again. */
	struct spans left, spare;
};

void queue_more(struct queue *queue);
void queue_pack(struct queue *queue, struct span span);

/* Room for one more, to be filled, in a queue that does not pack. */
static inline struct span *queue_next(struct queue *queue)
{
	if (queue->spans.count == queue->spans.room)
		queue_more(queue);
	return &queue->spans.items[queue->spans.count++];
}

static inline void queue_add(struct queue *queue, struct span span)
{
	if (queue->packs)
		queue_pack(queue, span);
	else
		*queue_next(queue) = span;
}

/* By who adds, after the last one before queue_due with the same time: unpacks. */
void queue_ready(struct queue *queue, int64_t time);

/* What was due is used up; items that start before this time are due now: they
 * are in order. Not while anything is added. */
void queue_due(struct queue *queue, int64_t time);

void queue_free(struct queue *queue);

#endif
