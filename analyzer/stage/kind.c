/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/kind.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define KINDS_PLACES (UINT32_C(1) << 17)

_Static_assert(sizeof(struct kind) == 9, "kinds have no padding");

/* As numbers, to be compared and hashed. */
struct kind_key {
	uint64_t first;
	uint8_t last;
};

static struct kind_key kind_key(const struct kind *kind)
{
	struct kind_key key;

	memcpy(&key.first, kind, sizeof key.first);
	memcpy(&key.last, (const uint8_t *)kind + sizeof key.first, sizeof key.last);
	return key;
}

static uint32_t kind_hash(struct kind_key key)
{
	return (uint32_t)((key.first ^ (uint64_t)key.last << 56) * UINT64_C(0x9e3779b97f4a7c15) >>
	                  40);
}

static bool kind_equals(const struct kind *kind, struct kind_key key)
{
	struct kind_key own = kind_key(kind);

	return own.first == key.first && own.last == key.last;
}

static uint32_t kind_ways(const struct kind *kind)
{
	uint32_t ways = 0;

	memcpy(&ways, &kind->ways, sizeof kind->ways);
	return ways;
}

static uint16_t kinds_like(const struct kinds *kinds, const struct kind *kind)
{
	for (size_t i = 0; i < kinds->count; i++)
		if (kind_ways(&kinds->items[i]) == kind_ways(kind))
			return (uint16_t)i;
	return 0;
}

uint16_t kinds_add(struct kinds *kinds, const struct kind *kind)
{
	const struct kind_key key = kind_key(kind);
	uint32_t at = kind_hash(key) % KINDS_PLACES;

	if (!kinds->places) {
		kinds->places = memory_get(KINDS_PLACES, sizeof *kinds->places);
		kinds->items = memory_grow(NULL, 0, &kinds->room, sizeof *kinds->items);
		kinds->count = 1;
	}
	for (; kinds->places[at]; at = (at + 1) % KINDS_PLACES)
		if (kind_equals(&kinds->items[kinds->places[at]], key))
			return kinds->places[at];
	if (kinds->count > UINT16_MAX)
		return kinds_like(kinds, kind);
	kinds->items = memory_grow(kinds->items, kinds->count, &kinds->room, sizeof *kinds->items);
	kinds->items[kinds->count] = *kind;
	kinds->places[at] = (uint16_t)kinds->count;
	return (uint16_t)kinds->count++;
}

void kinds_free(struct kinds *kinds)
{
	free(kinds->items);
	free(kinds->places);
	*kinds = (struct kinds){0};
}
