/* SPDX-License-Identifier: Apache-2.0 */
#include "read/queue.h"

#include <string.h>

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
	spans_free(&q->left);
	spans_free(&q->spare);
	spans_free(&q->spans);
	*q = (struct queue){0};
}
