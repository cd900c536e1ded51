/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/moved.h"

#include <stdlib.h>

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
			u = features_use(f, n, i, NULL);
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
