/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/alias.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/id_table.h"
#include "base/memory.h"
#include "replay/plain.h"

#define ALIAS_STEPS  40         /* links that lead to links: the kernel's own limit */
#define ALIAS_BEHIND ".linked-" /* and a number: names what only a link names */

struct inode_name {
	uint64_t key;
	uint32_t name; /* 0 = free */
};

struct link_made {
	uint32_t lane, op, name;
	bool told; /* the recording says where it leads */
};

struct aliases {
	struct plan *plan;
	struct space *space;
	struct inode_name *inodes; /* open addressing, a power of two */
	size_t inode_room, inode_count;
	uint32_t *as; /* by name, 0 = itself */
	uint32_t as_room;
	struct id_table *links; /* number + 1 of what made it, by name; NULL without any */
	struct link_made *made;
	size_t made_count, made_room;
};

struct aliases *aliases_new(struct plan *plan, struct space *space)
{
	struct aliases *a = memory_get(1, sizeof *a);

	a->plan = plan;
	a->space = space;
	a->inode_room = 1024;
	a->inodes = memory_get(a->inode_room, sizeof *a->inodes);
	return a;
}

void aliases_free(struct aliases *a)
{
	id_table_free(a->links);
	free(a->made);
	free(a->inodes);
	free(a->as);
	free(a);
}

static const char *alias_text(const struct aliases *a, uint32_t name)
{
	return names_text(a->plan->recording->names, name);
}

/* ---- names by inode ---- */

static struct inode_name *alias_slot(struct inode_name *slots, size_t room, uint64_t key)
{
	size_t i = key & (room - 1);

	while (slots[i].name && slots[i].key != key)
		i = (i + 1) & (room - 1);
	return &slots[i];
}

static void alias_more_slots(struct aliases *a)
{
	size_t room = a->inode_room * 2;
	struct inode_name *slots = memory_get(room, sizeof *slots);

	for (size_t i = 0; i < a->inode_room; i++)
		if (a->inodes[i].name)
			*alias_slot(slots, room, a->inodes[i].key) = a->inodes[i];
	free(a->inodes);
	a->inodes = slots;
	a->inode_room = room;
}

/* ---- what names stand for ---- */

static void alias_set(struct aliases *a, uint32_t name, uint32_t as)
{
	if (name >= a->as_room) {
		uint32_t room = a->plan->name_count + a->plan->name_count / 8 + 64;
		if (!as)
			return;
		a->as = realloc(a->as, room * sizeof *a->as);
		if (!a->as)
			abort();
		memset(a->as + a->as_room, 0, (room - a->as_room) * sizeof *a->as);
		a->as_room = room;
	}
	a->as[name] = as;
}

static uint32_t alias_link(const struct aliases *a, uint32_t name)
{
	return a->links ? id_table_get(a->links, name) : 0;
}

/* Where the link is made, it is to lead there. */
static void alias_leads(struct aliases *a, uint32_t link, uint32_t to)
{
	const struct link_made *made = &a->made[alias_link(a, link) - 1];
	struct op *op = &a->plan->lanes[made->lane].ops[made->op];

	alias_set(a, link, to);
	if (op->kind == OP_SYMLINK)
		op->offset = to;
}

static uint32_t alias_behind(struct aliases *a, uint32_t link)
{
	const char *text = alias_text(a, link);
	char *behind;
	int n;

	if (link < a->as_room && a->as[link])
		return a->as[link];
	n = asprintf(&behind, "%s" ALIAS_BEHIND "%" PRIu32, text, alias_link(a, link));
	if (n < 0)
		abort();
	alias_leads(a, link, space_name(a->space, behind, (size_t)n));
	free(behind);
	return a->as[link];
}

/* The name with another one in the place of its first n bytes, where that can be one. */
static uint32_t alias_instead(struct aliases *a, uint32_t name, size_t n, uint32_t begin)
{
	char *path;
	int length = asprintf(&path, "%s%s", alias_text(a, begin), alias_text(a, name) + n);

	if (length < 0)
		abort();
	name = plain_ok(path) ? space_name(a->space, path, (size_t)length) : name;
	free(path);
	return name;
}

/* The same below what a folder's link leads to; innermost links first. */
static uint32_t alias_below(struct aliases *a, uint32_t name)
{
	const char *text = alias_text(a, name);

	for (size_t n = strlen(text); n > 1; n--) {
		uint32_t folder;
		if (text[n] != '/')
			continue;
		folder = names_find(a->plan->recording->names, text, n);
		if (!folder || !alias_link(a, folder))
			continue;
		return alias_instead(a, name, n, alias_behind(a, folder));
	}
	return name;
}

/* A circle of links leads nowhere: then it is the name itself. */
uint32_t aliases_of(struct aliases *a, uint32_t given)
{
	uint32_t name = given;

	for (int i = 0; i < ALIAS_STEPS; i++) {
		uint32_t next = name < a->as_room ? a->as[name] : 0;
		if (!next && a->links)
			next = alias_link(a, name) ? alias_behind(a, name) : alias_below(a, name);
		if (!next || next == name)
			return name;
		name = next;
	}
	return given;
}

uint32_t aliases_within(struct aliases *a, uint32_t given)
{
	uint32_t name = given;

	for (int i = 0; a->links && i < ALIAS_STEPS; i++) {
		uint32_t next = alias_below(a, name);
		if (next == name)
			return name;
		name = next;
	}
	return given;
}

/* ---- what is learnt ---- */

/* link/x is folder/x: then the link leads to the folder. */
static void alias_learn_folder(struct aliases *a, uint32_t name, uint32_t other)
{
	const char *one = alias_text(a, name), *two = alias_text(a, other);
	const char *slash = strrchr(one, '/'), *slash2 = strrchr(two, '/');
	uint32_t link, folder;

	if (!a->links || slash == one || slash2 == two || strcmp(slash, slash2))
		return;
	link = names_find(a->plan->recording->names, one, (size_t)(slash - one));
	folder = names_find(a->plan->recording->names, two, (size_t)(slash2 - two));
	if (link && folder && alias_link(a, link))
		alias_leads(a, link, folder);
}

static bool alias_is_there(const struct aliases *a, uint32_t name)
{
	uint8_t now = a->plan->places[name].now;

	return now == PLACE_FILE || now == PLACE_FOLDER;
}

/* A name that is known to be a file is none of another one's: a hard link, at most. */
static bool alias_can_be(const struct aliases *a, uint32_t name, uint32_t other)
{
	return other != name && alias_is_there(a, other) &&
	       (!alias_is_there(a, name) || alias_link(a, name));
}

/* Whether it is a link, or lies behind one, of which the recording tells. */
static bool alias_is_told(const struct aliases *a, uint32_t name)
{
	const char *text = alias_text(a, name);

	for (size_t n = strlen(text); a->links && n > 1; n--) {
		uint32_t found, link;
		if (text[n] && text[n] != '/')
			continue;
		found = names_find(a->plan->recording->names, text, n);
		link = found ? alias_link(a, found) : 0;
		if (link)
			return a->made[link - 1].told;
	}
	return false;
}

void aliases_opened(struct aliases *a, uint32_t name, uint64_t device, uint64_t inode, bool is_new)
{
	uint64_t number[2] = {device, inode}, key = XXH64(number, sizeof number, 1);
	struct inode_name *slot = alias_slot(a->inodes, a->inode_room, key);

	if (is_new || !slot->name || alias_is_told(a, name) || !alias_can_be(a, name, slot->name)) {
		a->inode_count += !slot->name;
		*slot = (struct inode_name){key, aliases_of(a, name)};
		if (a->inode_count > a->inode_room / 4 * 3)
			alias_more_slots(a);
		return;
	}
	a->plan->places[slot->name].changes |= a->plan->places[name].changes;
	if (alias_link(a, name))
		alias_leads(a, name, slot->name);
	else
		alias_set(a, name, slot->name);
	alias_learn_folder(a, name, slot->name);
}

void aliases_linked(struct aliases *a, uint32_t name, uint32_t to, uint32_t lane, uint32_t op)
{
	if (!a->links)
		a->links = id_table_new();
	a->made = memory_grow(a->made, a->made_count, &a->made_room, sizeof *a->made);
	a->made[a->made_count++] = (struct link_made){lane, op, name, to != 0};
	id_table_set(a->links, name, (uint32_t)a->made_count);
	alias_set(a, name, to);
}

void aliases_hard_linked(struct aliases *a, uint32_t from, uint32_t to)
{
	uint32_t link = alias_link(a, from);

	if (!link)
		return;
	a->made = memory_grow(a->made, a->made_count, &a->made_room, sizeof *a->made);
	a->made[a->made_count] = a->made[link - 1];
	a->made[a->made_count++].name = to;
	id_table_set(a->links, to, (uint32_t)a->made_count);
	alias_set(a, to, alias_behind(a, from));
}

void aliases_removed(struct aliases *a, uint32_t name)
{
	alias_set(a, name, 0);
	if (alias_link(a, name))
		id_table_set(a->links, name, 0);
}

/* A link has another name, and leads there. */
static void alias_moves(struct aliases *a, uint32_t from, uint32_t to, uint32_t as)
{
	uint32_t link = alias_link(a, from);

	aliases_removed(a, from);
	aliases_removed(a, to);
	if (link) {
		id_table_set(a->links, to, link);
		a->made[link - 1].name = to;
	}
	alias_set(a, to, as);
}

/* What the name below a folder that was renamed is now; another name as it is. */
static uint32_t alias_moved(struct aliases *a, uint32_t name, uint32_t from, uint32_t to)
{
	const char *text = alias_text(a, name), *folder = alias_text(a, from);
	size_t n = strlen(folder);

	if (!name || strncmp(text, folder, n) || text[n] != '/')
		return name;
	return alias_instead(a, name, n, to);
}

/* A link goes with the folder in which it lies; what lies there, too, is where it
 * leads then. */
static void alias_folder_renamed(struct aliases *a, uint32_t from, uint32_t to)
{
	for (size_t i = 0; i < a->made_count; i++) {
		uint32_t name = a->made[i].name, now;
		if (alias_link(a, name) != i + 1)
			continue;
		now = alias_moved(a, name, from, to);
		if (now != name)
			alias_moves(a, name, now,
			            alias_moved(a, name < a->as_room ? a->as[name] : 0, from, to));
	}
}

void aliases_renamed(struct aliases *a, uint32_t from, uint32_t to)
{
	alias_moves(a, from, to, from < a->as_room ? a->as[from] : 0);
	if (a->links && a->plan->places[from].folder)
		alias_folder_renamed(a, from, to);
}
