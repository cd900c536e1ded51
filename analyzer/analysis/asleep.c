/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/asleep.h"

#include <math.h>

#include "read/evidence.h"

/* Fewer sleeps are no steps. */
#define FEW_STEPS 4
/* What comes once a sample, give or take so many, and twice as often as another that takes so
 * much of the time asleep, is no step. */
#define EACH   0.1
#define LITTLE 0.05

bool asleep_is(const struct events *e, uint32_t i)
{
	switch (e->call[i]) {
	case AIOT_CALL_nanosleep:
	case AIOT_CALL_clock_nanosleep:
	case AIOT_CALL_usleep:
	case AIOT_CALL_thrd_sleep:
	case AIOT_CALL_sleep: return true;
	/* As Python slept before 3.11. */
	case AIOT_CALL_select: return !e->size[i] && !e->result[i];
	default: return false;
	}
}

static bool asleep_loads(const struct events *e, uint32_t i)
{
	const struct stacks *stacks = &e->process->stacks;
	uint32_t stack = stacks_find(stacks, e->stack[i]);

	for (uint32_t k = 0; k < stacks->stacks[stack].count; k++)
		if (stacks_frame(stacks, stack, k)->says & EVIDENCE_LOADER)
			return true;
	return false;
}

static struct asleep_site *asleep_site(struct asleep *a, const struct events *e, uint32_t i)
{
	struct asleep_site *site = a->sites;

	for (; site < a->sites + a->site_count; site++)
		if (site->stack == e->stack[i])
			return site;
	if (a->site_count == ASLEEP_SITES)
		return NULL;
	*site = (struct asleep_site){.stack = e->stack[i], .data = asleep_loads(e, i)};
	a->site_count++;
	return site;
}

void asleep_add(struct asleep *a, const struct events *e, uint32_t i, struct timeline *t)
{
	struct asleep_site *site = asleep_site(a, e, i);

	if (!site)
		return;
	site->count++;
	site->ns += e->duration[i];
	if (site->data)
		return;
	timeline_add(t, TIMELINE_ASLEEP, e->start[i], e->end[i]);
	a->count++;
	a->ns += e->duration[i];
	a->first_ns = a->first_ns ? a->first_ns : e->start[i];
	/* What is done once, as a pause before the end, is none of the loop. */
	if (site->count >= FEW_STEPS)
		a->end_ns = e->end[i];
}

/* Whether another place sleeps less often, for a good part of the time. */
static bool asleep_rarer(const struct asleep *a, uint64_t count)
{
	for (const struct asleep_site *s = a->sites; s < a->sites + a->site_count; s++)
		if (!s->data && s->count * 2 <= count && s->count >= FEW_STEPS &&
		    (double)s->ns >= LITTLE * (double)a->ns)
			return true;
	return false;
}

double asleep_steps(const struct asleep *a, uint64_t samples, uint64_t *steps)
{
	uint64_t ns = 0;

	*steps = 0;
	for (const struct asleep_site *s = a->sites; s < a->sites + a->site_count; s++) {
		bool each = fabs((double)s->count - (double)samples) <= EACH * (double)samples;
		if (s->data || (each && asleep_rarer(a, s->count)))
			continue;
		*steps += s->count;
		ns += s->ns;
	}
	return *steps >= FEW_STEPS && a->ns ? (double)ns / (double)a->ns : 0;
}
