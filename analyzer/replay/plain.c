/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/plain.h"

#include <limits.h>
#include <string.h>

#include "replay/inventory.h"

#define PLAIN_MOST 3800 /* leaves room for what the target puts before it */

struct plain {
	char text[PATH_MAX];
	size_t length; /* beyond the room: it was too long */
};

static bool plain_component_ok(const char *at, size_t length)
{
	return length <= 255 && length && !(length == 2 && at[0] == '.' && at[1] == '.') &&
	       !(length == 1 && *at == '.');
}

bool plain_ok(const char *path)
{
	if (path[0] != '/' || !path[1] || strlen(path) > PLAIN_MOST)
		return false;
	while (*path) {
		size_t length = strcspn(++path, "/");
		if (!plain_component_ok(path, length))
			return false;
		path += length;
	}
	return true;
}

static void plain_append(struct plain *to, const char *text, size_t length)
{
	if (to->length + length < sizeof to->text)
		memcpy(to->text + to->length, text, length);
	else
		to->length = sizeof to->text;
	to->length += length;
}

/* To what the folder is that the name so far leads to. */
static void plain_follow(struct plan *plan, struct aliases *aliases, struct plain *to)
{
	uint32_t folder, leads;

	if (!aliases || !to->length || to->length >= sizeof to->text)
		return;
	folder = inventory_name(plan, to->text, to->length);
	leads = aliases_of(aliases, folder);
	if (leads == folder)
		return;
	to->length = 0;
	plain_append(to, names_text(plan->recording->names, leads),
	             strlen(names_text(plan->recording->names, leads)));
}

static void plain_back(struct plain *to)
{
	if (to->length >= sizeof to->text)
		return;
	while (to->length && to->text[--to->length] != '/')
		;
}

uint32_t plain_name(struct plan *plan, struct aliases *aliases, uint32_t name)
{
	const char *path = names_text(plan->recording->names, name);
	struct plain to;

	if (plain_ok(path))
		return name;
	if (path[0] != '/')
		return 0;
	to.length = 0;
	while (*path) {
		size_t length = strcspn(++path, "/");
		if (length == 2 && !strncmp(path, "..", 2)) {
			plain_follow(plan, aliases, &to);
			plain_back(&to);
		} else if (length && (length > 1 || *path != '.')) {
			plain_append(&to, path - 1, length + 1);
		}
		path += length;
	}
	if (to.length >= sizeof to.text)
		return 0;
	to.text[to.length] = 0;
	return plain_ok(to.text) ? inventory_name(plan, to.text, to.length) : 0;
}
