/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/kind.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define KINDS_PLACES (UINT32_C(1) << 17)

_Static_assert(sizeof(struct kind) == 9, "kinds have no padding");

static uint32_t kind_hash(const struct kind *kind)
{
	uint64_t word;

	memcpy(&word, kind, sizeof word);
	word ^= (uint64_t)((const uint8_t *)kind)[sizeof word] << 56;
	return (uint32_t)(word * UINT64_C(0x9e3779b97f4a7c15) >> 40);
}

static uint16_t kinds_like(const struct kinds *kinds, const struct kind *kind)
{
	for (size_t i = 0; i < kinds->count; i++)
		if (!memcmp(&kinds->items[i].ways, &kind->ways, sizeof kind->ways))
			return (uint16_t)i;
	return 0;
}

uint16_t kinds_add(struct kinds *kinds, const struct kind *kind)
{
	uint32_t at = kind_hash(kind) % KINDS_PLACES;

	if (!kinds->places) {
		kinds->places = memory_get(KINDS_PLACES, sizeof *kinds->places);
		kinds->items = memory_grow(NULL, 0, &kinds->room, sizeof *kinds->items);
		kinds->count = 1;
	}
	for (; kinds->places[at]; at = (at + 1) % KINDS_PLACES)
		if (!memcmp(&kinds->items[kinds->places[at]], kind, sizeof *kind))
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
