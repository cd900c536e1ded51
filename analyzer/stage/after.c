/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/after.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "measure/mapped.h"
#include "read/merge.h"
#include "stage/evaluate.h"
#include "stage/fold.h"
#include "stage/held.h"

/* Data are gone over so often to try one state: to sum up, and to look closer. */
#define AFTER_PASSES 2
/* One file in so many may be looked at besides. */
#define AFTER_BESIDES 8
/* Who learns on needs at least this part of what it learnt from: one in so many bytes. */
#define AFTER_PART 2

struct after_search {
	const struct judge *judge;
	struct fold_search fold; /* its process: who went back */
	struct after *afters;
};

static bool after_any(const struct after_search *s, const struct process *p, int64_t since)
{
	for (size_t i = 1; i < p->file_count; i++)
		if (fold_is_cut(&s->fold, p, i, since))
			return true;
	return false;
}

struct after_lane {
	struct after *after;
	const bool *cut; /* by file */
	struct handles *handles;
	bool ignores_marks;
};

/* A read or write; how it follows the one before is known as in the first pass. */
static void after_event(const struct after_lane *lane, const struct slice *s, uint32_t i,
                        const struct call *call)
{
	uint64_t *const *column = s->batch->column;
	const struct process *p = s->process;
	uint64_t kind = column[AIOT_COLUMN_CALL][i], size = column[AIOT_COLUMN_SIZE][i];
	int64_t offset = (int64_t)column[AIOT_COLUMN_OFFSET][i];
	int64_t result = (int64_t)column[AIOT_COLUMN_RESULT][i];
	uint32_t at = process_file(p, column[AIOT_COLUMN_FILE][i]);
	struct after_file *file = &lane->after->files[at];
	bool marked = column[AIOT_COLUMN_FLAGS][i] & AIOT_EVENT_MARKED && !lane->ignores_marks;
	struct step step = {0};

	if ((result | offset) >= 0)
		step = handles_access(lane->handles, p->number,
		                      (uint32_t)column[AIOT_COLUMN_HANDLE][i],
		                      call->class == AIOT_CLASS_WRITE, offset, result);
	if (call->class != AIOT_CLASS_READ || !lane->cut[at] || marked ||
	    !way_within(lane->after->spans, lane->after->span_count,
	                wrap_add(column[AIOT_COLUMN_START][i], (uint64_t)p->clock)))
		return;
	file->ops += mapped_weight(kind, column[AIOT_COLUMN_AUX][i]);
	file->bytes += result > 0 ? (uint64_t)result : 0;
	file->begins += result > 0 && offset == 0;
	if ((result | offset) < 0)
		return;
	if (mapped_is_around(kind))
		step.kind = step_of_fault(step);
	pattern_count(&lane->after->read, step.kind, result, (uint64_t)offset, size);
	seeks_add(&lane->after->seeks, step.distance);
}

static void after_count(const struct after_search *s, const struct process *p, const bool *cut)
{
	struct recording *r = s->judge->features->recording;
	struct after_lane lane = {.after = &s->afters[p->number],
	                          .cut = cut,
	                          .handles = handles_new(),
	                          .ignores_marks = r->ignore_marks};
	struct merge *merge = merge_new(r, BATCH_ALL & ~BATCH_WANT(STACK), p);
	struct slice slice;

	while (merge_next(merge, &slice))
		for (uint32_t i = slice.begin; i < slice.end; i++) {
			const struct call *call =
			        process_call(p, slice.batch->column[AIOT_COLUMN_CALL][i]);
			bool data =
			        call->class == AIOT_CLASS_READ || call->class == AIOT_CLASS_WRITE;
			if (data && !call_is_again(call))
				after_event(&lane, &slice, i, call);
		}
	merge_free(merge);
	handles_free(lane.handles);
}

static void after_process(const struct after_search *s, const struct process *p,
                          const struct way_span *spans, size_t count)
{
	struct after *after = &s->afters[p->number];
	bool *cut;

	after->spans = memory_get(count, sizeof *spans);
	memcpy(after->spans, spans, count * sizeof *spans);
	after->span_count = count;
	if (!after_any(s, p, spans[0].from))
		return;
	cut = memory_get(p->file_count, sizeof *cut);
	for (size_t i = 1; i < p->file_count; i++)
		cut[i] = fold_is_cut(&s->fold, p, i, spans[0].from);
	after->files = memory_get(p->file_count, sizeof *after->files);
	after_count(s, p, cut);
	free(cut);
}

/* What processes read to train, by name: all told, and since then. */
struct after_sum {
	uint64_t ops, bytes;
	bool learnt;
};

static void after_add(const struct after_search *s, size_t n, struct after_sum *sums)
{
	const struct process *p = &s->judge->recording->processes[n];
	const struct after_file *files = s->afters[n].files;

	for (size_t i = 1; i < p->file_count; i++) {
		struct after_sum *sum = &sums[process_file_at(p, i)->name];
		sum->learnt |= fold_is_cut(&s->fold, p, i, 0);
		if (!files)
			continue;
		sum->ops += files[i].ops;
		sum->bytes += files[i].bytes;
	}
}

/* Whether files are gone over more often than it takes to try what was read back, and they
 * are not just a small part of what was learnt from; where nothing was read back, one of
 * both is enough. */
static bool after_goes_on(const struct judge *j, const struct conduct *c,
                          const struct after_sum *sums)
{
	uint64_t most = c->tried > AFTER_PASSES ? c->tried : AFTER_PASSES;
	bool often, much;
	uint64_t learnt = 0, again = 0;
	uint32_t all = 0, more = 0;

	for (uint32_t i = 0; i < names_count(j->recording->names); i++) {
		uint64_t extent = (uint64_t)j->shared[i].extent;
		all += sums[i].ops > 0;
		more += extent && sums[i].bytes / extent > most;
		learnt += sums[i].learnt ? extent : 0;
		again += sums[i].ops ? extent : 0;
	}
	often = more * AFTER_BESIDES > all;
	much = again * AFTER_PART >= learnt;
	return c->tried ? often && much : often || much;
}

static bool after_trains(const struct after_search *s)
{
	const struct judge *j = s->judge;
	const struct process *who = s->fold.process;
	struct after_sum *sums = memory_get(names_count(j->recording->names), sizeof *sums);
	bool trains;

	for (size_t n = 0; n < j->recording->count; n++)
		if (evaluate_works_for(j, n, who))
			after_add(s, n, sums);
	trains = after_goes_on(j, &j->conducts[who->number], sums);
	free(sums);
	return trains;
}

static void after_all(const struct after_search *s, const struct way_span *spans, size_t count)
{
	const struct judge *j = s->judge;

	for (size_t n = 0; n < j->recording->count; n++)
		if (evaluate_works_for(j, n, s->fold.process))
			after_process(s, &j->recording->processes[n], spans, count);
}

/* Whether it tries, from then on. */
static bool after_search(const struct after_search *s)
{
	const struct judge *j = s->judge;
	const struct conduct *c = &j->conducts[s->fold.process->number];

	after_all(s, &(struct way_span){c->tried ? c->returned : c->answered, INT64_MAX}, 1);
	if (!after_trains(s))
		return true;
	for (size_t n = 0; n < j->recording->count; n++)
		if (evaluate_works_for(j, n, s->fold.process))
			after_free(&s->afters[n]);
	return false;
}

typedef struct way_span *after_find(const struct fold_search *, size_t *);

/* Whether it does at times that are found so. */
static bool after_at_times(const struct after_search *s, after_find *find)
{
	size_t count;
	struct way_span *spans = find(&s->fold, &count);

	if (count)
		after_all(s, spans, count);
	free(spans);
	return count;
}

void afters_find(struct after *afters, const struct judge *j, uint32_t run,
                 const struct kinds *kinds, uint16_t *const *kind_of)
{
	for (size_t n = 0; n < j->recording->count; n++) {
		const struct process *p = &j->recording->processes[n];
		const struct conduct *c = &j->conducts[n];
		struct after_search search = {j, {j, p, kinds, kind_of}, afters};
		if (p->run != run || p->role == ROLE_WORKER)
			continue;
		if ((c->looks_back || (c->maps_back && !c->tried)) &&
		    after_at_times(&search, folds_find))
			continue;
		if (!c->looks_back && (c->tried || c->answered) && after_search(&search))
			continue;
		if (c->saves && !c->tried && !c->looks_back)
			after_at_times(&search, held_find);
	}
}

void after_free(struct after *after)
{
	free(after->spans);
	free(after->files);
	*after = (struct after){0};
}
