/* SPDX-License-Identifier: Apache-2.0 */
#include "read/runs.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/wrap.h"

struct run_start {
	int64_t start; /* CLOCK_REALTIME in ns */
	uint32_t run;
};

static int runs_earlier(const void *one, const void *other)
{
	const struct run_start *a = one, *b = other;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->run < b->run ? -1 : a->run > b->run;
}

static struct run_start *runs_starts(const struct recording *r)
{
	struct run_start *starts = memory_get(r->run_count, sizeof *starts);

	for (uint32_t i = 0; i < r->run_count; i++)
		starts[i] = (struct run_start){INT64_MAX, i};
	for (size_t i = 0; i < r->count; i++) {
		const struct process *p = &r->processes[i];
		int64_t start = wrap_add(p->start_ns, (uint64_t)p->clock);
		if (start < starts[p->run].start)
			starts[p->run].start = start;
	}
	qsort(starts, r->run_count, sizeof *starts, runs_earlier);
	return starts;
}

void runs_order(struct recording *r)
{
	struct run_start *starts;
	uint32_t *number;
	char **runs;

	if (r->run_count < 2)
		return;
	starts = runs_starts(r);
	number = memory_get(r->run_count, sizeof *number);
	runs = memory_get(r->run_count, sizeof *runs);
	for (uint32_t i = 0; i < r->run_count; i++) {
		number[starts[i].run] = i;
		runs[i] = r->runs[starts[i].run];
	}
	for (size_t i = 0; i < r->count; i++)
		r->processes[i].run = number[r->processes[i].run];
	free(r->runs);
	r->runs = runs;
	free(number);
	free(starts);
}
