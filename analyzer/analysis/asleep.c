/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/asleep.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis.h"
#include "analysis/summary.h"
#include "analysis/timeline.h"
#include "base/memory.h"
#include "read/evidence.h"

#define ASLEEP_SITES 64u /* more places of a process are not looked at */
/* Fewer sleeps are no steps, nor are those that come hardly once an epoch. */
#define FEW_STEPS     8
#define FEW_IN_EPOCHS 3
/* Steps that sleep do so for that share of the time. */
#define LEAST_SHARE 0.01
/* Batches have so many samples at most. */
#define MOST_SAMPLES 1024

/* A place that sleeps: a stack, as index; 0 = none known. */
struct asleep_site {
	uint32_t stack;
	uint64_t count;
	int64_t first_ns, last_ns;
	struct timeline timeline; /* ASLEEP */
	uint32_t depth;           /* frames that it has in common with a read */
	bool step;
};

/* Of a process's main thread. */
struct asleep_part {
	uint8_t *read_by; /* by stack: whether training data was read by it */
	struct asleep_site sites[ASLEEP_SITES];
	unsigned count;
	bool bare;             /* no stack says anything */
	bool unseen;           /* ... of reads, as faults have none */
	struct timeline aside; /* SAVING */
	int64_t aside_end_ns;  /* of the latest call, 0 = others came since */
	int64_t until_ns;      /* end of the latest call of all */
	int64_t read_ns;       /* of the latest one that read */
};

struct asleeps {
	size_t count;
	struct asleep_part **of; /* by process number; NULL where it does not train */
};

static void *asleep_make(const struct known *known)
{
	struct asleeps *all = memory_get(1, sizeof *all);

	all->count = known->recording->count;
	all->of = memory_get(all->count, sizeof *all->of);
	return all;
}

/* Python before 3.11 sleeps in select. */
bool asleep_is(const struct events *e, uint32_t i)
{
	uint16_t call = e->call[i];

	if (call == AIOT_CALL_select)
		return !e->size[i] && !e->result[i];
	return call >= AIOT_CALL_nanosleep && call <= AIOT_CALL_thrd_sleep;
}

static void asleep_read(struct asleep_part *part, const struct events *e, uint32_t i)
{
	const struct stacks *stacks = &e->process->stacks;

	if (!part->read_by)
		part->read_by = memory_get(stacks->count + 1, 1);
	part->read_by[stacks_find(stacks, e->stack[i])] = true;
	if (e->tid[i] == e->process->pid)
		part->read_ns = e->end[i];
}

static void asleep_slept(struct asleep_part *part, const struct events *e, uint32_t i)
{
	uint32_t stack = stacks_find(&e->process->stacks, e->stack[i]);
	unsigned n = 0;

	while (n < part->count && part->sites[n].stack != stack)
		n++;
	if (n == ASLEEP_SITES)
		return;
	if (n == part->count)
		part->sites[part->count++].stack = stack;
	part->sites[n].count++;
	if (!part->sites[n].first_ns)
		part->sites[n].first_ns = e->start[i];
	part->sites[n].last_ns = e->end[i];
	timeline_add(&part->sites[n].timeline, TIMELINE_ASLEEP, e->start[i], e->end[i]);
}

static void asleep_aside(struct asleep_part *part, const struct events *e, uint32_t i)
{
	int64_t from = part->aside_end_ns ? part->aside_end_ns : e->start[i];

	timeline_add(&part->aside, TIMELINE_SAVING, from, e->end[i]);
	part->aside_end_ns = e->end[i];
}

static void asleep_event(struct asleep_part *part, const struct events *e, uint32_t i, bool reads)
{
	/* What storage stands still in, some make it by sleeping in its calls. */
	bool sleeps = asleep_is(e, i) && e->start[i] >= part->until_ns;

	part->until_ns = e->end[i] > part->until_ns ? e->end[i] : part->until_ns;
	if (reads)
		asleep_read(part, e, i);
	if (sleeps)
		asleep_slept(part, e, i);
	if (reads || sleeps)
		part->aside_end_ns = 0;
	if (e->stage[i] == AIOT_STAGE_CHECKPOINT)
		asleep_aside(part, e, i);
}

/* What is slept before anything is read, as for a file to come, is no step. */
static void asleep_rows(void *state, const struct events *e)
{
	struct asleeps *all = state;
	struct asleep_part **part = &all->of[e->process->number];

	if (!process_is_main(e->process))
		return;
	for (uint32_t i = 0; i < e->count; i++) {
		bool reads = e->class[i] == AIOT_CLASS_READ && e->stage[i] == AIOT_STAGE_TRAIN;
		bool main = e->tid[i] == e->process->pid;
		if (!reads && !(main && *part))
			continue;
		if (!*part)
			*part = memory_get(1, sizeof **part);
		if (main)
			asleep_event(*part, e, i, reads);
		else
			asleep_read(*part, e, i);
	}
}

/* Frame i of a stack, from the outermost. */
static const struct frame *asleep_frame(const struct stacks *s, uint32_t stack, uint32_t i)
{
	return stacks_frame(s, stack, s->stacks[stack].count - 1 - i);
}

static bool asleep_same(const struct frame *a, const struct frame *b)
{
	return a == b ||
	       (a->line && a->line == b->line && a->file == b->file && a->function == b->function);
}

static uint32_t asleep_common(const struct stacks *s, uint32_t one, uint32_t other)
{
	uint32_t most = s->stacks[one].count, n = 0;

	most = s->stacks[other].count < most ? s->stacks[other].count : most;
	while (n < most && asleep_same(asleep_frame(s, one, n), asleep_frame(s, other, n)))
		n++;
	return n;
}

/* Whether the function's name says that it brings data to those who ask it: by words, and no
 * thread reads by its name. */
static bool asleep_loads(const char *function)
{
	static const char *const words[] = {"__getitem",  "__next__",   "__iter__", "collate",
	                                    "decode",     "preprocess", "augment",  "transform",
	                                    "load",       "read",       "fetch",    "get_batch",
	                                    "next_batch", "batches",    "samples",  NULL};

	for (size_t i = 0; words[i]; i++)
		for (const char *at = function; (at = strstr(at, words[i])); at++)
			if (at == function || !isalpha((unsigned char)at[-1]))
				return true;
	return false;
}

/* Those frames count that it does not have in common with the reads, and the one in which
 * they part. */
static bool asleep_in_loading(const struct names *names, const struct stacks *s,
                              const struct asleep_site *site)
{
	for (uint32_t i = site->depth; i < s->stacks[site->stack].count; i++) {
		const struct frame *f = asleep_frame(s, site->stack, i);
		if (f->says & (EVIDENCE_LOADER | EVIDENCE_WORKER | EVIDENCE_DATA) ||
		    (!(f->says & WORD_TRAIN) && asleep_loads(names_text(names, f->function))))
			return true;
	}
	return false;
}

static void asleep_place(const struct asleep_part *part, const struct stacks *s,
                         struct asleep_site *site)
{
	for (uint32_t k = 0; k < s->count; k++) {
		uint32_t common = part->read_by[k] ? asleep_common(s, site->stack, k) : 0;
		site->depth = common > site->depth ? common : site->depth;
	}
}

/* Stacks that are cut short have lost the frames that they would have in common. */
static bool asleep_is_known(const struct stacks *s, const struct asleep_site *site)
{
	return site->stack && !(s->stacks[site->stack].flags & AIOT_STACK_CUT);
}

static bool asleep_any(const uint8_t *set, size_t count)
{
	size_t i = 0;

	while (i < count && !set[i])
		i++;
	return i < count;
}

static void asleep_judge(struct asleep_part *part, const struct names *names,
                         const struct stacks *s)
{
	part->bare = s->count < 2;
	part->unseen = !asleep_any(part->read_by + 1, s->count - 1);
	for (unsigned i = 0; i < part->count; i++) {
		struct asleep_site *site = &part->sites[i];
		if (!part->bare && !asleep_is_known(s, site))
			continue;
		asleep_place(part, s, site);
		site->step = part->bare || (site->depth < s->stacks[site->stack].count &&
		                            !asleep_in_loading(names, s, site));
	}
}

static void asleep_finish(void *state, const struct known *known)
{
	struct asleeps *all = state;
	const struct recording *r = known->recording;

	for (size_t i = 0; i < all->count; i++)
		if (all->of[i])
			asleep_judge(all->of[i], r->names, &r->processes[i].stacks);
}

static void asleep_free(void *state)
{
	struct asleeps *all = state;

	for (size_t i = 0; i < all->count; i++) {
		for (unsigned k = 0; all->of[i] && k < all->of[i]->count; k++)
			timeline_free(&all->of[i]->sites[k].timeline);
		if (all->of[i]) {
			timeline_free(&all->of[i]->aside);
			free(all->of[i]->read_by);
		}
		free(all->of[i]);
	}
	free(all->of);
	free(all);
}

static uint64_t asleep_count(const struct asleep_part *part, uint32_t depth)
{
	uint64_t count = 0;

	for (unsigned i = 0; i < part->count; i++)
		if (part->sites[i].step && part->sites[i].depth == depth)
			count += part->sites[i].count;
	return count;
}

/* The outermost of the places that sleep as often as steps do: what is further in is called by
 * what reads. */
static uint32_t asleep_outermost(const struct asleep_part *part, uint64_t least)
{
	uint32_t outermost = UINT32_MAX;

	for (unsigned i = 0; i < part->count; i++)
		if (part->sites[i].step && part->sites[i].depth < outermost &&
		    asleep_count(part, part->sites[i].depth) >= least)
			outermost = part->sites[i].depth;
	return outermost;
}

static bool asleep_in_one_function(const struct asleep_part *part, const struct stacks *s)
{
	uint32_t first = 0;

	for (unsigned i = 0; i < part->count; i++) {
		uint32_t function = stacks_frame(s, part->sites[i].stack, 0)->function;
		if (part->sites[i].step && first && function != first)
			return false;
		first = part->sites[i].step ? function : first;
	}
	return true;
}

/* So many sleeps are steps at least. */
static uint64_t asleep_least(const struct asleep_part *part, uint32_t epochs)
{
	uint64_t least = (uint64_t)FEW_IN_EPOCHS * epochs;

	least = least > FEW_STEPS ? least : FEW_STEPS;
	for (unsigned i = 0; i < part->count; i++)
		if (part->sites[i].step && part->sites[i].count / MOST_SAMPLES > least)
			least = part->sites[i].count / MOST_SAMPLES;
	return least;
}

static double asleep_at(const struct asleep *a, uint32_t least, int64_t from, int64_t to)
{
	double seconds = 0;

	for (unsigned i = 0; i < a->part->count; i++) {
		const struct asleep_site *site = &a->part->sites[i];
		if (site->step && site->depth >= least && site->depth <= a->depth)
			seconds += timeline_between(&site->timeline, TIMELINE_ASLEEP, from, to);
	}
	return seconds;
}

double asleep_steps(const struct asleep *a, int64_t from, int64_t to)
{
	return asleep_at(a, a->depth, from, to);
}

static void asleep_span(struct asleep *a)
{
	for (unsigned i = 0; i < a->part->count; i++) {
		const struct asleep_site *site = &a->part->sites[i];
		if (!site->step || site->depth != a->depth)
			continue;
		a->first_ns =
		        !a->first_ns || site->first_ns < a->first_ns ? site->first_ns : a->first_ns;
		a->last_ns = site->last_ns > a->last_ns ? site->last_ns : a->last_ns;
	}
}

bool asleep_find(const struct summary *s, const struct process *p, uint64_t samples,
                 uint32_t epochs, struct asleep *a)
{
	const struct asleeps *all = s->found[ANALYSIS_asleep];
	const struct asleep_part *part = all->of[p->number];
	uint64_t least;

	if (!part || (part->unseen && !part->bare && !asleep_in_one_function(part, &p->stacks)))
		return false;
	least = asleep_least(part, epochs);
	*a = (struct asleep){.part = part, .read_ns = part->read_ns};
	a->depth = asleep_outermost(part, least);
	a->count = asleep_count(part, a->depth);
	if (a->count < least || (part->bare && a->count * 2 > samples))
		return false;
	asleep_span(a);
	a->seconds = asleep_steps(a, a->first_ns, a->last_ns);
	return a->last_ns > a->first_ns;
}

bool asleep_matters(const struct asleep *a, double seconds)
{
	return a->seconds >= LEAST_SHARE * seconds;
}

double asleep_between(const struct asleep *a, int64_t from, int64_t to)
{
	/* What sleeps further out, as between epochs, does not load either. */
	return asleep_at(a, 0, from, to) +
	       timeline_between(&a->part->aside, TIMELINE_SAVING, from, to);
}

const struct analysis analysis_asleep = {
        .columns = BATCH_WANT(STACK),
        .shared = true,
        .make = asleep_make,
        .add = asleep_rows,
        .finish = asleep_finish,
        .free = asleep_free,
};
