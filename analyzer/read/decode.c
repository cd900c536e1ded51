/* SPDX-License-Identifier: Apache-2.0
 *
 * The decoder of event columns (FORMAT.md, "Events"). Heads are collected
 * first; a column is then decoded when it is wanted or when another one's
 * transform needs it.
 */
#include "read/decode.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "base/memory.h"
#include "base/vector.h"
#include "read/frames.h"
#include "read/parted.h"
#include "read/planes.h"
#include "read/transform.h"

struct column_ref {
	struct aiot_column_head head;
	const uint8_t *planes; /* NULL: the column is absent */
	bool done;
};

struct decoder {
	struct frames frames;
	uint8_t *codes; /* of a coded column, and the list behind them */
	uint64_t *list;
	size_t coded_room;
	struct parted parted; /* of the block's parted column before, */
	uint8_t *lists;       /* and whose list each row goes by; NULL until the first */
	size_t lists_room;
	bool parted_known;
	uint8_t *numbers; /* PARTED_NUMBERS; NULL likewise */
	struct column_ref columns[BATCH_COLUMNS];
};

struct decoder *decoder_new(void)
{
	struct decoder *decoder = memory_get(1, sizeof *decoder);

	frames_init(&decoder->frames);
	return decoder;
}

void decoder_free(struct decoder *decoder)
{
	if (!decoder)
		return;
	frames_free(&decoder->frames);
	free(decoder->codes);
	free(decoder->list);
	free(decoder->lists);
	free(decoder->numbers);
	free(decoder);
}

static int decode_heads(struct decoder *decoder, const uint8_t *at, size_t left,
                        struct problem *why)
{
	int last = 0;

	decoder->parted_known = false;
	memset(decoder->columns, 0, sizeof decoder->columns);
	while (left) {
		struct aiot_column_head head;
		if (left < sizeof head)
			return problem_set(why, "a column head is cut");
		memcpy(&head, at, sizeof head);
		at += sizeof head;
		left -= sizeof head;
		if (head.bytes > left)
			return problem_set(why, "column %d is longer than its block", head.column);
		if (head.column <= last)
			return problem_set(why, "column %d comes after column %d", head.column,
			                   last);
		last = head.column;
		if (head.column < BATCH_COLUMNS) {
			decoder->columns[head.column].head = head;
			decoder->columns[head.column].planes = at;
		}
		at += head.bytes;
		left -= head.bytes;
	}
	return 0;
}

/* Makes a column constant; one that is already is left alone. */
static void decode_fill(struct batch *b, int c, uint64_t value)
{
	if (b->same_value[c] != value || b->same[c] < b->count)
		planes_write(b->column[c], b->count, value);
	else
		return;
	b->same_value[c] = value;
	b->same[c] = b->count;
}

static int decode_end(const uint8_t *at, const uint8_t *end, struct problem *why)
{
	return at == end ? 0 : problem_set(why, "bytes are left behind the last plane");
}

VECTOR static void decode_offset_none(uint64_t *restrict offset, const uint64_t *restrict flags,
                                      uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		offset[i] |= flags[i] & AIOT_EVENT_NO_OFFSET ? UINT64_MAX : 0;
}

VECTOR static void decode_clear_flag(uint64_t *flags, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		flags[i] &= ~(uint64_t)AIOT_EVENT_NO_OFFSET;
}

/* Takes the encoding's own flag away, giving the rows it marks no offset. */
static void decode_no_offset(struct batch *b)
{
	uint64_t *flags = b->column[AIOT_COLUMN_FLAGS], *offset = b->column[AIOT_COLUMN_OFFSET];
	uint64_t shared = b->same_value[AIOT_COLUMN_FLAGS];

	if (!(b->have & BATCH_WANT(FLAGS)))
		return;
	if (!batch_constant(b, AIOT_COLUMN_FLAGS)) {
		if (b->have & BATCH_WANT(OFFSET)) {
			b->same[AIOT_COLUMN_OFFSET] = 0;
			decode_offset_none(offset, flags, b->count);
		}
		decode_clear_flag(flags, b->count);
	} else if (shared & AIOT_EVENT_NO_OFFSET) {
		if (b->have & BATCH_WANT(OFFSET))
			decode_fill(b, AIOT_COLUMN_OFFSET, UINT64_MAX);
		decode_fill(b, AIOT_COLUMN_FLAGS, shared & ~(uint64_t)AIOT_EVENT_NO_OFFSET);
	}
}

static void decode_coded_room(struct decoder *decoder, uint32_t count)
{
	if (decoder->coded_room >= count)
		return;
	free(decoder->codes);
	free(decoder->list);
	decoder->codes = memory_get(count, 1);
	decoder->list = memory_get(count, sizeof *decoder->list);
	decoder->coded_room = count;
}

/* One code a row. */
static int decode_codes(struct decoder *decoder, const struct column_ref *column,
                        const uint8_t **at, uint32_t count, struct problem *why)
{
	const uint8_t *end = column->planes + column->head.bytes;
	struct planes planes;

	if (column->head.planes > 1)
		return problem_set(why, "column %d has codes of several bytes",
		                   column->head.column);
	decode_coded_room(decoder, count);
	if (frames_planes(&decoder->frames, &column->head, at, end, count, &planes, why))
		return -1;
	if (planes.count)
		memcpy(decoder->codes, planes.bytes[0], count);
	else
		memset(decoder->codes, (int)planes.shared, count);
	return 0;
}

/* A list of so many values. */
static int decode_list(struct decoder *decoder, const uint8_t **at, const uint8_t *end,
                       uint64_t *list, uint32_t count, struct problem *why)
{
	struct aiot_column_head head;
	struct planes planes;

	if (!count)
		return 0;
	if ((size_t)(end - *at) < sizeof head)
		return problem_set(why, "a list's head is cut");
	memcpy(&head, *at, sizeof head);
	*at += sizeof head;
	if (head.transform > AIOT_TRANSFORM_DELTA)
		return problem_set(why, "a list has the transform %d", head.transform);
	if (transform_check(&head, why) ||
	    frames_planes(&decoder->frames, &head, at, end, count, &planes, why))
		return -1;
	planes_list(&head, &planes, list, count);
	return 0;
}

static int decode_coded(struct decoder *decoder, const struct column_ref *column,
                        struct batch *batch, struct problem *why)
{
	const uint8_t *at = column->planes, *end = at + column->head.bytes;
	bool whole = column->head.transform == AIOT_TRANSFORM_WHOLE;
	uint8_t most = whole ? AIOT_CODE_FAILED : AIOT_CODE_REST;
	uint32_t rest;

	if (decode_codes(decoder, column, &at, batch->count, why))
		return -1;
	rest = planes_rest(decoder->codes, batch->count, most);
	if (rest > batch->count)
		return problem_set(why, "column %d has a code above %d", column->head.column, most);
	if (decode_list(decoder, &at, end, decoder->list, rest, why) || decode_end(at, end, why))
		return -1;
	batch->same[column->head.column] = 0;
	planes_decode(&column->head, decoder->codes, decoder->list, batch);
	return 0;
}

/* Times and durations mostly have the same pairs. */
static void decode_parted_rows(struct decoder *decoder, const struct batch *batch,
                               struct parted *parted)
{
	if (decoder->parted_known && parted_alike(&decoder->parted, parted)) {
		*parted = decoder->parted;
		return;
	}
	if (!decoder->numbers)
		decoder->numbers = memory_get(PARTED_NUMBERS, 1);
	if (decoder->lists_room < batch->count) {
		free(decoder->lists);
		decoder->lists = memory_get(batch->count, 1);
		decoder->lists_room = batch->count;
	}
	parted_rows(parted, batch, decoder->numbers, decoder->lists);
	decoder->parted = *parted;
	decoder->parted_known = true;
}

/* A column of a list for each pair of calls. */
static int decode_parted(struct decoder *decoder, const struct column_ref *column,
                         struct batch *batch, struct problem *why)
{
	const struct aiot_column_head *head = &column->head;
	const uint8_t *at = column->planes, *end = at + head->bytes;
	uint64_t *list, *v = batch->column[head->column];
	struct parted parted;

	if (parted_read(&parted, &at, end, why))
		return -1;
	decode_coded_room(decoder, batch->count);
	decode_parted_rows(decoder, batch, &parted);
	list = decoder->list;
	for (uint32_t k = 0; k <= parted.count; list += parted.rows[k++])
		if (decode_list(decoder, &at, end, list, parted.rows[k], why))
			return -1;
	if (decode_end(at, end, why))
		return -1;
	batch->same[head->column] = 0;
	if (head->transform == AIOT_TRANSFORM_PARTED_GAP)
		parted_gap(&parted, decoder->lists, decoder->list, head, batch);
	else
		parted_merge(&parted, decoder->lists, decoder->list, v, batch->count);
	return 0;
}

/* A column of a number a row. */
static int decode_numbers(struct decoder *decoder, const struct column_ref *column,
                          struct batch *batch, struct problem *why)
{
	const uint8_t *at = column->planes, *end = at + column->head.bytes;
	struct planes planes;
	int c = column->head.column;

	if (frames_planes(&decoder->frames, &column->head, &at, end, batch->count, &planes, why) ||
	    decode_end(at, end, why))
		return -1;
	if (!planes.count && column->head.transform == AIOT_TRANSFORM_PLAIN) {
		decode_fill(batch, c, planes.shared);
		return 0;
	}
	batch->same[c] = 0;
	planes_undo(&column->head, &planes, batch);
	return 0;
}

/* Decodes one column, and first those it needs. Transforms are tied to their
 * columns (transform_check), so the recursion ends: start needs duration,
 * offset needs result, result needs size. */
static int decode_column(struct decoder *decoder, int c, struct batch *batch, struct problem *why)
{
	struct column_ref *column = &decoder->columns[c];
	uint32_t needs;

	if (column->done)
		return 0;
	column->done = true;
	batch_reserve(batch, batch->count, 1u << c);
	batch->have |= 1u << c;
	if (!column->planes) {
		decode_fill(batch, c, 0);
		return 0;
	}
	if (transform_check(&column->head, why))
		return -1;
	needs = transform_needs(&column->head);
	for (int other = 1; other < BATCH_COLUMNS; other++)
		if ((needs >> other & 1) && decode_column(decoder, other, batch, why))
			return -1;
	if (column->head.transform >= AIOT_TRANSFORM_PARTED)
		return decode_parted(decoder, column, batch, why);
	return column->head.transform >= AIOT_TRANSFORM_AGAIN
	               ? decode_coded(decoder, column, batch, why)
	               : decode_numbers(decoder, column, batch, why);
}

static int decode_raw(const struct aiot_block *head, const uint8_t *payload, uint32_t wanted,
                      struct batch *batch, struct problem *why)
{
	struct aiot_event *events;

	if (head->payload_bytes != (uint64_t)head->count * sizeof *events)
		return problem_set(why, "%" PRIu32 " raw events in %" PRIu32 " bytes", head->count,
		                   head->payload_bytes);
	events = memory_get(head->count, sizeof *events);
	memcpy(events, payload, head->payload_bytes);
	batch_fill(batch, events, head->count, wanted);
	free(events);
	return 0;
}

int decode_more(struct decoder *decoder, uint32_t wanted, struct batch *batch, struct problem *why)
{
	for (int c = 1; c < BATCH_COLUMNS; c++)
		if ((wanted >> c & 1) && decode_column(decoder, c, batch, why))
			return -1;
	return 0;
}

int decode_block(struct decoder *decoder, const struct aiot_block *head, const uint8_t *payload,
                 uint32_t wanted, struct batch *batch, struct problem *why)
{
	if (head->type == AIOT_BLOCK_RAW_EVENTS)
		return decode_raw(head, payload, wanted, batch, why);
	if (head->count > AIOT_BLOCK_MAX_EVENTS)
		return problem_set(why, "%" PRIu32 " events in one block", head->count);
	if (decode_heads(decoder, payload, head->payload_bytes, why))
		return -1;
	if (wanted & BATCH_WANT(OFFSET))
		wanted |= BATCH_WANT(FLAGS);
	batch_reserve(batch, head->count, wanted);
	batch->count = head->count;
	batch->have = 0;
	if (decode_more(decoder, wanted, batch, why))
		return -1;
	decode_no_offset(batch);
	return 0;
}

int decode_definitions(struct decoder *decoder, const uint8_t *payload, uint32_t bytes,
                       const uint8_t **records, size_t *size, struct problem *why)
{
	unsigned long long expect = ZSTD_getFrameContentSize(payload, bytes);

	if (expect > AIOT_BLOCK_MAX_BYTES)
		return problem_set(why, "its zstd frame is damaged or states no size");
	*records = frames_whole(&decoder->frames, payload, bytes, (size_t)expect, why);
	if (!*records)
		return -1;
	*size = (size_t)expect;
	return 0;
}
