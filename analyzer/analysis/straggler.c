/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/straggler.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

#define FEW_OPS 100
/* Below this share of its time, storage does not slow a process down. */
#define WORTH 0.05

static uint64_t straggler_ops(const struct summary *s, uint32_t process)
{
	return s->processes[process].read_ops + s->processes[process].write_ops;
}

/* Checkpoints, and restores, are compared where all of a role have them: one rank may write them
 * for all. */
static void straggler_alike(const struct summary *s, struct straggler *list, size_t count,
                            unsigned way)
{
	bool all = true;

	for (size_t i = 0; i < count; i++)
		all &= s->waiting->of[list[i].process->number].moment_ops[way] > 0;
	for (size_t i = 0; i < count && !all; i++) {
		const struct waiting *w = &s->waiting->of[list[i].process->number];
		list[i].ops -= w->moment_ops[way] < list[i].ops ? w->moment_ops[way] : list[i].ops;
		list[i].storage_s -= fmin((double)w->moment_ns[way] / 1e9, list[i].storage_s);
	}
}

/* Without those that have too few operations to compare. */
static size_t straggler_paces(struct straggler *list, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (list[i].ops < FEW_OPS)
			continue;
		list[kept] = list[i];
		list[kept].op_s = list[kept].storage_s / (double)list[kept].ops;
		kept++;
	}
	return kept;
}

static int straggler_order(const void *one, const void *other)
{
	const double a = *(const double *)one, b = *(const double *)other;

	return (a > b) - (a < b);
}

/* The lower median: of two, the faster one. */
static double straggler_median(const struct straggler *all, size_t count)
{
	double *paces = memory_get(count + 1, sizeof *paces), median;

	for (size_t i = 0; i < count; i++)
		paces[i] = all[i].op_s;
	qsort(paces, count, sizeof *paces, straggler_order);
	median = count ? paces[(count - 1) / 2] : 0;
	free(paces);
	return median;
}

/* Appends those of a role that are slow to list; returns how many. */
static size_t straggler_of(const struct summary *s, enum process_role role, struct straggler *list)
{
	const struct recording *r = s->recording;
	size_t count = 0, slow = 0;
	double median;

	for (size_t i = 0; i < r->count; i++) {
		double storage = s->waiting->of[i].all_s[WAITING_STORAGE];
		uint64_t ops = straggler_ops(s, (uint32_t)i);
		if (r->processes[i].role != role || ops < FEW_OPS)
			continue;
		list[count++] = (struct straggler){
		        .process = &r->processes[i], .ops = ops, .storage_s = storage};
	}
	straggler_alike(s, list, count, 0);
	straggler_alike(s, list, count, 1);
	count = straggler_paces(list, count);
	median = straggler_median(list, count);
	for (size_t i = 0; i < count && count > 1; i++) {
		const struct process *p = list[i].process;
		if (list[i].op_s <= STRAGGLER_TIMES * median ||
		    list[i].storage_s < WORTH * (double)(p->end_ns - p->start_ns) / 1e9)
			continue;
		list[slow] = list[i];
		list[slow].among = (uint32_t)count;
		list[slow++].median_s = median;
	}
	return slow;
}

static int straggler_slower(const void *one, const void *other)
{
	const struct straggler *a = one, *b = other;

	if (a->op_s != b->op_s)
		return a->op_s > b->op_s ? -1 : 1;
	return a->process->number < b->process->number ? -1 : 1;
}

struct straggler *stragglers_find(const struct summary *s, size_t *count)
{
	struct straggler *list = memory_get(s->recording->count + 1, sizeof *list);

	*count = straggler_of(s, ROLE_WORKER, list);
	*count += straggler_of(s, ROLE_RANK_MAIN, list + *count);
	qsort(list, *count, sizeof *list, straggler_slower);
	return list;
}
