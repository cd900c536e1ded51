/* SPDX-License-Identifier: Apache-2.0 */
#include "read/waited.h"

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

bool *waited_told(const struct recording *r)
{
	bool *told = memory_get(r->count, sizeof *told);

	for (size_t i = 0; i < r->count; i++)
		told[i] = waited_says(&r->processes[i], "asked") ||
		          waited_says(&r->processes[i], "told");
	for (size_t i = 0; i < r->count; i++)
		for (size_t n = 0; n < r->count && waited_says(&r->processes[i], "wrong"); n++)
			told[n] &= !waited_same_machine(&r->processes[i], &r->processes[n]);
	return told;
}
