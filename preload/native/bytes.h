/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers out of bytes that end somewhere. What would lie behind the end is 0,
 * and the reader is at its end from then on.
 */
#ifndef PRELOAD_NATIVE_BYTES_H
#define PRELOAD_NATIVE_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	const uint8_t *at, *end;
};

static inline uint64_t bytes_unsigned(struct bytes *bytes, size_t size)
{
	uint64_t value = 0;
	if ((size_t)(bytes->end - bytes->at) < size)
		bytes->at = bytes->end;
	else
		memcpy(&value, bytes->at, size);
	bytes->at += bytes->at == bytes->end ? 0 : size;
	return value;
}

static inline int64_t bytes_signed(struct bytes *bytes, size_t size)
{
	unsigned unused = 64 - 8 * (unsigned)size;
	return (int64_t)(bytes_unsigned(bytes, size) << unused) >> unused;
}

static inline void bytes_skip(struct bytes *bytes, uint64_t size)
{
	uint64_t left = (uint64_t)(bytes->end - bytes->at);
	bytes->at += size < left ? size : left;
}

/* LEB128, as DWARF has it. */
static inline uint64_t bytes_uleb(struct bytes *bytes)
{
	uint64_t value = 0;
	for (unsigned shift = 0; bytes->at < bytes->end; shift += 7) {
		uint8_t byte = *bytes->at++;
		value |= shift < 64 ? (uint64_t)(byte & 0x7f) << shift : 0;
		if (!(byte & 0x80))
			break;
	}
	return value;
}

static inline int64_t bytes_sleb(struct bytes *bytes)
{
	uint64_t value = 0;
	unsigned shift = 0;
	uint8_t byte = 0x80;
	while (byte & 0x80 && bytes->at < bytes->end) {
		byte = *bytes->at++;
		value |= shift < 64 ? (uint64_t)(byte & 0x7f) << shift : 0;
		shift += 7;
	}
	if (shift < 64 && byte & 0x40)
		value |= UINT64_MAX << shift;
	return (int64_t)value;
}

#endif
