/* SPDX-License-Identifier: Apache-2.0 */
#include "encode.h"

#include <string.h>
#include <zstd.h>

#include "column.h"

struct encode {
	struct scratch *scratch;
	struct column_out out;
	const struct aiot_event *events;
	uint32_t count;
	struct aiot_event varies; /* the bits that are not the same in all events */
};

/* Most columns of most blocks are the same in every row: one pass finds out. */
static void encode_survey(struct encode *e)
{
	uint64_t first[8], varies[8] = {0};
	memcpy(first, e->events, sizeof first);
	for (uint32_t i = 1; i < e->count; i++) {
		uint64_t words[8];
		memcpy(words, &e->events[i], sizeof words);
		for (int k = 0; k < 8; k++)
			varies[k] |= words[k] ^ first[k];
	}
	memcpy(&e->varies, varies, sizeof e->varies);
}

static struct aiot_column_head encode_head(enum aiot_column column, enum aiot_transform transform,
                                           uint8_t shift, uint64_t base)
{
	return (struct aiot_column_head){.column = (uint8_t)column,
	                                 .transform = (uint8_t)transform,
	                                 .shift = shift,
	                                 .base = base};
}

static void encode_put(struct encode *e, struct aiot_column_head head)
{
	column_put(e->scratch, &e->out, head, e->scratch->residuals, e->count);
}

/* A column of values as they are. */
#define ENCODE_PLAIN(e, column, field)                                                             \
	do {                                                                                       \
		struct aiot_column_head head_ = encode_head(column, AIOT_TRANSFORM_PLAIN, 0, 0);   \
		for (uint32_t i_ = 0; (e)->varies.field && i_ < (e)->count; i_++)                  \
			(e)->scratch->residuals[i_] = (uint64_t)(e)->events[i_].field;             \
		if ((e)->varies.field)                                                             \
			encode_put(e, head_);                                                      \
		else                                                                               \
			column_put_constant(&(e)->out, head_, (uint64_t)(e)->events[0].field);     \
	} while (0)

/* The flags, and that a row has no offset. */
static void encode_flags(struct encode *e)
{
	struct aiot_column_head head = encode_head(AIOT_COLUMN_FLAGS, AIOT_TRANSFORM_PLAIN, 0, 0);
	uint64_t *residuals = e->scratch->residuals, first = 0, varies = 0;
	for (uint32_t i = 0; i < e->count; i++) {
		uint64_t none = e->events[i].offset == -1 ? AIOT_EVENT_NO_OFFSET : 0;
		residuals[i] = e->events[i].flags | none;
		first = i ? first : residuals[0];
		varies |= residuals[i] ^ first;
	}
	if (varies)
		encode_put(e, head);
	else
		column_put_constant(&e->out, head, first);
}

/* Ids that count up cost nothing as differences, ids that jump cost less as
 * they are. `residuals` holds the values. */
static void encode_put_ids(struct encode *e, enum aiot_column column)
{
	uint64_t *residuals = e->scratch->residuals, first = residuals[0], previous = first;
	uint32_t far = 0, changes = 0;
	for (uint32_t i = 1; i < e->count; i++) {
		changes += residuals[i] != previous;
		far += residuals[i] - previous > 1;
		previous = residuals[i];
	}
	if (far * 4 > changes) {
		encode_put(e, encode_head(column, AIOT_TRANSFORM_PLAIN, 0, 0));
		return;
	}
	previous = first;
	for (uint32_t i = 0; i < e->count; i++) {
		uint64_t value = residuals[i];
		residuals[i] = column_zigzag(value - previous);
		previous = value;
	}
	encode_put(e, encode_head(column, AIOT_TRANSFORM_DELTA, 0, first));
}

#define ENCODE_IDS(e, column, field)                                                               \
	do {                                                                                       \
		if (!(e)->varies.field) {                                                          \
			ENCODE_PLAIN(e, column, field);                                            \
			break;                                                                     \
		}                                                                                  \
		for (uint32_t i_ = 0; i_ < (e)->count; i_++)                                       \
			(e)->scratch->residuals[i_] = (e)->events[i_].field;                       \
		encode_put_ids(e, column);                                                         \
	} while (0)

static void encode_start(struct encode *e)
{
	uint64_t base = e->events[0].start_ns, expected = base;
	for (uint32_t i = 0; i < e->count; i++) {
		const struct aiot_event *event = &e->events[i];
		e->scratch->residuals[i] = column_zigzag(event->start_ns - expected);
		expected = event->start_ns + event->duration_ns;
	}
	encode_put(e, encode_head(AIOT_COLUMN_START, AIOT_TRANSFORM_GAP, 0, base));
}

static void encode_result(struct encode *e)
{
	struct aiot_column_head head = encode_head(AIOT_COLUMN_RESULT, AIOT_TRANSFORM_SHORT, 0, 0);
	uint32_t rows = e->varies.size || e->varies.result ? e->count : 1;
	for (uint32_t i = 0; i < rows; i++) {
		const struct aiot_event *event = &e->events[i];
		e->scratch->residuals[i] = column_zigzag(event->size - (uint64_t)event->result);
	}
	if (rows > 1)
		encode_put(e, head);
	else
		column_put_constant(&e->out, head, e->scratch->residuals[0]);
}

/* Where the handle's next access would begin: FORMAT.md, "N". */
static void encode_advance(uint64_t next[AIOT_NEXT_SLOTS], const struct aiot_event *event)
{
	uint64_t *slot = &next[event->handle % AIOT_NEXT_SLOTS];
	if (event->size == 0)
		*slot = event->result > 0 ? (uint64_t)event->result : 0;
	else if (event->result >= 0 && (uint64_t)event->result <= event->size)
		*slot = (uint64_t)event->offset + (uint64_t)event->result;
}

/* Fills the residuals with offset - N; returns how many are 0, and in `bits`
 * all of them or-ed, to know the common shift. */
static uint32_t encode_predict(const struct encode *e, uint64_t *bits)
{
	uint64_t next[AIOT_NEXT_SLOTS] = {0};
	uint32_t hits = 0;
	*bits = 0;
	for (uint32_t i = 0; i < e->count; i++) {
		const struct aiot_event *event = &e->events[i];
		uint64_t residual = 0;
		if (event->offset != -1) {
			residual = (uint64_t)event->offset - next[event->handle % AIOT_NEXT_SLOTS];
			encode_advance(next, event);
		}
		hits += residual == 0;
		*bits |= residual;
		e->scratch->residuals[i] = residual;
	}
	return hits;
}

static void encode_offset_plain(struct encode *e)
{
	for (uint32_t i = 0; i < e->count; i++) {
		int64_t offset = e->events[i].offset;
		e->scratch->residuals[i] = offset == -1 ? 0 : (uint64_t)offset;
	}
	encode_put(e, encode_head(AIOT_COLUMN_OFFSET, AIOT_TRANSFORM_PLAIN, 0, 0));
}

static void encode_offset(struct encode *e)
{
	uint64_t bits;
	if (!e->varies.offset && e->events[0].offset == -1)
		return;
	if (encode_predict(e, &bits) * 2 < e->count) {
		encode_offset_plain(e);
		return;
	}
	uint8_t shift = bits ? (uint8_t)__builtin_ctzll(bits) : 0;
	for (uint32_t i = 0; i < e->count; i++) {
		int64_t residual = (int64_t)e->scratch->residuals[i] >> shift;
		e->scratch->residuals[i] = column_zigzag((uint64_t)residual);
	}
	encode_put(e, encode_head(AIOT_COLUMN_OFFSET, AIOT_TRANSFORM_NEXT, shift, 0));
}

static void encode_times(struct aiot_block *block, const struct aiot_event *events, uint32_t count)
{
	block->first_ns = UINT64_MAX;
	block->last_ns = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint64_t end = events[i].start_ns + events[i].duration_ns;
		if (events[i].start_ns < block->first_ns)
			block->first_ns = events[i].start_ns;
		if (end > block->last_ns)
			block->last_ns = end;
	}
}

void encode_events(struct scratch *scratch, struct aiot_block *block,
                   const struct aiot_event *events, uint32_t count)
{
	struct encode e = {
	        .scratch = scratch, .out = {scratch->out, 0, SCRATCH_OUT_BYTES}, events, count};
	encode_survey(&e);
	ENCODE_PLAIN(&e, AIOT_COLUMN_CALL, call);
	ENCODE_PLAIN(&e, AIOT_COLUMN_STAGE, stage);
	encode_flags(&e);
	ENCODE_IDS(&e, AIOT_COLUMN_FILE, file);
	ENCODE_IDS(&e, AIOT_COLUMN_HANDLE, handle);
	ENCODE_PLAIN(&e, AIOT_COLUMN_STACK, stack);
	ENCODE_PLAIN(&e, AIOT_COLUMN_AUX, aux);
	encode_start(&e);
	ENCODE_PLAIN(&e, AIOT_COLUMN_DURATION, duration_ns);
	ENCODE_PLAIN(&e, AIOT_COLUMN_SIZE, size);
	encode_result(&e);
	encode_offset(&e);
	encode_times(block, events, count);
	block->type = AIOT_BLOCK_EVENTS;
	block->count = count;
	block->payload_bytes = (uint32_t)e.out.used;
}

static uint32_t encode_count_records(const uint8_t *records, uint32_t bytes)
{
	struct aiot_definition head;
	uint32_t count = 0;
	for (uint32_t at = 0; at + sizeof head <= bytes; at += sizeof head + head.bytes, count++)
		memcpy(&head, records + at, sizeof head);
	return count;
}

int encode_definitions(struct scratch *scratch, struct aiot_block *block, const uint8_t *records,
                       uint32_t bytes)
{
	size_t packed = ZSTD_compressCCtx(scratch->zstd, scratch->out, SCRATCH_OUT_BYTES, records,
	                                  bytes, 1);
	if (ZSTD_isError(packed))
		return -1;
	block->type = AIOT_BLOCK_DEFINITIONS;
	block->count = encode_count_records(records, bytes);
	block->payload_bytes = (uint32_t)packed;
	return 0;
}
