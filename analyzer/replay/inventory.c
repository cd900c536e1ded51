/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/inventory.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/memory.h"

static const char *inventory_text(const struct plan *plan, uint32_t name)
{
	return names_text(plan->recording->names, name);
}

uint32_t inventory_name(struct plan *plan, const char *text, size_t length)
{
	uint32_t name = names_add(plan->recording->names, text, length);
	uint32_t count = names_count(plan->recording->names);

	if (count > plan->name_count) {
		plan->places = realloc(plan->places, count * sizeof *plan->places);
		if (!plan->places)
			abort();
		memset(plan->places + plan->name_count, 0,
		       (count - plan->name_count) * sizeof *plan->places);
		plan->name_count = count;
	}
	return name;
}

/* The folders that hold a name are folders themselves. */
static void inventory_parents(struct plan *plan, uint32_t name)
{
	const char *path = inventory_text(plan, name);

	for (size_t n = strlen(path); n > 1; n--) {
		uint32_t parent;
		if (path[n] != '/')
			continue;
		parent = names_find(plan->recording->names, path, n);
		if (!parent || plan->places[parent].first != PLACE_FILE)
			continue;
		plan->places[parent].first = PLACE_FOLDER;
		plan->places[parent].folder = true;
	}
}

/* Folders that nobody names, below one that got its name from the run: they come with it. */
static void inventory_between(struct plan *plan, uint32_t name)
{
	const struct names *names = plan->recording->names;
	size_t length = strlen(inventory_text(plan, name)), n = length;
	uint32_t above = 0;

	while (--n > 0)
		if (inventory_text(plan, name)[n] == '/') {
			above = names_find(names, inventory_text(plan, name), n);
			if (above && plan->places[above].first == PLACE_ABSENT)
				break;
		}
	for (n++; above && n < length; n++)
		if (inventory_text(plan, name)[n] == '/') {
			struct plan_file *place;
			char *text = strndup(inventory_text(plan, name), n);
			uint32_t folder;
			if (!text)
				abort();
			folder = inventory_name(plan, text, n);
			place = &plan->places[folder];
			free(text);
			if (place->first == PLACE_UNKNOWN) {
				place->first = PLACE_ABSENT;
				place->used = place->folder = true;
			}
		}
}

struct same_file {
	struct {
		uint64_t device, inode;
	} key;
	uint32_t name;
	UT_hash_handle hh;
};

/* Two names that were one file when the run began. */
static void inventory_aliases(struct plan *plan)
{
	struct same_file *all = memory_get(plan->name_count, sizeof *all);
	struct same_file *known = NULL, *entry, *made = all;

	for (uint32_t i = 1; i < plan->name_count; i++) {
		struct plan_file *place = &plan->places[i];
		if (place->first != PLACE_FILE || !place->inode)
			continue;
		made->key.device = place->device;
		made->key.inode = place->inode;
		made->name = i;
		HASH_FIND(hh, known, &made->key, sizeof made->key, entry);
		if (entry) {
			place->alias = entry->name;
			continue;
		}
		HASH_ADD(hh, known, key, sizeof made->key, made);
		made++;
	}
	HASH_CLEAR(hh, known);
	free(all);
}

static void inventory_sum(struct plan *plan, uint64_t peak)
{
	XXH64_state_t hash;

	XXH64_reset(&hash, 1);
	for (uint32_t i = 1; i < plan->name_count; i++) {
		const struct plan_file *place = &plan->places[i];
		uint8_t first = place->first;
		if (!place->used && first != PLACE_FILE && first != PLACE_FOLDER)
			continue;
		XXH64_update(&hash, inventory_text(plan, i), strlen(inventory_text(plan, i)) + 1);
		XXH64_update(&hash, &first, sizeof first);
		XXH64_update(&hash, &place->size, sizeof place->size);
		plan->files += first == PLACE_FILE;
		plan->folders += first == PLACE_FOLDER;
		if (first == PLACE_FILE && !place->alias &&
		    __builtin_add_overflow(plan->bytes_first, (uint64_t)place->size,
		                           &plan->bytes_first))
			plan->bytes_first = UINT64_MAX;
	}
	plan->hash = XXH64_digest(&hash);
	if (__builtin_add_overflow(plan->bytes_first, peak, &plan->bytes_peak))
		plan->bytes_peak = UINT64_MAX;
}

void inventory_finish(struct plan *plan, uint64_t peak, bool moved)
{
	for (uint32_t i = 1; i < plan->name_count; i++) {
		const struct plan_file *place = &plan->places[i];
		if (place->first >= PLACE_FILE || (place->used && place->changes))
			inventory_parents(plan, i);
	}
	for (uint32_t i = 1; moved && i < plan->name_count; i++)
		if (plan->places[i].first == PLACE_ABSENT && plan->places[i].used)
			inventory_between(plan, i);
	inventory_aliases(plan);
	inventory_sum(plan, peak);
}
