/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of paths: uthash finds a path's number, an array finds a number's
 * path. Paths are bytes, not text: nothing here looks inside them.
 */
#include "base/names.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>
#define HASH_FUNCTION(key, length, hash) ((hash) = (unsigned)XXH3_64bits(key, length))
#include <uthash.h>

#include "base/memory.h"

struct name {
	UT_hash_handle hh;
	uint32_t number;
	char text[];
};

struct names {
	struct name *by_text;
	struct name **by_number;
	size_t count, room;
};

struct names *names_new(void)
{
	struct names *names = memory_get(1, sizeof *names);

	names->by_number = memory_grow(NULL, 0, &names->room, sizeof *names->by_number);
	names->count = 1;
	return names;
}

void names_free(struct names *names)
{
	if (!names)
		return;
	HASH_CLEAR(hh, names->by_text);
	for (size_t i = 1; i < names->count; i++)
		free(names->by_number[i]);
	free(names->by_number);
	free(names);
}

uint32_t names_find(const struct names *names, const char *path, size_t length)
{
	struct name *name;

	HASH_FIND(hh, names->by_text, path, length, name);
	return name ? name->number : 0;
}

uint32_t names_add(struct names *names, const char *path, size_t length)
{
	uint32_t number = names_find(names, path, length);
	struct name *name;

	if (number || !length)
		return number;
	name = memory_get(1, sizeof *name + length + 1);
	memcpy(name->text, path, length);
	name->number = (uint32_t)names->count;
	HASH_ADD_KEYPTR(hh, names->by_text, name->text, length, name);
	names->by_number = memory_grow(names->by_number, names->count, &names->room, sizeof name);
	names->by_number[names->count++] = name;
	return name->number;
}

const char *names_text(const struct names *names, uint32_t number)
{
	return number && number < names->count ? names->by_number[number]->text : "";
}

uint32_t names_count(const struct names *names)
{
	return (uint32_t)names->count;
}
