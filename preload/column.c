/* SPDX-License-Identifier: Apache-2.0 */
#include "column.h"

#include <string.h>
#include <zstd.h>

#include "scratch.h"

static int column_is_constant(const uint8_t *plane, uint32_t count)
{
	return count < 2 || !memcmp(plane, plane + 1, count - 1);
}

static void column_put_plane(struct column_out *out, enum aiot_plane mode, const uint8_t *data,
                             uint32_t bytes)
{
	out->data[out->used] = (uint8_t)mode;
	memcpy(out->data + out->used + 1, &bytes, 4);
	if (data)
		memcpy(out->data + out->used + 5, data, bytes);
	out->used += 5 + bytes;
}

static void column_pack_plane(struct scratch *scratch, struct column_out *out, const uint8_t *plane,
                              uint32_t count)
{
	if (column_is_constant(plane, count)) {
		column_put_plane(out, AIOT_PLANE_CONSTANT, plane, 1);
		return;
	}
	size_t packed = ZSTD_compressCCtx(scratch->zstd, out->data + out->used + 5,
	                                  out->room - out->used - 5, plane, count, 1);
	if (ZSTD_isError(packed) || packed >= count)
		column_put_plane(out, AIOT_PLANE_RAW, plane, count);
	else
		column_put_plane(out, AIOT_PLANE_ZSTD, NULL, (uint32_t)packed);
}

/* Subtracts the least value and drops the low bits that are 0 in all. */
static void column_rebase(struct aiot_column_head *head, uint64_t *values, uint32_t count)
{
	uint64_t least = values[0], bits = 0;
	for (uint32_t i = 1; i < count; i++)
		least = values[i] < least ? values[i] : least;
	for (uint32_t i = 0; i < count; i++)
		bits |= values[i] -= least;
	head->base = least;
	head->shift = bits ? (uint8_t)__builtin_ctzll(bits) : 0;
	for (uint32_t i = 0; i < count && head->shift; i++)
		values[i] >>= head->shift;
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

void column_put(struct scratch *scratch, struct column_out *out, struct aiot_column_head head,
                uint64_t *residuals, uint32_t count)
{
	uint64_t bits = 0;
	if (head.transform == AIOT_TRANSFORM_PLAIN)
		column_rebase(&head, residuals, count);
	for (uint32_t i = 0; i < count; i++)
		bits |= residuals[i];
	size_t at = out->used;
	out->used += sizeof head;
	head.planes = column_planes(bits);
	for (int byte = 0; byte < head.planes; byte++) {
		for (uint32_t i = 0; i < count; i++)
			scratch->plane[i] = (uint8_t)(residuals[i] >> (8 * byte));
		column_pack_plane(scratch, out, scratch->plane, count);
	}
	column_close(out, at, &head);
}
