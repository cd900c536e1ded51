/* SPDX-License-Identifier: Apache-2.0
 *
 * Two bits for each word say how wide it is; the words follow without gaps. Reading takes
 * eight bytes for each, without a branch, so that there are some behind the last one.
 */
#include "base/narrow.h"

#include <stdint.h>
#include <string.h>

#include "base/memory.h"

#define NARROW_WIDTHS (NARROW_MOST / 32) /* bytes */

static const uint8_t narrow_bytes[] = {0, 2, 4, 8};

static unsigned narrow_width(uint64_t word)
{
	return word > UINT32_MAX ? 3 : word > UINT16_MAX ? 2 : word > 0;
}

void *narrow_keep(const void *record, size_t size)
{
	uint8_t room[NARROW_WIDTHS + NARROW_MOST + 8] = {0};
	size_t at = NARROW_WIDTHS;
	uint8_t *kept;

	for (size_t i = 0; i < size / 8; i++) {
		uint64_t word;
		unsigned width;
		memcpy(&word, (const uint8_t *)record + 8 * i, 8);
		width = narrow_width(word);
		room[i / 4] |= (uint8_t)(width << i % 4 * 2);
		memcpy(room + at, &word, 8);
		at += narrow_bytes[width];
	}
	kept = memory_get(at + 8, 1);
	memcpy(kept, room, at);
	return kept;
}

void narrow_get(const void *narrow, void *record, size_t size)
{
	static const uint64_t masks[] = {0, UINT16_MAX, UINT32_MAX, UINT64_MAX};
	const uint8_t *widths = narrow, *from = widths + NARROW_WIDTHS;

	for (size_t i = 0; i < size / 8; i++) {
		unsigned width = widths[i / 4] >> i % 4 * 2 & 3;
		uint64_t word;
		memcpy(&word, from, 8);
		word &= masks[width];
		memcpy((uint8_t *)record + 8 * i, &word, 8);
		from += narrow_bytes[width];
	}
}
