/* SPDX-License-Identifier: Apache-2.0 */
#include "read/queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Room for so many, when there is any. */
#define QUEUE_LEAST 64

/* What is neither due nor was it goes to other memory. */
static void queue_leave(struct queue *q)
{
	size_t count = q->spans.count - q->first;
	struct spans to = q->spare;

	q->spare = (struct spans){0};
	spans_reserve(&to, 2 * count + QUEUE_LEAST);
	memcpy(to.items, q->spans.items + q->first, count * sizeof *to.items);
	to.count = count;
	if (q->due.count && !q->left.items)
		q->left = q->spans;
	else
		spans_free(&q->spans);
	q->spans = to;
	q->first = 0;
}

void queue_pack(struct queue *q, struct span span)
{
	if (!q->packed)
		q->packed = memory_get(1, sizeof *q->packed);
	packed_add(q->packed, span);
}

/* Fills memory that is not due. */
void queue_ready(struct queue *q, int64_t time)
{
	struct span span;

	if (!q->packed)
		return;
	q->spans.count = 0;
	while (packed_take(q->packed, time, &span)) {
		if (q->spans.count == q->spans.room)
			spans_more(&q->spans);
		q->spans.items[q->spans.count++] = span;
	}
	packed_trim(q->packed);
}

/* What was made ready is due, and memory of what was due is to be filled. */
static void queue_exchange(struct queue *q)
{
	struct spans ready = q->spans;

	q->spans = q->left;
	q->left = ready;
	q->due = (struct spans){ready.items, ready.count, 0};
}

void queue_more(struct queue *q)
{
	if (q->first)
		queue_leave(q);
	else
		spans_more(&q->spans);
}

/* Memory of which a phase uses most is worth keeping; of many processes each
 * has but a little due at a time. */
static void queue_settle(struct queue *q)
{
	if (!q->spare.items && 2 * q->due.count > q->left.room)
		q->spare = q->left;
	else
		spans_free(&q->left);
	q->left = (struct spans){0};
	q->spare.count = 0;
}

void queue_due(struct queue *q, int64_t time)
{
	size_t end;

	if (q->packs) {
		queue_exchange(q);
		return;
	}
	if (q->left.items)
		queue_settle(q);
	if (q->first == q->spans.count)
		q->first = q->spans.count = 0;
	end = spans_find(&q->spans, q->first, time);
	q->due = (struct spans){q->spans.items + q->first, end - q->first, 0};
	q->first = end;
}

void queue_free(struct queue *q)
{
	if (q->packed)
		packed_free(q->packed);
	free(q->packed);
	spans_free(&q->left);
	spans_free(&q->spare);
	spans_free(&q->spans);
	*q = (struct queue){0};
}
