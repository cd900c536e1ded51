/* SPDX-License-Identifier: Apache-2.0 */
#include "read/waited.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static bool waited_says(const struct process *p, const char *word)
{
	const char *said = process_attribute(p, "switches");

	return said && !strcmp(said, word);
}

static bool waited_same_machine(const struct process *a, const struct process *b)
{
	return !memcmp(a->trace.header.boot_id, b->trace.header.boot_id,
	               sizeof a->trace.header.boot_id);
}

/* Machines, each by one of its processes. */
struct machines {
	const struct process **items;
	size_t count, room;
};

static bool machines_have(const struct machines *list, const struct process *p)
{
	for (size_t i = 0; i < list->count; i++)
		if (waited_same_machine(list->items[i], p))
			return true;
	return false;
}

/* Those on which a process says that it was not told. */
static struct machines machines_wrong(const struct recording *r)
{
	struct machines wrong = {0};

	for (size_t i = 0; i < r->count; i++) {
		const struct process *p = &r->processes[i];
		if (!waited_says(p, "wrong") || machines_have(&wrong, p))
			continue;
		wrong.items =
		        memory_grow(wrong.items, wrong.count, &wrong.room, sizeof *wrong.items);
		wrong.items[wrong.count++] = p;
	}
	return wrong;
}

bool *waited_told(const struct recording *r)
{
	bool *told = memory_get(r->count, sizeof *told);
	struct machines wrong = machines_wrong(r);

	for (size_t i = 0; i < r->count; i++) {
		const struct process *p = &r->processes[i];
		told[i] = (waited_says(p, "asked") || waited_says(p, "told")) &&
		          !machines_have(&wrong, p);
	}
	free(wrong.items);
	return told;
}
