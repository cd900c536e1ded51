/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/content.h"

#include <string.h>

#define CONTENT_BLOCK 4096

/* splitmix64: Steele, Lea, Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014. */
static inline uint64_t content_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

void content_fill(void *bytes, size_t size, double ratio, uint64_t seed)
{
	size_t random = ratio > 1 ? (size_t)(CONTENT_BLOCK / ratio) & ~(size_t)7 : CONTENT_BLOCK;
	uint64_t state = seed;

	for (size_t at = 0; at < size; at += 8) {
		uint64_t value = at % CONTENT_BLOCK < random ? content_next(&state) : 0;
		memcpy((char *)bytes + at, &value, size - at < 8 ? size - at : 8);
	}
}

void content_stamp(void *bytes, size_t size, uint64_t stamp)
{
	for (size_t at = 0; at + 8 <= size; at += CONTENT_BLOCK) {
		uint64_t value = stamp++ * 0x9e3779b97f4a7c15u;
		memcpy((char *)bytes + at, &value, 8);
	}
}
