/* SPDX-License-Identifier: Apache-2.0
 *
 * Seek distances: from the end of an access to the beginning of the next one
 * of the same open file, where it is not the same place.
 */
#ifndef SEEK_H
#define SEEK_H

#include <stdint.h>

/* Below 4 KiB, 16 KiB, 64 KiB, ... 1 TiB, and beyond. */
#define SEEK_KINDS 16

struct seeks {
	uint64_t back[SEEK_KINDS], forward[SEEK_KINDS];
};

static inline unsigned seek_kind(uint64_t bytes)
{
	unsigned power = 63 - (unsigned)__builtin_clzll(bytes | 1);

	if (power < 12)
		return 0;
	return power < 12 + 2 * (SEEK_KINDS - 1) ? (power - 12) / 2 + 1 : SEEK_KINDS - 1;
}

static inline void seeks_add(struct seeks *s, int64_t distance)
{
	uint64_t sign = (uint64_t)(distance >> 63), bytes = ((uint64_t)distance ^ sign) - sign;

	/* No branch: where to, in random reads, is anybody's guess. */
	if (bytes)
		(sign ? s->back : s->forward)[seek_kind(bytes)]++;
}

static inline void seeks_merge(struct seeks *to, const struct seeks *from)
{
	for (int i = 0; i < SEEK_KINDS; i++) {
		to->back[i] += from->back[i];
		to->forward[i] += from->forward[i];
	}
}

static inline void seeks_subtract(struct seeks *to, const struct seeks *from)
{
	for (int i = 0; i < SEEK_KINDS; i++) {
		to->back[i] -= from->back[i];
		to->forward[i] -= from->forward[i];
	}
}

/* The least distance of a kind, in bytes. */
static inline uint64_t seek_least(unsigned kind)
{
	return kind ? UINT64_C(4096) << 2 * (kind - 1) : 1;
}

#endif
