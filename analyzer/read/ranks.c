/* SPDX-License-Identifier: Apache-2.0 */
#include "read/ranks.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct ranked {
	const char *text;
	uint32_t number;
};

static int ranks_compare(const void *one, const void *other)
{
	const struct ranked *a = one, *b = other;

	return strverscmp(a->text, b->text);
}

/* Natural order: img_2 before img_10, padded or not. */
static uint32_t *ranks_of_names(const struct names *names)
{
	uint32_t n = names_count(names);
	struct ranked *sorted = memory_get(n, sizeof *sorted);
	uint32_t *ranks = memory_get(n, sizeof *ranks);

	for (uint32_t i = 0; i < n; i++)
		sorted[i] = (struct ranked){names_text(names, i), i};
	qsort(sorted, n, sizeof *sorted, ranks_compare);
	for (uint32_t i = 0; i < n; i++)
		ranks[sorted[i].number] = i + 1;
	free(sorted);
	return ranks;
}

void ranks_find(struct recording *r)
{
	uint32_t *of_name = ranks_of_names(r->names);

	for (size_t i = 0; i < r->files->count; i++) {
		struct file *file = &r->files->items[i];
		file->rank = file->name ? of_name[file->name] : 0;
	}
	free(of_name);
}
