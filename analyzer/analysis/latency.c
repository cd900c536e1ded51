/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/latency.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/analysis.h"
#include "base/memory.h"
#include "measure/mapped.h"

static void *latency_make(const struct known *known)
{
	(void)known;
	return memory_get(1, sizeof(struct latency));
}

uint64_t latency_size_least(unsigned size)
{
	return size < 2 ? size : UINT64_C(1024) << 2 * (size - 1);
}

static unsigned latency_size(uint64_t bytes)
{
	unsigned power = 63 - (unsigned)__builtin_clzll(bytes | 1), size;

	if (bytes < 4096)
		return bytes > 0;
	size = power / 2 - 4;
	return size < LATENCY_SIZES ? size : LATENCY_SIZES - 1;
}

static struct latency_sum *latency_sum(const char *name)
{
	struct latency_sum *sum = memory_get(1, sizeof *sum);

	sum->name = name;
	return sum;
}

static inline void latency_add_to(struct latency_sum *to, const struct events *e, uint32_t i)
{
	to->failed += e->result[i] < 0;
	to->total_ns += e->duration[i];
	histogram_add_to(&to->ns, e->duration[i], e->bucket[i]);
}

/* Only a major fault is waited for. */
static inline bool latency_none(const struct events *e, uint32_t i)
{
	return e->class[i] == AIOT_CLASS_WAIT || e->class[i] == AIOT_CLASS_PROC ||
	       (e->mapped && mapped_is_fault(e->call[i]) &&
	        (!e->duration[i] || e->call[i] != AIOT_CALL_fault_major));
}

/* In an order that does not depend on who found which. */
static bool latency_slower(const struct slow_op *a, const struct slow_op *b)
{
	if (a->duration_ns != b->duration_ns)
		return a->duration_ns > b->duration_ns;
	if (a->start_ns != b->start_ns)
		return a->start_ns < b->start_ns;
	return a->process != b->process ? a->process < b->process : a->tid < b->tid;
}

static void latency_keep(struct latency *l, unsigned stage, const struct slow_op *op)
{
	struct slow_op *list = l->slowest[stage];
	uint32_t at = l->slow_count[stage];

	if (at == LATENCY_SLOWEST && !latency_slower(op, &list[at - 1]))
		return;
	if (at < LATENCY_SLOWEST)
		l->slow_count[stage]++;
	else
		at--;
	for (; at && latency_slower(op, &list[at - 1]); at--)
		list[at] = list[at - 1];
	list[at] = *op;
}

/* What is quicker is none of the slowest. */
static uint64_t latency_least(const struct latency *l, unsigned stage)
{
	return l->slow_count[stage] < LATENCY_SLOWEST
	               ? 0
	               : l->slowest[stage][LATENCY_SLOWEST - 1].duration_ns;
}

static void latency_slow(struct latency *l, const struct events *e, uint32_t i)
{
	struct slow_op op = {.duration_ns = e->duration[i],
	                     .size = e->size[i],
	                     .start_ns = e->start[i],
	                     .offset = e->offset[i],
	                     .result = e->result[i],
	                     .process = e->process->number,
	                     .file = e->file[i],
	                     .tid = e->tid[i],
	                     .call = events_call(e, i)->name};

	latency_keep(l, e->stage[i], &op);
}

/* A read or write, by its size as well. */
static inline void latency_add_size(struct latency *l, const struct events *e, uint32_t i)
{
	struct latency_sum **sum =
	        &l->sizes[e->stage[i]][e->class[i] == AIOT_CLASS_WRITE][latency_size(e->bytes[i])];

	if (!*sum)
		*sum = latency_sum(NULL);
	latency_add_to(*sum, e, i);
}

static void latency_add(void *state, const struct events *e)
{
	struct latency *l = state;
	uint64_t least[AIOT_STAGES];

	for (unsigned k = 0; k < AIOT_STAGES; k++)
		least[k] = latency_least(l, k);
	for (uint32_t i = 0; i < e->count; i++) {
		unsigned stage = e->stage[i];
		uint32_t id = e->call[i] < LATENCY_CALLS ? e->call[i] : LATENCY_CALLS - 1;
		struct latency_sum **sum = &l->calls[stage][id];
		if (latency_none(e, i))
			continue;
		if (!*sum)
			*sum = latency_sum(events_call(e, i)->name);
		latency_add_to(*sum, e, i);
		if (events_data(e, i))
			latency_add_size(l, e, i);
		if (e->duration[i] < least[stage])
			continue;
		latency_slow(l, e, i);
		least[stage] = latency_least(l, stage);
	}
}

static void latency_merge_sum(struct latency_sum **to, struct latency_sum *from)
{
	if (!from)
		return;
	if (!*to) {
		*to = from;
		return;
	}
	(*to)->failed += from->failed;
	(*to)->total_ns += from->total_ns;
	histogram_merge(&(*to)->ns, &from->ns);
	free(from);
}

static void latency_merge(void *into, void *other)
{
	struct latency *to = into, *from = other;

	for (unsigned s = 0; s < AIOT_STAGES; s++) {
		for (unsigned i = 0; i < LATENCY_CALLS; i++)
			latency_merge_sum(&to->calls[s][i], from->calls[s][i]);
		for (unsigned i = 0; i < 2 * LATENCY_SIZES; i++)
			latency_merge_sum(&to->sizes[s][i / LATENCY_SIZES][i % LATENCY_SIZES],
			                  from->sizes[s][i / LATENCY_SIZES][i % LATENCY_SIZES]);
		for (uint32_t i = 0; i < from->slow_count[s]; i++)
			latency_keep(to, s, &from->slowest[s][i]);
	}
	free(from);
}

static void latency_free(void *state)
{
	struct latency *l = state;

	for (unsigned s = 0; s < AIOT_STAGES; s++) {
		for (unsigned i = 0; i < LATENCY_CALLS; i++)
			free(l->calls[s][i]);
		for (unsigned i = 0; i < 2 * LATENCY_SIZES; i++)
			free(l->sizes[s][i / LATENCY_SIZES][i % LATENCY_SIZES]);
	}
	free(l);
}

void latency_data(const struct latency *l, unsigned stage, struct histogram *to)
{
	for (unsigned i = 0; i < 2 * LATENCY_SIZES; i++) {
		const struct latency_sum *sum =
		        l->sizes[stage][i / LATENCY_SIZES][i % LATENCY_SIZES];
		if (sum)
			histogram_merge(to, &sum->ns);
	}
}

static int latency_longer(const void *one, const void *other)
{
	const struct latency_row *a = one, *b = other;

	if (a->sum->total_ns != b->sum->total_ns)
		return a->sum->total_ns > b->sum->total_ns ? -1 : 1;
	if (a->stage != b->stage)
		return a->stage < b->stage ? -1 : 1;
	return strcmp(a->sum->name, b->sum->name);
}

struct latency_row *latency_rows(const struct latency *l, size_t *count)
{
	struct latency_row *rows = memory_get(AIOT_STAGES * LATENCY_CALLS, sizeof *rows);

	*count = 0;
	for (unsigned s = 0; s < AIOT_STAGES; s++)
		for (unsigned i = 0; i < LATENCY_CALLS; i++)
			if (l->calls[s][i])
				rows[(*count)++] = (struct latency_row){s, l->calls[s][i]};
	if (*count)
		qsort(rows, *count, sizeof *rows, latency_longer);
	return rows;
}

const struct analysis analysis_latency = {
        .columns = BATCH_WANT(OFFSET),
        .make = latency_make,
        .add = latency_add,
        .merge = latency_merge,
        .free = latency_free,
};
