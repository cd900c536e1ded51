/* SPDX-License-Identifier: Apache-2.0 */
#include "encode/column.h"

#include <string.h>
#include <zstd.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "encode/scratch.h"

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

uint64_t column_least(const uint64_t *values, uint32_t count)
{
	uint64_t least = values[0], other = least;
	uint32_t i = 0;
	for (; i + 2 <= count; i += 2) {
		least = values[i] < least ? values[i] : least;
		other = values[i + 1] < other ? values[i + 1] : other;
	}
	if (i < count && values[i] < least)
		least = values[i];
	return least < other ? least : other;
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

/* Byte by byte; vector code has done the rows before `from`. */
static void column_cut_rows(struct scratch *scratch, const uint64_t *residuals, uint32_t from,
                            uint32_t count, int planes)
{
	for (int byte = 0; byte < planes; byte++)
		for (uint32_t i = from; i < count; i++)
			scratch->planes[byte][i] = (uint8_t)(residuals[i] >> (8 * byte));
}

#if defined(__SSE2__)
#define COLUMN_CUT 16u /* rows at a time */

/* Sixteen words' bytes of that number. */
static inline __m128i column_bytes(const __m128i words[4], int byte)
{
	const __m128i low = _mm_set1_epi32(0xff), by = _mm_cvtsi32_si128(8 * byte);
	__m128i part[4];
	for (int k = 0; k < 4; k++)
		part[k] = _mm_and_si128(_mm_srl_epi32(words[k], by), low);
	return _mm_packus_epi16(_mm_packs_epi32(part[0], part[1]),
	                        _mm_packs_epi32(part[2], part[3]));
}

/* Four 32-bit halves of four numbers. */
#define COLUMN_HALVES(numbers, which)                                                              \
	_mm_castps_si128(                                                                          \
	        _mm_shuffle_ps(_mm_loadu_ps((const float *)(const void *)(numbers)),               \
	                       _mm_loadu_ps((const float *)(const void *)((numbers) + 2)), which))

static void column_cut_some(struct scratch *scratch, const uint64_t *residuals, uint32_t at,
                            int planes)
{
	const uint64_t *from = residuals + at;
	__m128i words[4];
	for (int k = 0; k < 4; k++)
		words[k] = COLUMN_HALVES(from + 4 * k, 0x88);
	for (int byte = 0; byte < 4 && byte < planes; byte++)
		_mm_storeu_si128((__m128i *)(scratch->planes[byte] + at),
		                 column_bytes(words, byte));
	for (int k = 0; planes > 4 && k < 4; k++)
		words[k] = COLUMN_HALVES(from + 4 * k, 0xdd);
	for (int byte = 4; byte < planes; byte++)
		_mm_storeu_si128((__m128i *)(scratch->planes[byte] + at),
		                 column_bytes(words, byte - 4));
}
#else
#define COLUMN_CUT                                      UINT32_MAX
#define column_cut_some(scratch, residuals, at, planes) ((void)0)
#endif

static void column_cut(struct scratch *scratch, const uint64_t *residuals, uint32_t count,
                       int planes)
{
	uint32_t at = 0;
	for (; count - at >= COLUMN_CUT; at += COLUMN_CUT)
		column_cut_some(scratch, residuals, at, planes);
	column_cut_rows(scratch, residuals, at, count, planes);
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

size_t column_put_lists(struct column_out *out, const void *data, size_t bytes)
{
	size_t at = out->used;
	out->used += sizeof(struct aiot_column_head);
	memcpy(out->data + out->used, data, bytes);
	out->used += bytes;
	return at;
}

void column_end(struct column_out *out, size_t begin, struct aiot_column_head *head)
{
	column_close(out, begin, head);
}

/* Subtracts the least value and drops the low bits that are the same in all. */
void column_put_values(struct scratch *scratch, struct column_out *out, enum aiot_column column,
                       uint64_t *values, uint32_t count, uint64_t least, uint64_t varies,
                       enum column_nature nature)
{
	uint8_t shift = varies ? (uint8_t)__builtin_ctzll(varies) : 0;
	struct aiot_column_head head = {.column = (uint8_t)column,
	                                .transform = AIOT_TRANSFORM_PLAIN,
	                                .shift = shift,
	                                .base = least};
	uint64_t bits = 0;
	for (uint32_t i = 0; i < count; i++) {
		values[i] = (values[i] - least) >> shift;
		bits |= values[i];
	}
	column_put(scratch, out, head, values, count, bits, nature);
}
