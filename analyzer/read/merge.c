/* SPDX-License-Identifier: Apache-2.0
 *
 * A k-way merge by real time over a binary heap of threads. A thread enters
 * with the first time its next block's header states and is decoded only when
 * that time has come; its rows are then sorted, since calls are written in the
 * order in which they ended. Where a block begins before the one before has ended,
 * as with operations in flight, the thread enters twice, once with every other block.
 */
#include "read/merge.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/wrap.h"
#include "read/decode.h"

struct cursor {
	struct process *process;
	struct stream *stream;
	size_t piece;  /* the next to decode */
	size_t step;   /* from one to the next: 1, or 2 beside another cursor of the stream */
	size_t loaded; /* the one that the rows are of */
	uint32_t row;
	struct batch batch;
	int64_t key; /* CLOCK_REALTIME of the next row, or of the next piece */
};

struct merge_buffers {
	struct decoder *decoder;
	struct payload payload;
	struct batch spare; /* of a cursor that has used up its own */
};

struct merge {
	struct recording *recording;
	struct merge_buffers *buffers, *own; /* own: NULL where they are lent */
	struct problems found;
	int64_t limit; /* no event that starts then or later */
	uint32_t columns;
	bool spare_times;
	struct cursor *cursors;
	struct cursor **heap;
	size_t count;
};

static void merge_down(struct merge *m, size_t i)
{
	for (;;) {
		size_t least = i, child = 2 * i + 1;
		struct cursor *moved = m->heap[i];
		for (size_t c = child; c < child + 2 && c < m->count; c++)
			if (m->heap[c]->key < m->heap[least]->key)
				least = c;
		if (least == i)
			return;
		m->heap[i] = m->heap[least];
		m->heap[least] = moved;
		i = least;
	}
}

static bool merge_timed(const struct cursor *c)
{
	return c->batch.have & BATCH_WANT(START);
}

static void merge_key(struct cursor *c)
{
	const struct piece *pieces = c->stream->pieces;
	uint64_t at;

	if (c->row >= c->batch.count)
		at = pieces[c->piece].first_ns;
	else if (merge_timed(c))
		at = c->batch.column[AIOT_COLUMN_START][c->row];
	else
		at = pieces[c->loaded].first_ns;
	c->key = wrap_add(at, (uint64_t)c->process->clock);
}

static void merge_damaged(struct merge *m, struct cursor *c, struct piece *piece, const char *text,
                          bool complete)
{
	if (!piece->block->damaged && complete)
		problems_add(&m->found, "%s", text);
	else if (!piece->block->damaged)
		problems_add(&m->found,
		             "%s: offset %" PRIu64 ": %s; the block's %" PRIu32
		             " events were left out",
		             c->process->trace.path, piece->block->at, text, piece->count);
	if (!piece->block->damaged) {
		c->stream->missing += piece->count;
		c->stream->events -= piece->count;
	}
	piece->block->damaged = true;
	c->batch.count = 0;
}

/* The sequence number expected at a piece. */
static uint64_t merge_expected(const struct stream *stream, size_t piece)
{
	const struct piece *before = stream->pieces + piece - 1;

	return piece ? before->sequence + before->count : 0;
}

/* No row may start before those of the pieces before, or the order of all would not be
 * that of the rows. */
static bool merge_spares(const struct merge *m, const struct cursor *c, const struct piece *piece)
{
	return m->spare_times && m->count == 1 && piece->block->in_order &&
	       piece->sequence >= merge_expected(c->stream, (size_t)(piece - c->stream->pieces)) &&
	       (piece == c->stream->pieces || piece->first_ns >= piece[-1].last_ns);
}

static void merge_block(struct merge *m, struct cursor *c, struct piece *piece)
{
	uint32_t columns = merge_spares(m, c, piece) ? m->columns & ~MERGE_TIMES : m->columns;
	struct aiot_block head = {
	        .type = piece->block->type,
	        .count = piece->block->count,
	        .payload_bytes = piece->block->bytes,
	};
	struct problem why = {0};

	if (trace_read(&c->process->trace, piece->block, &m->buffers->payload, &why))
		merge_damaged(m, c, piece, why.text, true);
	else if (decode_block(m->buffers->decoder, &head, m->buffers->payload.bytes + sizeof head,
	                      columns, &c->batch, &why))
		merge_damaged(m, c, piece, why.text, false);
	reading_add(&m->recording->reading, piece->block->bytes);
}

/* Decodes the cursor's next piece, which may turn out to hold nothing new. */
static void merge_load(struct merge *m, struct cursor *c)
{
	struct piece *piece = &c->stream->pieces[c->piece];
	uint64_t expected = merge_expected(c->stream, c->piece);

	c->loaded = c->piece;
	c->piece += c->step;
	if (!m->buffers)
		m->buffers = m->own = merge_buffers_new();
	if (!c->batch.room) {
		c->batch = m->buffers->spare;
		m->buffers->spare = (struct batch){0};
	}
	c->row = 0;
	if (piece->events)
		batch_fill(&c->batch, piece->events, piece->count, m->columns);
	else
		merge_block(m, c, piece);
	if (piece->sequence < expected)
		batch_skip(&c->batch, (uint32_t)(expected - piece->sequence));
	if (merge_timed(c))
		batch_sort(&c->batch);
}

/* Brings the cursor to its next row or piece; false when it has none. */
static bool merge_advance(struct cursor *c)
{
	if (c->row >= c->batch.count && c->piece >= c->stream->count) {
		batch_free(&c->batch);
		return false;
	}
	merge_key(c);
	return true;
}

struct merge_buffers *merge_buffers_new(void)
{
	struct merge_buffers *buffers = memory_get(1, sizeof *buffers);

	buffers->decoder = decoder_new();
	return buffers;
}

void merge_buffers_free(struct merge_buffers *buffers)
{
	if (!buffers)
		return;
	decoder_free(buffers->decoder);
	free(buffers->payload.bytes);
	batch_free(&buffers->spare);
	free(buffers);
}

void merge_lend(struct merge *m, struct merge_buffers *buffers)
{
	m->buffers = buffers;
}

void merge_spare_times(struct merge *m)
{
	m->spare_times = true;
}

int merge_times(struct merge *m)
{
	struct cursor *c = m->heap[0];
	struct problem why = {0};

	if (!decode_more(m->buffers->decoder, MERGE_TIMES, &c->batch, &why))
		return 0;
	merge_damaged(m, c, &c->stream->pieces[c->loaded], why.text, false);
	return -1;
}

const struct batch *merge_spared(struct merge *m, struct process *process,
                                 const struct stream *stream, size_t piece)
{
	struct cursor c = {.process = process,
	                   .stream = &process->streams[stream - process->streams],
	                   .loaded = piece,
	                   .batch = m->buffers->spare};

	m->spare_times = false;
	m->columns = MERGE_TIMES;
	merge_block(m, &c, &stream->pieces[piece]);
	m->buffers->spare = c.batch;
	return merge_timed(&c) && c.batch.count ? &m->buffers->spare : NULL;
}

void merge_until(struct merge *m, int64_t limit_ns)
{
	m->limit = limit_ns;
}

static bool merge_overlaps(const struct stream *stream)
{
	for (size_t i = 1; i < stream->count; i++)
		if (stream->pieces[i].first_ns < stream->pieces[i - 1].last_ns)
			return true;
	return false;
}

static void merge_enter(struct merge *m, struct process *p, struct stream *stream)
{
	size_t cursors = merge_overlaps(stream) ? 2 : 1;

	for (size_t i = 0; i < cursors; i++) {
		struct cursor *c = &m->cursors[m->count];
		*c = (struct cursor){.process = p, .stream = stream, .piece = i, .step = cursors};
		if (merge_advance(c))
			m->heap[m->count++] = c;
	}
}

struct merge *merge_new(struct recording *recording, uint32_t columns, const struct process *only)
{
	struct merge *m = memory_get(1, sizeof *m);
	size_t streams = 0, first = only ? (size_t)(only - recording->processes) : 0;
	size_t end = only ? first + 1 : recording->count;

	m->recording = recording;
	m->limit = INT64_MAX;
	m->columns = (columns | BATCH_WANT(START)) & BATCH_ALL;
	for (size_t i = first; i < end; i++)
		streams += recording->processes[i].stream_count;
	m->cursors = memory_get(2 * streams, sizeof *m->cursors);
	m->heap = memory_get(2 * streams, sizeof *m->heap);
	for (size_t i = first; i < end; i++) {
		struct process *p = &recording->processes[i];
		for (size_t s = 0; s < p->stream_count; s++)
			merge_enter(m, p, &p->streams[s]);
	}
	for (size_t i = m->count; i-- > 0;)
		merge_down(m, i);
	return m;
}

/* A thread alone that has begun a block goes on to the block's end: else each
 * of many processes would keep a decoded block while others run. */
static bool merge_goes_on(const struct merge *m)
{
	const struct cursor *c = m->heap[0];

	return c->key < m->limit || m->limit == INT64_MAX ||
	       (m->count == 1 && c->row && c->row < c->batch.count);
}

/* Hands the memory of used up rows on. */
static void merge_rest(struct merge *m)
{
	struct cursor *c = m->heap[0];

	if (m->count != 1 || c->row < c->batch.count || !c->batch.room)
		return;
	if (m->buffers && !m->buffers->spare.room)
		m->buffers->spare = c->batch;
	else
		batch_free(&c->batch);
	c->batch = (struct batch){0};
	c->row = 0;
}

/* The last time at which the first cursor's rows come before all others'. */
static int64_t merge_second(const struct merge *m)
{
	if (m->count == 1)
		return INT64_MAX;
	int64_t least = m->limit == INT64_MAX ? INT64_MAX : m->limit - 1;

	for (size_t i = 1; i < 3 && i < m->count; i++)
		if (m->heap[i]->key < least)
			least = m->heap[i]->key;
	return least;
}

/* The end of the rows that start no later than the limit; at least one. */
static uint32_t merge_end(const struct cursor *c, int64_t limit)
{
	const uint64_t *start = c->batch.column[AIOT_COLUMN_START];
	uint32_t low = c->row + 1, high = low, step = 1;

	if (!merge_timed(c))
		return c->batch.count;
	/* Threads that run together give slices of few rows: search from near. */
	while (high < c->batch.count &&
	       wrap_add(start[high], (uint64_t)c->process->clock) <= limit) {
		low = high + 1;
		high += step;
		step *= 2;
	}
	if (high > c->batch.count)
		high = c->batch.count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (wrap_add(start[middle], (uint64_t)c->process->clock) <= limit)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void merge_settle(struct merge *m)
{
	if (!merge_advance(m->heap[0]))
		m->heap[0] = m->heap[--m->count];
	if (m->count)
		merge_down(m, 0);
}

int merge_next(struct merge *m, struct slice *slice)
{
	struct cursor *c;

	while (m->count && merge_goes_on(m)) {
		c = m->heap[0];
		if (c->row >= c->batch.count) {
			/* The last slice's rows are used up: only now may they go. */
			if (c->piece < c->stream->count)
				merge_load(m, c);
			merge_settle(m);
			continue;
		}
		*slice = (struct slice){.process = c->process,
		                        .stream = c->stream,
		                        .batch = &c->batch,
		                        .begin = c->row,
		                        .end = merge_end(c, merge_second(m)),
		                        .piece = c->loaded};
		c->row = slice->end;
		if (c->row < c->batch.count || c->piece < c->stream->count) {
			merge_key(c);
			merge_down(m, 0);
		}
		return 1;
	}
	if (m->count)
		merge_rest(m);
	return 0;
}

void merge_free(struct merge *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->count; i++)
		batch_free(&m->heap[i]->batch);
	merge_buffers_free(m->own);
	problems_move(&m->recording->problems, &m->found);
	free(m->cursors);
	free(m->heap);
	free(m);
}
