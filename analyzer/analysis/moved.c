/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/moved.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define MOVED_OFTEN UINT32_MAX

/* By name: what one who did not write it renamed it to, 0 = nothing. */
static uint32_t *moved_names(const struct features *f)
{
	const struct recording *r = f->recording;
	uint32_t *to = memory_get(names_count(r->names), sizeof *to);

	for (size_t n = 0; n < r->count; n++)
		for (size_t i = 1; i < r->processes[n].file_count; i++) {
			const struct use *u;
			uint32_t *name;
			if (features_plain(f, n, i))
				continue;
			u = features_use(f, n, i, &(struct use){0});
			name = &to[process_file_at(&r->processes[n], i)->name];
			if (u->renamed_to && !u->writes)
				*name = *name && *name != u->renamed_to ? MOVED_OFTEN
				                                        : u->renamed_to;
		}
	return to;
}

/* What is written again and again was moved once, or is: nothing tells which. */
static void moved_drop_series(uint32_t *to, const struct episodes *saved, uint32_t names)
{
	uint8_t *seen = memory_get(names, sizeof *seen);

	for (size_t i = 0; i < saved->count; i++) {
		uint32_t name = saved->items[i].name;
		if (seen[name])
			to[name] = 0;
		seen[name] = 1;
	}
	free(seen);
}

void moved_rename(struct episodes *saved, const struct features *features)
{
	uint32_t *to = saved->count ? moved_names(features) : NULL;

	if (to)
		moved_drop_series(to, saved, names_count(features->recording->names));
	for (size_t i = 0; i < saved->count; i++) {
		struct episode *e = &saved->items[i];
		uint32_t name = e->renamed ? 0 : to[e->name];
		if (!name || name == MOVED_OFTEN)
			continue;
		e->name = name;
		e->renamed = true;
	}
	free(to);
}

/* The longest folder of the path that was renamed: its length, or 0. */
static size_t moved_folder(const struct names *names, const uint32_t *to, const char *path,
                           uint32_t *folder)
{
	for (size_t n = strlen(path); n-- > 1;) {
		if (path[n] != '/')
			continue;
		*folder = names_find(names, path, n);
		if (*folder && to[*folder] && to[*folder] != MOVED_OFTEN)
			return n;
	}
	return 0;
}

static void moved_path(struct moment *m, const char *to, size_t folder)
{
	char *path = NULL;
	size_t size;
	FILE *text = open_memstream(&path, &size);

	if (!text)
		return;
	fprintf(text, "%s%s", to, m->path + folder);
	if (fclose(text)) {
		free(path);
		return;
	}
	free(m->path);
	m->path = path;
}

void moved_folders(struct moments *saves, const struct features *features)
{
	const struct names *names = features->recording->names;
	uint32_t *to = saves->count ? moved_names(features) : NULL, folder;
	uint32_t *held = memory_get(names_count(names), sizeof *held);

	/* A folder that several were written in, one after the other, had many names. */
	for (size_t i = 0; i < saves->count; i++)
		if (moved_folder(names, to, saves->items[i].path, &folder))
			held[folder]++;
	for (size_t i = 0; i < saves->count; i++) {
		size_t n = moved_folder(names, to, saves->items[i].path, &folder);
		if (n && held[folder] == 1)
			moved_path(&saves->items[i], names_text(names, to[folder]), n);
	}
	free(held);
	free(to);
}
