/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of paths: places that a path's hash leads to, half of them empty, hold
 * its number; an array finds a number's path. Each path that a process defines is looked
 * for, so that a miss of the cache or two is all that it may take: uthash's chains take
 * several. Paths are bytes, not text: nothing here looks inside them.
 */
#include "base/names.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/memory.h"

#define NAMES_CHUNK  65536u /* bytes of names that lie together */
#define NAMES_PLACES 64u    /* at first */

struct name {
	uint32_t length;
	char text[];
};

struct place {
	uint32_t hash, number; /* 0 = empty */
};

struct chunk {
	struct chunk *before;
	size_t used, room;
	_Alignas(struct name) char bytes[];
};

struct names {
	struct place *places;
	size_t place_count; /* a power of two */
	struct name **by_number;
	size_t count, room;
	struct chunk *chunk;
};

struct names *names_new(void)
{
	struct names *names = memory_get(1, sizeof *names);

	names->by_number = memory_grow(NULL, 0, &names->room, sizeof *names->by_number);
	names->count = 1;
	names->place_count = NAMES_PLACES;
	names->places = memory_get(names->place_count, sizeof *names->places);
	return names;
}

void names_free(struct names *names)
{
	struct chunk *chunk, *before;

	if (!names)
		return;
	for (chunk = names->chunk; chunk; chunk = before) {
		before = chunk->before;
		free(chunk);
	}
	free(names->places);
	free(names->by_number);
	free(names);
}

static uint32_t names_hash(const char *path, size_t length)
{
	return (uint32_t)XXH3_64bits(path, length);
}

static uint32_t names_look(const struct names *names, const char *path, size_t length,
                           uint32_t hash)
{
	size_t mask = names->place_count - 1;

	for (size_t at = hash & mask; names->places[at].number; at = (at + 1) & mask) {
		const struct place *place = &names->places[at];
		const struct name *name = names->by_number[place->number];
		if (place->hash == hash && name->length == length &&
		    !memcmp(name->text, path, length))
			return place->number;
	}
	return 0;
}

uint32_t names_find(const struct names *names, const char *path, size_t length)
{
	return length ? names_look(names, path, length, names_hash(path, length)) : 0;
}

static void names_place(struct names *names, struct place place)
{
	size_t mask = names->place_count - 1, at = place.hash & mask;

	while (names->places[at].number)
		at = (at + 1) & mask;
	names->places[at] = place;
}

static void names_widen(struct names *names)
{
	struct place *old = names->places;
	size_t count = names->place_count;

	names->place_count = count * 2;
	names->places = memory_get(names->place_count, sizeof *names->places);
	for (size_t i = 0; i < count; i++)
		if (old[i].number)
			names_place(names, old[i]);
	free(old);
}

static struct name *names_room(struct names *names, size_t length)
{
	size_t align = _Alignof(struct name);
	size_t size = (sizeof(struct name) + length + align) / align * align;
	struct chunk *chunk = names->chunk;

	if (!chunk || chunk->room - chunk->used < size) {
		size_t room = size > NAMES_CHUNK ? size : NAMES_CHUNK;
		chunk = memory_get(1, sizeof *chunk + room);
		*chunk = (struct chunk){.before = names->chunk, .room = room};
		names->chunk = chunk;
	}
	chunk->used += size;
	return (struct name *)(void *)&chunk->bytes[chunk->used - size];
}

uint32_t names_add(struct names *names, const char *path, size_t length)
{
	uint32_t hash = names_hash(path, length);
	uint32_t number = length ? names_look(names, path, length, hash) : 0;
	struct name *name;

	if (number || !length)
		return number;
	if (names->count * 2 > names->place_count)
		names_widen(names);
	name = names_room(names, length);
	memcpy(name->text, path, length);
	name->length = (uint32_t)length;
	names->by_number = memory_grow(names->by_number, names->count, &names->room, sizeof name);
	number = (uint32_t)names->count++;
	names->by_number[number] = name;
	names_place(names, (struct place){hash, number});
	return number;
}

const char *names_text(const struct names *names, uint32_t number)
{
	return number && number < names->count ? names->by_number[number]->text : "";
}

uint32_t names_count(const struct names *names)
{
	return (uint32_t)names->count;
}
