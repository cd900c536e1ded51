/* SPDX-License-Identifier: Apache-2.0 */
#include "encode/encode.h"

#include <stdbool.h>
#include <string.h>
#include <zstd.h>

#include "encode/code.h"
#include "encode/column.h"
#include "encode/part.h"

uint8_t encode_coarse;

struct encode {
	struct scratch *scratch;
	struct column_out out;
	const struct aiot_event *events;
	uint32_t count;
	struct aiot_event varies; /* the bits that are not the same in all events */
	bool none;                /* some events may have no offset */
	uint64_t least;           /* duration */
	uint64_t first;           /* start */
	uint64_t last;            /* row's end */
	uint64_t gaps;            /* the bits of all start residuals, or-ed */
};

/* Two words of an event: what a compiler makes one instruction of. */
typedef uint64_t encode_pair __attribute__((vector_size(16), aligned(8), may_alias));

/* One pass over the events, which may have left the cache since they were
 * stored: up to which they are committed; which columns, most of them in most
 * blocks, are the same in every row; and the times, which never are. */
__attribute__((always_inline)) static inline void encode_survey(struct encode *e, uint64_t sequence,
                                                                uint32_t most, uint8_t coarse)
{
	const uint64_t keep = -(UINT64_C(1) << coarse);
	encode_pair first[4], varies[4] = {0};
	uint64_t *starts = e->scratch->starts, *durations = e->scratch->durations;
	uint64_t expected = e->events[0].start_ns & keep, gaps = 0, least = UINT64_MAX;
	uint32_t commit = AIOT_COMMIT(sequence), i = 0;
	memcpy(first, e->events, sizeof first);
	e->first = expected;
	for (; i < most; i++, commit += AIOT_COMMIT(1) - AIOT_COMMIT(0)) {
		const struct aiot_event *event = &e->events[i];
		const encode_pair *pairs = (const encode_pair *)event;
		if (__atomic_load_n(&event->commit, __ATOMIC_ACQUIRE) != commit)
			break;
		uint64_t start = event->start_ns & keep;
		uint64_t duration = ((event->start_ns + event->duration_ns) & keep) - start;
		for (int k = 0; k < 4; k++)
			varies[k] |= pairs[k] ^ first[k];
		starts[i] = column_zigzag((uint64_t)((int64_t)(start - expected) >> coarse));
		gaps |= starts[i];
		durations[i] = duration;
		expected = start + duration;
		least = duration < least ? duration : least;
	}
	e->count = i;
	memcpy(&e->varies, varies, sizeof e->varies);
	if (coarse)
		e->varies.duration_ns = UINT64_C(1) << coarse;
	e->gaps = gaps;
	e->least = least;
	e->last = expected;
}

/* The earliest start and the latest end. Where no gap is negative, which its
 * lowest bit would tell, they are those of the first row and the last. */
static void encode_span(const struct encode *e, struct aiot_block *block)
{
	uint64_t expected = e->first;
	block->first_ns = e->first;
	block->last_ns = e->last;
	for (uint32_t i = 0; e->gaps & 1 && i < e->count; i++) {
		uint64_t gap = e->scratch->starts[i];
		uint64_t start = expected + (((gap >> 1) ^ -(gap & 1)) << encode_coarse);
		expected = start + e->scratch->durations[i];
		block->first_ns = start < block->first_ns ? start : block->first_ns;
		block->last_ns = expected > block->last_ns ? expected : block->last_ns;
	}
}

/* Whether some events may have no offset, which is -1 then. */
static bool encode_may_have_none(const struct encode *e)
{
	int64_t first = e->events[0].offset;
	return e->varies.offset ? (first | e->varies.offset) < 0 : first == -1;
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
	column_put(e->scratch, &e->out, head, e->scratch->residuals, e->count,
	           column_bits(e->scratch->residuals, e->count), COLUMN_PATTERN);
}

/* `residuals` holds values, whose bits differ in `varies`. */
static void encode_put_values(struct encode *e, enum aiot_column column, uint32_t count,
                              uint64_t varies)
{
	uint64_t *values = e->scratch->residuals;
	column_put_values(e->scratch, &e->out, column, values, count, column_least(values, count),
	                  varies, COLUMN_PATTERN);
}

/* A column of values as they are. */
#define ENCODE_PLAIN(e, column, field)                                                             \
	do {                                                                                       \
		struct aiot_column_head head_ = encode_head(column, AIOT_TRANSFORM_PLAIN, 0, 0);   \
		if (!(e)->varies.field) {                                                          \
			column_put_constant(&(e)->out, head_, (uint64_t)(e)->events[0].field);     \
			break;                                                                     \
		}                                                                                  \
		for (uint32_t i_ = 0; i_ < (e)->count; i_++)                                       \
			(e)->scratch->residuals[i_] = (uint64_t)(e)->events[i_].field;             \
		encode_put_values(e, column, (e)->count, (uint64_t)(e)->varies.field);             \
	} while (0)

/* The flags, and that a row has no offset. */
static void encode_flags(struct encode *e)
{
	struct aiot_column_head head = encode_head(AIOT_COLUMN_FLAGS, AIOT_TRANSFORM_PLAIN, 0, 0);
	uint64_t *residuals = e->scratch->residuals;
	uint64_t varies = e->varies.flags;
	varies |= e->none && e->varies.offset ? AIOT_EVENT_NO_OFFSET : 0;
	if (!varies) {
		uint64_t none = e->none ? AIOT_EVENT_NO_OFFSET : 0;
		column_put_constant(&e->out, head, e->events[0].flags | none);
		return;
	}
	for (uint32_t i = 0; i < e->count; i++) {
		uint64_t none = e->events[i].offset == -1 ? AIOT_EVENT_NO_OFFSET : 0;
		residuals[i] = e->events[i].flags | none;
	}
	encode_put_values(e, AIOT_COLUMN_FLAGS, e->count, varies);
}

static void encode_put_delta(struct encode *e, enum aiot_column column, uint32_t count)
{
	uint64_t *residuals = e->scratch->residuals, first = residuals[0], previous = first,
	         bits = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint64_t value = residuals[i];
		residuals[i] = column_zigzag(value - previous);
		bits |= residuals[i];
		previous = value;
	}
	column_put(e->scratch, &e->out, encode_head(column, AIOT_TRANSFORM_DELTA, 0, first),
	           residuals, count, bits, COLUMN_PATTERN);
}

/* The bits in which any differs from the first. */
static uint64_t encode_differences(const uint64_t *values, uint32_t count)
{
	uint64_t bits = 0;
	for (uint32_t i = 1; i < count; i++)
		bits |= values[i] ^ values[0];
	return bits;
}

/* How ids go on: whether those that change mostly jump. */
struct encode_walk {
	uint32_t changes, jumps;
};

static struct encode_walk encode_walk(const uint64_t *ids, uint32_t count)
{
	struct encode_walk walk = {0};
	for (uint32_t i = 1; i < count; i++) {
		walk.changes += ids[i] != ids[i - 1];
		walk.jumps += ids[i] - ids[i - 1] > 1;
	}
	return walk;
}

/* Ids that count up cost nothing as differences; ids that jump cost less as they
 * are, and once for all rows in a row that have the same. `residuals` holds them. */
static void encode_put_ids(struct encode *e, enum aiot_column column, uint64_t varies)
{
	struct aiot_column_head head = encode_head(column, AIOT_TRANSFORM_AGAIN, 0, 0);
	struct encode_walk walk = encode_walk(e->scratch->residuals, e->count);
	uint32_t rest = e->count;
	size_t begin = 0;
	bool again = walk.jumps * 4 > walk.changes && code_pays(walk.changes, e->count);
	if (again) {
		head.base = e->scratch->residuals[0];
		rest = code_again(e->scratch, e->count);
		begin = column_put_codes(e->scratch, &e->out, &head, e->count);
		walk = encode_walk(e->scratch->residuals, rest);
	}
	if (rest && walk.jumps * 4 > walk.changes)
		encode_put_values(e, column, rest, varies);
	else if (rest)
		encode_put_delta(e, column, rest);
	if (again)
		column_end(&e->out, begin, &head);
}

#define ENCODE_IDS(e, column, field)                                                               \
	do {                                                                                       \
		if (!(e)->varies.field) {                                                          \
			ENCODE_PLAIN(e, column, field);                                            \
			break;                                                                     \
		}                                                                                  \
		for (uint32_t i_ = 0; i_ < (e)->count; i_++)                                       \
			(e)->scratch->residuals[i_] = (e)->events[i_].field;                       \
		encode_put_ids(e, column, (e)->varies.field);                                      \
	} while (0)

/* Values in a list for each part; their bits below `shift` are 0. */
static void encode_parted(struct encode *e, struct aiot_column_head head, const uint64_t *values,
                          uint8_t shift)
{
	struct part *part = &e->scratch->part;
	uint64_t *list = e->scratch->residuals;
	uint32_t told[1 + PART_MOST] = {part->count};
	memcpy(told + 1, part->pairs, part->count * sizeof *told);
	size_t begin = column_put_lists(&e->out, told, (1 + part->count) * sizeof *told);
	part_order(part, values, e->count, list);
	for (uint32_t k = 0; k <= part->count; list += part->rows[k++])
		if (part->rows[k])
			column_put_values(e->scratch, &e->out, head.column, list, part->rows[k],
			                  column_least(list, part->rows[k]), UINT64_C(1) << shift,
			                  COLUMN_NOISE);
	column_end(&e->out, begin, &head);
}

/* The low bytes of times are noise. */
static void encode_start(struct encode *e)
{
	if (e->scratch->part.count) {
		encode_parted(e,
		              encode_head(AIOT_COLUMN_START, AIOT_TRANSFORM_PARTED_GAP,
		                          encode_coarse, e->first),
		              e->scratch->starts, 0);
		return;
	}
	column_put(e->scratch, &e->out,
	           encode_head(AIOT_COLUMN_START, AIOT_TRANSFORM_GAP, encode_coarse, e->first),
	           e->scratch->starts, e->count, e->gaps, COLUMN_NOISE);
}

static void encode_duration(struct encode *e)
{
	if (e->scratch->part.count) {
		encode_parted(e, encode_head(AIOT_COLUMN_DURATION, AIOT_TRANSFORM_PARTED, 0, 0),
		              e->scratch->durations, encode_coarse);
		return;
	}
	column_put_values(e->scratch, &e->out, AIOT_COLUMN_DURATION, e->scratch->durations,
	                  e->count, e->least, e->varies.duration_ns, COLUMN_NOISE);
}

/* Codes, and the list of what they leave to tell. */
static void encode_codes(struct encode *e, struct aiot_column_head head, uint32_t rest)
{
	size_t begin = column_put_codes(e->scratch, &e->out, &head, e->count);
	if (rest)
		encode_put_values(e, head.column, rest,
		                  encode_differences(e->scratch->residuals, rest));
	column_end(&e->out, begin, &head);
}

static void encode_size(struct encode *e)
{
	uint32_t rest = e->varies.size ? code_sizes(e->scratch, e->events, e->count) : e->count;
	if (code_pays(rest, e->count))
		encode_codes(e, encode_head(AIOT_COLUMN_SIZE, AIOT_TRANSFORM_SIZED, 0, 0), rest);
	else
		ENCODE_PLAIN(e, AIOT_COLUMN_SIZE, size);
}

static void encode_result(struct encode *e)
{
	const struct aiot_event *first = &e->events[0];
	struct aiot_column_head head = encode_head(AIOT_COLUMN_RESULT, AIOT_TRANSFORM_SHORT, 0, 0);
	if (!e->varies.size && !e->varies.result) {
		column_put_constant(&e->out, head,
		                    column_zigzag(first->size - (uint64_t)first->result));
		return;
	}
	uint32_t rest = code_results(e->scratch, e->events, e->count);
	if (code_pays(rest, e->count)) {
		head.transform = AIOT_TRANSFORM_WHOLE;
		encode_codes(e, head, rest);
		return;
	}
	for (uint32_t i = 0; i < e->count; i++) {
		const struct aiot_event *event = &e->events[i];
		e->scratch->residuals[i] = column_zigzag(event->size - (uint64_t)event->result);
	}
	encode_put(e, head);
}

static void encode_offset_plain(struct encode *e)
{
	uint64_t varies = e->varies.offset;
	for (uint32_t i = 0; i < e->count; i++) {
		int64_t offset = e->events[i].offset;
		e->scratch->residuals[i] = offset == -1 ? 0 : (uint64_t)offset;
	}
	if (e->none)
		varies = column_bits(e->scratch->residuals, e->count);
	encode_put_values(e, AIOT_COLUMN_OFFSET, e->count, varies);
}

static void encode_offset(struct encode *e)
{
	struct aiot_column_head head = encode_head(AIOT_COLUMN_OFFSET, AIOT_TRANSFORM_PLAIN, 0, 0);
	uint64_t bits, *distances = e->scratch->residuals;
	if (!e->varies.offset) {
		column_put_constant(&e->out, head, e->none ? 0 : (uint64_t)e->events[0].offset);
		return;
	}
	uint32_t rest = code_offsets(e->scratch, e->events, e->count, &bits);
	if (!code_pays(rest, e->count)) {
		encode_offset_plain(e);
		return;
	}
	head.transform = AIOT_TRANSFORM_FOLLOW;
	head.shift = bits ? (uint8_t)__builtin_ctzll(bits) : 0;
	for (uint32_t i = 0; i < rest; i++)
		distances[i] = column_zigzag((uint64_t)((int64_t)distances[i] >> head.shift));
	encode_codes(e, head, rest);
}

void encode_events(struct scratch *scratch, struct aiot_block *block,
                   const struct aiot_event *events, uint64_t sequence, uint32_t most)
{
	struct encode e = {
	        .scratch = scratch, .out = {scratch->out, 0, SCRATCH_OUT_BYTES}, .events = events};
	/* Twice, so that exact times cost no steps. */
	if (encode_coarse)
		encode_survey(&e, sequence, most, encode_coarse);
	else
		encode_survey(&e, sequence, most, 0);
	block->count = e.count;
	if (!e.count)
		return;
	encode_span(&e, block);
	e.none = encode_may_have_none(&e);
	part_rows(&scratch->part, events, e.varies.call ? e.count : 0);
	ENCODE_PLAIN(&e, AIOT_COLUMN_CALL, call);
	ENCODE_PLAIN(&e, AIOT_COLUMN_STAGE, stage);
	encode_flags(&e);
	ENCODE_IDS(&e, AIOT_COLUMN_FILE, file);
	ENCODE_IDS(&e, AIOT_COLUMN_HANDLE, handle);
	ENCODE_PLAIN(&e, AIOT_COLUMN_STACK, stack);
	ENCODE_PLAIN(&e, AIOT_COLUMN_AUX, aux);
	encode_start(&e);
	encode_duration(&e);
	encode_size(&e);
	encode_result(&e);
	encode_offset(&e);
	block->type = AIOT_BLOCK_EVENTS;
	block->flags = e.gaps & 1 ? 0 : AIOT_BLOCK_IN_ORDER;
	block->payload_bytes = (uint32_t)e.out.used;
}

uint32_t encode_count_records(const uint8_t *records, uint32_t bytes)
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
