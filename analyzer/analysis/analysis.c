/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/analysis.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"

const struct analysis *const analyses[ANALYSIS_COUNT] = {
#define ANALYSIS(name) &analysis_##name,
        ANALYSES(ANALYSIS)
#undef ANALYSIS
};

struct analyses {
	const struct known *known;
	void **states[ANALYSIS_COUNT]; /* by worker; shared ones: the first alone */
};

struct analyses *analyses_new(const struct known *known)
{
	struct analyses *all = memory_get(1, sizeof *all);

	all->known = known;
	for (int i = 0; i < ANALYSIS_COUNT; i++) {
		all->states[i] = memory_get(parallel_workers(), sizeof **all->states);
		all->states[i][0] = analyses[i]->make(known);
	}
	return all;
}

uint32_t analyses_columns(void)
{
	uint32_t columns = EVENTS_COLUMNS;

	for (int i = 0; i < ANALYSIS_COUNT; i++)
		columns |= analyses[i]->columns;
	return columns;
}

static void *analyses_state(struct analyses *all, int i, unsigned worker)
{
	void **state = &all->states[i][analyses[i]->shared ? 0 : worker];

	if (!*state)
		*state = analyses[i]->make(all->known);
	return *state;
}

void analyses_add(struct analyses *all, unsigned worker, const struct events *events)
{
	for (int i = 0; i < ANALYSIS_COUNT; i++)
		if (analyses[i]->add)
			analyses[i]->add(analyses_state(all, i, worker), events);
}

void analyses_add_times(struct analyses *all, unsigned stage, const struct spans *spans)
{
	for (int i = 0; i < ANALYSIS_COUNT; i++)
		if (analyses[i]->add_times)
			analyses[i]->add_times(analyses_state(all, i, 0), stage, spans->items,
			                       spans->count);
}

void analyses_finish(struct analyses *all, void *found[ANALYSIS_COUNT])
{
	for (int i = 0; i < ANALYSIS_COUNT; i++) {
		found[i] = all->states[i][0];
		for (unsigned k = 1; k < parallel_workers(); k++)
			if (all->states[i][k])
				analyses[i]->merge(found[i], all->states[i][k]);
		if (analyses[i]->finish)
			analyses[i]->finish(found[i], all->known);
		free(all->states[i]);
	}
	free(all);
}
