/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/call_sites.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "analysis/analysis.h"
#include "analysis/site_place.h"
#include "base/memory.h"
#include "base/vector.h"
#include "stage/likely.h"

/* A process's sums: of each stack, a list by stage. */
struct part {
	uint32_t *first; /* by stack: in sums, + 1 */
	struct stack_sum *sums;
	size_t count, room;
	struct site_sum without[AIOT_STAGES];
	struct likely *likely; /* NULL: no stack has native frames, or not looked yet */
	bool looked;
};

void site_sum_add(struct site_sum *to, const struct site_sum *from)
{
	to->read_ops += from->read_ops;
	to->write_ops += from->write_ops;
	to->meta_ops += from->meta_ops;
	to->read_bytes += from->read_bytes;
	to->write_bytes += from->write_bytes;
	to->duration_ns += from->duration_ns;
	to->estimated_ops += from->estimated_ops;
}

int site_sum_compare(const struct site_sum *a, const struct site_sum *b)
{
	if (site_bytes(a) != site_bytes(b))
		return site_bytes(a) > site_bytes(b) ? -1 : 1;
	if (a->duration_ns != b->duration_ns)
		return a->duration_ns > b->duration_ns ? -1 : 1;
	return site_ops(a) > site_ops(b) ? -1 : site_ops(a) < site_ops(b);
}

static void *sites_make(const struct known *known)
{
	struct call_sites *s = memory_get(1, sizeof *s);

	s->part_count = known->recording->count;
	s->parts = memory_get(s->part_count, sizeof *s->parts);
	s->texts = names_new();
	return s;
}

static struct site_sum *sites_sum(struct part *part, const struct events *e, uint32_t i,
                                  uint32_t stack)
{
	const struct stacks *stacks = &e->process->stacks;
	struct stack_sum *sum;
	uint32_t at;

	if (!stack)
		return &part->without[e->stage[i]];
	if (!part->first)
		part->first = memory_get(stacks->count, sizeof *part->first);
	for (at = part->first[stack]; at; at = part->sums[at - 1].next)
		if (part->sums[at - 1].stage == e->stage[i])
			return &part->sums[at - 1].sum;
	part->sums = memory_grow(part->sums, part->count, &part->room, sizeof *part->sums);
	sum = &part->sums[part->count++];
	*sum = (struct stack_sum){.process = e->process,
	                          .stack = stack,
	                          .next = part->first[stack],
	                          .stage = e->stage[i]};
	part->first[stack] = (uint32_t)part->count;
	return &sum->sum;
}

static inline void sites_count(struct site_sum *sum, const struct events *e, uint32_t i)
{
	uint64_t ops = events_weight(e, i);

	if (e->class[i] == AIOT_CLASS_READ) {
		sum->read_ops += ops;
		sum->read_bytes += e->bytes[i];
	} else if (e->class[i] == AIOT_CLASS_WRITE) {
		sum->write_ops += ops;
		sum->write_bytes += e->bytes[i];
	} else {
		sum->meta_ops += ops;
	}
	sum->duration_ns += e->duration[i];
}

/* The same of rows that have no faults among them. */
VECTOR static void sites_count_plain(struct site_sum *sum, const uint8_t *class,
                                     const uint64_t *bytes, const uint64_t *duration, uint32_t n)
{
	uint64_t reads = 0, writes = 0, read_bytes = 0, write_bytes = 0, ns = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t read = class[i] == AIOT_CLASS_READ, write = class[i] == AIOT_CLASS_WRITE;
		reads += read;
		writes += write;
		read_bytes += -read & bytes[i];
		write_bytes += -write & bytes[i];
		ns += duration[i];
	}
	*sum = (struct site_sum){.read_ops = reads,
	                         .write_ops = writes,
	                         .meta_ops = n - reads - writes,
	                         .read_bytes = read_bytes,
	                         .write_bytes = write_bytes,
	                         .duration_ns = ns};
}

VECTOR static bool sites_alike(const uint32_t *stack, const uint8_t *stage, uint32_t n)
{
	uint32_t other_stack = 0, other_stage = 0;

	for (uint32_t i = 0; i < n; i++) {
		other_stack |= stack[i] ^ stack[0];
		other_stage |= stage[i] ^ stage[0];
	}
	return !(other_stack | other_stage);
}

/* The end of the rows from begin on that have its stack and stage. */
static uint32_t sites_run(const struct events *e, uint32_t begin)
{
	uint32_t stack = e->stack[begin], i = begin + 1;
	uint8_t stage = e->stage[begin];

	if (!begin && sites_alike(e->stack, e->stage, e->count))
		return e->count;
	while (i < e->count && e->stack[i] == stack && e->stage[i] == stage)
		i++;
	return i;
}

static void sites_add_runs(struct part *part, const struct events *e)
{
	const struct stacks *stacks = &e->process->stacks;

	for (uint32_t i = 0, end; i < e->count; i = end) {
		struct site_sum sum = {0};
		end = sites_run(e, i);
		for (uint32_t k = i; e->mapped && k < end; k++)
			sites_count(&sum, e, k);
		if (!e->mapped)
			sites_count_plain(&sum, e->class + i, e->bytes + i, e->duration + i,
			                  end - i);
		site_sum_add(sites_sum(part, e, i, stacks_find(stacks, e->stack[i])), &sum);
	}
}

/* With native frames, each event may count for another's stack. */
static void sites_add_likely(struct part *part, const struct events *e)
{
	const struct stacks *stacks = &e->process->stacks;

	for (uint32_t i = 0; i < e->count; i++) {
		uint32_t own = stacks_find(stacks, e->stack[i]);
		uint32_t stack = likely_stack(part->likely, own, e->handle[i], e->call[i]);
		struct site_sum *sum = sites_sum(part, e, i, stack);
		if (stack != own)
			sum->estimated_ops += events_weight(e, i);
		sites_count(sum, e, i);
	}
}

static void sites_add(void *state, const struct events *e)
{
	struct call_sites *s = state;
	struct part *part = &s->parts[e->process->number];

	if (!part->looked)
		part->likely = likely_new(&e->process->stacks);
	part->looked = true;
	if (part->likely)
		sites_add_likely(part, e);
	else
		sites_add_runs(part, e);
}

static int sites_compare_stacks(const void *one, const void *other)
{
	const struct stack_sum *a = one, *b = other;
	int order = site_sum_compare(&a->sum, &b->sum);

	if (order)
		return order;
	if (a->process != b->process)
		return a->process->number < b->process->number ? -1 : 1;
	if (a->stack != b->stack)
		return a->stack < b->stack ? -1 : 1;
	return (int)a->stage - (int)b->stage;
}

static void sites_flatten(struct call_sites *s)
{
	size_t room = 0;

	for (size_t i = 0; i < s->part_count; i++)
		room += s->parts[i].count;
	s->stacks = memory_get(room, sizeof *s->stacks);
	for (size_t i = 0; i < s->part_count; i++) {
		struct part *part = &s->parts[i];
		if (part->count)
			memcpy(s->stacks + s->stack_count, part->sums,
			       part->count * sizeof *part->sums);
		s->stack_count += part->count;
		for (int k = 0; k < AIOT_STAGES; k++) {
			site_sum_add(&s->without[k], &part->without[k]);
			site_sum_add(&s->all[k], &part->without[k]);
		}
		free(part->first);
		free(part->sums);
		likely_free(part->likely);
	}
	free(s->parts);
	s->parts = NULL;
	qsort(s->stacks, s->stack_count, sizeof *s->stacks, sites_compare_stacks);
	for (size_t i = 0; i < s->stack_count; i++)
		site_sum_add(&s->all[s->stacks[i].stage], &s->stacks[i].sum);
}

struct site_key {
	uint32_t file, function, line, libraries, stage;
};

struct site_entry {
	UT_hash_handle hh;
	struct site_key key;
	size_t site;
};

static struct call_site *sites_site(struct call_sites *s, struct site_entry **table,
                                    const struct site_key *key, uint32_t heaviest)
{
	struct site_entry *entry;

	HASH_FIND(hh, *table, key, sizeof *key, entry);
	if (!entry) {
		entry = memory_get(1, sizeof *entry);
		entry->key = *key;
		entry->site = s->site_count++;
		s->sites[entry->site] = (struct call_site){.file = key->file,
		                                           .function = key->function,
		                                           .line = key->line,
		                                           .libraries = key->libraries,
		                                           .stage = (uint8_t)key->stage,
		                                           .heaviest = heaviest};
		HASH_ADD(hh, *table, key, sizeof entry->key, entry);
	}
	return &s->sites[entry->site];
}

/* Of a site in Python, the first of its stacks that has native frames says more
 * than those that don't. */
static void sites_see_native(struct call_sites *s, const struct names *names,
                             struct call_site *site, uint32_t at)
{
	const struct stack_sum *sum = &s->stacks[at], *heaviest = &s->stacks[site->heaviest];
	uint32_t count = sum->process->stacks.stacks[sum->stack].count;
	uint32_t python = site_innermost(sum, AIOT_FRAME_PYTHON);

	if (python == count || site_innermost(sum, AIOT_FRAME_NATIVE) == count)
		return;
	if (at == site->heaviest ||
	    site_innermost(heaviest, AIOT_FRAME_NATIVE) ==
	            heaviest->process->stacks.stacks[heaviest->stack].count) {
		site->heaviest = at;
		site->native = site_libraries(s->texts, names, sum, python, AIOT_FRAME_NATIVE);
	}
}

static int sites_compare(const void *one, const void *other)
{
	const struct call_site *a = one, *b = other;
	int order = site_sum_compare(&a->sum, &b->sum);

	return order ? order : a->heaviest < b->heaviest ? -1 : a->heaviest > b->heaviest;
}

static void sites_finish(void *state, const struct known *known)
{
	struct call_sites *s = state;
	const struct names *names = known->recording->names;
	struct site_entry *table = NULL, *entry, *next;

	sites_flatten(s);
	s->sites = memory_get(s->stack_count, sizeof *s->sites);
	for (size_t i = 0; i < s->stack_count; i++) {
		const struct stack_sum *sum = &s->stacks[i];
		uint32_t user = site_user_frame(sum);
		const struct frame *frame = stacks_frame(&sum->process->stacks, sum->stack, user);
		struct site_key key = {
		        .file = frame->file,
		        .function = frame->qualified,
		        .line = frame->line,
		        .libraries = site_libraries(s->texts, names, sum, user, frame->kind),
		        .stage = sum->stage};
		struct call_site *site = sites_site(s, &table, &key, (uint32_t)i);
		sites_see_native(s, names, site, (uint32_t)i);
		site_sum_add(&site->sum, &sum->sum);
		site->stacks++;
	}
	entry = table;
	HASH_CLEAR(hh, table);
	for (; entry; entry = next) {
		next = entry->hh.next;
		free(entry);
	}
	qsort(s->sites, s->site_count, sizeof *s->sites, sites_compare);
}

static void sites_free(void *state)
{
	struct call_sites *s = state;

	for (size_t i = 0; s->parts && i < s->part_count; i++) {
		free(s->parts[i].first);
		free(s->parts[i].sums);
		likely_free(s->parts[i].likely);
	}
	free(s->parts);
	free(s->stacks);
	free(s->sites);
	names_free(s->texts);
	free(s);
}

const struct analysis analysis_call_sites = {
        .columns = BATCH_WANT(STACK),
        .shared = true,
        .make = sites_make,
        .add = sites_add,
        .finish = sites_finish,
        .free = sites_free,
};
