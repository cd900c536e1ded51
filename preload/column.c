/* SPDX-License-Identifier: Apache-2.0 */
#include "column.h"

#include <string.h>
#include <zstd.h>

#include "scratch.h"

static void column_put_plane(struct column_out *out, enum aiot_plane mode, const uint8_t *data,
                             uint32_t bytes)
{
	out->data[out->used] = (uint8_t)mode;
	memcpy(out->data + out->used + 1, &bytes, 4);
	if (data)
		memcpy(out->data + out->used + 5, data, bytes);
	out->used += 5 + bytes;
}

/* Sixteen bytes, each compared or counted for itself. */
typedef uint8_t column_lanes __attribute__((vector_size(16), aligned(1), may_alias));

#define COLUMN_RUN (16u * 255) /* bytes until a lane's count is full */

/* How many of the bytes are another than the one before. */
static uint32_t column_changes(const uint8_t *plane, uint32_t count)
{
	uint32_t changes = 0, i = 1;
	while (i + 16 <= count) {
		column_lanes some = {0};
		uint32_t end = count - i < COLUMN_RUN ? count : i + COLUMN_RUN;
		for (; i + 16 <= end; i += 16)
			some -= (column_lanes)(*(const column_lanes *)(plane + i) !=
			                       *(const column_lanes *)(plane + i - 1));
		for (int lane = 0; lane < 16; lane++)
			changes += some[lane];
	}
	for (; i < count; i++)
		changes += plane[i] != plane[i - 1];
	return changes;
}

/* Coding by frequency takes a bit a byte at least: where fewer than one in so
 * many change, matches take less. */
#define COLUMN_CALM 16

static void column_pack_plane(struct scratch *scratch, struct column_out *out, const uint8_t *plane,
                              uint32_t count, enum column_nature nature)
{
	uint32_t changes = column_changes(plane, count);
	if (!changes) {
		column_put_plane(out, AIOT_PLANE_CONSTANT, plane, 1);
		return;
	}
	uint8_t *to = out->data + out->used + 5;
	size_t room = out->room - out->used - 5, packed;
	if (nature == COLUMN_NOISE && changes > count / COLUMN_CALM)
		packed = ZSTD_compress2(scratch->frequency, to, room, plane, count);
	else
		packed = ZSTD_compressCCtx(scratch->zstd, to, room, plane, count, 1);
	if (ZSTD_isError(packed) || packed >= count)
		column_put_plane(out, AIOT_PLANE_RAW, plane, count);
	else
		column_put_plane(out, AIOT_PLANE_ZSTD, NULL, (uint32_t)packed);
}

struct column_range column_range(const uint64_t *values, uint32_t count)
{
	struct column_range range = {values[0], values[0]};
	for (uint32_t i = 1; i < count; i++) {
		range.least = values[i] < range.least ? values[i] : range.least;
		range.most = values[i] > range.most ? values[i] : range.most;
	}
	return range;
}

uint64_t column_bits(const uint64_t *values, uint32_t count)
{
	uint64_t bits = 0;
	for (uint32_t i = 0; i < count; i++)
		bits |= values[i];
	return bits;
}

/* The bytes that hold the largest of numbers whose bits, or-ed, are `bits`. */
static uint8_t column_planes(uint64_t bits)
{
	return bits ? (uint8_t)(8 - __builtin_clzll(bits) / 8) : 0;
}

static void column_close(struct column_out *out, size_t at, struct aiot_column_head *head)
{
	head->bytes = (uint32_t)(out->used - at - sizeof *head);
	memcpy(out->data + at, head, sizeof *head);
}

void column_put_constant(struct column_out *out, struct aiot_column_head head, uint64_t residual)
{
	if (head.transform == AIOT_TRANSFORM_PLAIN) {
		head.base = residual;
		residual = 0;
		if (!head.base)
			return;
	}
	size_t at = out->used;
	out->used += sizeof head;
	head.planes = column_planes(residual);
	for (int byte = 0; byte < head.planes; byte++) {
		uint8_t plane = (uint8_t)(residual >> (8 * byte));
		column_put_plane(out, AIOT_PLANE_CONSTANT, &plane, 1);
	}
	column_close(out, at, &head);
}

/* Few enough rows that their numbers stay in the first cache while they are
 * cut into planes. */
#define COLUMN_TILE 1024u

/* Four bytes at a time: that is what compilers make vector code of. */
static void column_cut_words(struct scratch *scratch, const uint32_t *words, uint32_t from,
                             uint32_t rows, int low, int planes)
{
	for (int byte = 0; byte < 4 && low + byte < planes; byte++) {
		uint8_t *plane = scratch->planes[low + byte] + from;
		for (uint32_t i = 0; i < rows; i++)
			plane[i] = (uint8_t)(words[i] >> (8 * byte));
	}
}

static void column_cut(struct scratch *scratch, const uint64_t *residuals, uint32_t count,
                       int planes)
{
	uint32_t words[COLUMN_TILE];
	for (uint32_t from = 0; from < count; from += COLUMN_TILE) {
		uint32_t rows = count - from < COLUMN_TILE ? count - from : COLUMN_TILE;
		for (uint32_t i = 0; i < rows; i++)
			words[i] = (uint32_t)residuals[from + i];
		column_cut_words(scratch, words, from, rows, 0, planes);
		for (uint32_t i = 0; planes > 4 && i < rows; i++)
			words[i] = (uint32_t)(residuals[from + i] >> 32);
		column_cut_words(scratch, words, from, rows, 4, planes);
	}
}

void column_put(struct scratch *scratch, struct column_out *out, struct aiot_column_head head,
                const uint64_t *residuals, uint32_t count, uint64_t bits, enum column_nature nature)
{
	size_t at = out->used;
	out->used += sizeof head;
	head.planes = column_planes(bits);
	column_cut(scratch, residuals, count, head.planes);
	for (int byte = 0; byte < head.planes; byte++)
		column_pack_plane(scratch, out, scratch->planes[byte], count, nature);
	column_close(out, at, &head);
}

size_t column_put_codes(struct scratch *scratch, struct column_out *out,
                        struct aiot_column_head *head, uint32_t count)
{
	size_t at = out->used;
	out->used += sizeof *head;
	head->planes = 1;
	column_pack_plane(scratch, out, scratch->planes[0], count, COLUMN_PATTERN);
	return at;
}

void column_end_codes(struct column_out *out, size_t begin, struct aiot_column_head *head)
{
	column_close(out, begin, head);
}

/* Subtracts the least value and drops the low bits that are the same in all. */
void column_put_values(struct scratch *scratch, struct column_out *out, enum aiot_column column,
                       uint64_t *values, uint32_t count, struct column_range range, uint64_t varies,
                       enum column_nature nature)
{
	uint8_t shift = varies ? (uint8_t)__builtin_ctzll(varies) : 0;
	struct aiot_column_head head = {.column = (uint8_t)column,
	                                .transform = AIOT_TRANSFORM_PLAIN,
	                                .shift = shift,
	                                .base = range.least};
	for (uint32_t i = 0; i < count; i++)
		values[i] = (values[i] - range.least) >> shift;
	column_put(scratch, out, head, values, count, (range.most - range.least) >> shift, nature);
}
