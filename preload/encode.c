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
};

static void encode_put(struct encode *e, enum aiot_column column, enum aiot_transform transform,
                       uint8_t shift, uint64_t base)
{
	struct aiot_column_head head = {.column = (uint8_t)column,
	                                .transform = (uint8_t)transform,
	                                .shift = shift,
	                                .base = base};
	column_put(e->scratch, &e->out, head, e->scratch->residuals, e->count);
}

/* A column of values as they are. */
#define ENCODE_PLAIN(e, column, value)                                                             \
	do {                                                                                       \
		for (uint32_t i_ = 0; i_ < (e)->count; i_++) {                                     \
			const struct aiot_event *event = &(e)->events[i_];                         \
			(e)->scratch->residuals[i_] = (value);                                     \
		}                                                                                  \
		encode_put(e, column, AIOT_TRANSFORM_PLAIN, 0, 0);                                 \
	} while (0)

/* Ids that count up cost nothing as differences, ids that jump cost less as
 * they are: whichever changes its high bytes less often is taken. */
static void encode_ids(struct encode *e, enum aiot_column column, size_t field)
{
	uint64_t *residuals = e->scratch->residuals;
	uint32_t previous = 0, first = 0, far = 0, changes = 0;
	for (uint32_t i = 0; i < e->count; i++) {
		uint32_t value;
		memcpy(&value, (const char *)&e->events[i] + field, sizeof value);
		first = i ? first : value;
		residuals[i] = i ? column_zigzag((uint64_t)value - previous) : 0;
		changes += residuals[i] != 0;
		far += residuals[i] > 2;
		previous = value;
	}
	if (changes && far * 4 <= changes) {
		encode_put(e, column, AIOT_TRANSFORM_DELTA, 0, first);
		return;
	}
	for (uint32_t i = 0; i < e->count; i++) {
		uint32_t value;
		memcpy(&value, (const char *)&e->events[i] + field, sizeof value);
		residuals[i] = value;
	}
	encode_put(e, column, AIOT_TRANSFORM_PLAIN, 0, 0);
}

static void encode_start(struct encode *e)
{
	uint64_t base = e->events[0].start_ns, expected = base;
	for (uint32_t i = 0; i < e->count; i++) {
		const struct aiot_event *event = &e->events[i];
		e->scratch->residuals[i] = column_zigzag(event->start_ns - expected);
		expected = event->start_ns + event->duration_ns;
	}
	encode_put(e, AIOT_COLUMN_START, AIOT_TRANSFORM_GAP, 0, base);
}

static void encode_result(struct encode *e)
{
	for (uint32_t i = 0; i < e->count; i++) {
		const struct aiot_event *event = &e->events[i];
		e->scratch->residuals[i] = column_zigzag(event->size - (uint64_t)event->result);
	}
	encode_put(e, AIOT_COLUMN_RESULT, AIOT_TRANSFORM_SHORT, 0, 0);
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

static void encode_offset(struct encode *e)
{
	uint64_t bits;
	uint32_t hits = encode_predict(e, &bits);
	if (hits * 2 < e->count) {
		ENCODE_PLAIN(e, AIOT_COLUMN_OFFSET,
		             event->offset == -1 ? 0 : (uint64_t)event->offset);
		return;
	}
	uint8_t shift = bits ? (uint8_t)__builtin_ctzll(bits) : 0;
	for (uint32_t i = 0; i < e->count; i++) {
		int64_t residual = (int64_t)e->scratch->residuals[i] >> shift;
		e->scratch->residuals[i] = column_zigzag((uint64_t)residual);
	}
	encode_put(e, AIOT_COLUMN_OFFSET, AIOT_TRANSFORM_NEXT, shift, 0);
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
	struct encode e = {scratch, {scratch->out, 0, SCRATCH_OUT_BYTES}, events, count};
	ENCODE_PLAIN(&e, AIOT_COLUMN_CALL, event->call);
	ENCODE_PLAIN(&e, AIOT_COLUMN_STAGE, event->stage);
	ENCODE_PLAIN(&e, AIOT_COLUMN_FLAGS,
	             event->flags | (event->offset == -1 ? AIOT_EVENT_NO_OFFSET : 0u));
	encode_ids(&e, AIOT_COLUMN_FILE, offsetof(struct aiot_event, file));
	encode_ids(&e, AIOT_COLUMN_HANDLE, offsetof(struct aiot_event, handle));
	ENCODE_PLAIN(&e, AIOT_COLUMN_STACK, event->stack);
	ENCODE_PLAIN(&e, AIOT_COLUMN_AUX, event->aux);
	encode_start(&e);
	ENCODE_PLAIN(&e, AIOT_COLUMN_DURATION, event->duration_ns);
	ENCODE_PLAIN(&e, AIOT_COLUMN_SIZE, event->size);
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
