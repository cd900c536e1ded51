/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a state is read back and another one is saved later, what is read between is the
 * trial of the one, then the learning of the other. Each file that is turned to says which:
 * to learn all are turned to as often, those that are tried once more, or fewer times, and
 * before all others. Where nothing is read between, the other state is the same, exported.
 */
#include "stage/fold.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/wrap.h"
#include "read/merge.h"
#include "read/system.h"
#include "stage/evaluate.h"
#include "stage/reason.h"

#define FOLDS_MOST 64
/* Turns of files that are kept in memory, 24 bytes each. */
#define TURNS_MOST (UINT32_C(1) << 20)
#define FEW_FILES  4 /* of fewer nothing is known */
#define OFTEN_MOST 1024
/* What is tried is gone over so often at most when nothing is learnt any more ... */
#define LAST_PASSES 2
/* ... but for one file in so many. */
#define LAST_BESIDES 8
/* Weights are so much of the largest file at least, with what else is saved in it. */
#define STATE_SHARE 4
/* What is saved soon after is saved with it. */
#define TOGETHER_NS INT64_C(2000000000)

/* How often a file is turned to in one of the times, and when first. */
struct fold_turns {
	uint32_t count;
	int64_t first, second; /* CLOCK_REALTIME in ns */
};

struct folds {
	const struct fold_search *search;
	struct way_span spans[FOLDS_MOST]; /* from a state's reading to the next one's writing */
	bool again[FOLDS_MOST];            /* from that writing on: the same state may be tried */
	size_t count;
	bool *states;     /* by the process's files: it goes back to them */
	uint64_t largest; /* bytes of one that it wrote */
	uint32_t *place;  /* by name: of the files, + 1; 0 = not gone over */
	uint32_t files;
	struct fold_turns *turns; /* [span][place] */
};

#define fold_use(j, p, i) features_use((j)->features, (p)->number, i, &(struct use){0})

bool fold_is_cut(const struct fold_search *s, const struct process *p, size_t i, int64_t since)
{
	const struct kind *kind = &s->kinds->items[s->kind_of[p->number][i]];
	const struct verdict *v = &kind->verdicts[DIRECTION_READ];

	return v->stage == AIOT_STAGE_TRAIN && v->reason != REASON_MARKED &&
	       fold_use(s->judge, p, i)->last_read > since;
}

/* What a process's events tell, in order. */
struct fold_state {
	bool saved;     /* a state, since one was read back */
	bool data;      /* read since */
	uint64_t bytes; /* of a state, read since one was saved */
};

/* A part of the process's time begins. */
static void fold_begin(struct folds *f, int64_t from, bool again)
{
	if (f->count == FOLDS_MOST)
		return;
	f->again[f->count] = again;
	f->spans[f->count++] = (struct way_span){from, INT64_MAX};
}

/* The one that has begun; NULL if none has, or it has ended. */
static struct way_span *fold_open(struct folds *f)
{
	struct way_span *span = f->count ? &f->spans[f->count - 1] : NULL;

	return span && span->until == INT64_MAX ? span : NULL;
}

static void fold_saves(struct folds *f, struct fold_state *at, int64_t start, int64_t end)
{
	struct way_span *span = fold_open(f);
	bool again = span && f->again[f->count - 1];

	if (again && !at->data && start < span->from + TOGETHER_NS) {
		span->from = end;
	} else if (span) {
		span->until = start;
		if (!again)
			fold_begin(f, end, true);
	}
	*at = (struct fold_state){.saved = true};
}

static void fold_loads(struct folds *f, struct fold_state *at, int64_t start, int64_t end)
{
	struct way_span *span = fold_open(f);

	if (at->saved) {
		if (span)
			span->until = start;
		fold_begin(f, end, false);
	} else if (span) {
		span->from = end;
	}
	at->saved = false;
}

typedef void fold_visit(struct folds *, const struct slice *, uint32_t, const struct call *,
                        void *);

static void folds_each(struct folds *f, const struct process *p, fold_visit *visit, void *context)
{
	struct recording *r = f->search->judge->features->recording;
	struct merge *merge = merge_new(r, BATCH_ALL & ~BATCH_WANT(STACK), p);
	struct slice slice;

	while (merge_next(merge, &slice))
		for (uint32_t i = slice.begin; i < slice.end; i++) {
			const struct call *call =
			        process_call(p, slice.batch->column[AIOT_COLUMN_CALL][i]);
			if (!call_is_again(call))
				visit(f, &slice, i, call, context);
		}
	merge_free(merge);
}

static void fold_state_event(struct folds *f, const struct slice *s, uint32_t i,
                             const struct call *call, void *context)
{
	uint64_t *const *column = s->batch->column;
	const struct process *p = s->process;
	size_t file = process_file(p, column[AIOT_COLUMN_FILE][i]);
	bool maps = call->class == AIOT_CLASS_MAP;
	int64_t result = (int64_t)column[AIOT_COLUMN_RESULT][i];
	int64_t start = wrap_add(column[AIOT_COLUMN_START][i], (uint64_t)p->clock);
	int64_t end = wrap_add((uint64_t)start, column[AIOT_COLUMN_DURATION][i]);
	struct fold_state *at = context;

	if ((call->class != AIOT_CLASS_READ && call->class != AIOT_CLASS_WRITE && !maps) ||
	    (maps ? result < 0 : result <= 0) || !file)
		return;
	if (!f->states[file]) {
		at->data |= call->class == AIOT_CLASS_READ &&
		            fold_is_cut(f->search, p, file, INT64_MIN);
		return;
	}
	if (call->class == AIOT_CLASS_WRITE) {
		fold_saves(f, at, start, end);
		return;
	}
	if (maps)
		result = f->search->judge->shared[process_file_at(p, file)->name].extent;
	at->bytes += (uint64_t)result;
	if (at->bytes >= f->largest / STATE_SHARE)
		fold_loads(f, at, start, end);
}

/* What are surely states, and what is loaded as they are. */
static void folds_states(struct folds *f)
{
	const struct judge *j = f->search->judge;
	const struct process *p = f->search->process;

	f->states = memory_get(p->file_count, sizeof *f->states);
	for (size_t i = 1; i < p->file_count; i++) {
		const struct shared *s = &j->shared[process_file_at(p, i)->name];
		uint64_t extent = s->extent > 0 ? (uint64_t)s->extent : 0;
		judge_fetch(j, p, i);
		f->states[i] = system_is_not(j->recording, process_file_at(p, i)) &&
		               (s->checkpoint || (judge_is_loaded(s, fold_use(j, p, i)) &&
		                                  !s->recurs && !s->random));
		if (f->states[i] && fold_use(j, p, i)->write_bytes && extent > f->largest)
			f->largest = extent;
	}
}

/* Names of what it and its workers go over. */
static void folds_list(struct folds *f)
{
	const struct judge *j = f->search->judge;

	f->place = memory_get(names_count(j->recording->names), sizeof *f->place);
	for (size_t n = 0; n < j->recording->count; n++) {
		const struct process *p = &j->recording->processes[n];
		for (size_t i = 1;
		     evaluate_works_for(j, n, f->search->process) && i < p->file_count; i++) {
			uint32_t *place = &f->place[process_file_at(p, i)->name];
			if (!*place && fold_is_cut(f->search, p, i, f->spans[0].from))
				*place = ++f->files;
		}
	}
}

/* The file that a process reads, and one that it has opened since. */
struct fold_at {
	size_t reads, opened;
};

static void fold_turn(struct fold_turns *t, int64_t time)
{
	t->count++;
	if (!t->first || time < t->first) {
		t->second = t->first;
		t->first = time;
	} else if (!t->second || time < t->second) {
		t->second = time;
	}
}

static void fold_data_event(struct folds *f, const struct slice *s, uint32_t i,
                            const struct call *call, void *context)
{
	uint64_t *const *column = s->batch->column;
	struct fold_at *at = context;
	const struct process *p = s->process;
	size_t file = process_file(p, column[AIOT_COLUMN_FILE][i]), span = 0;
	uint32_t place = f->place[process_file_at(p, file)->name];
	int64_t time = (int64_t)(column[AIOT_COLUMN_START][i] + (uint64_t)p->clock);

	if (!file || !place || (int64_t)column[AIOT_COLUMN_RESULT][i] < 0)
		return;
	at->opened = call->class == AIOT_CLASS_OPEN ? file : at->opened;
	if (call->class != AIOT_CLASS_READ || (file == at->reads && file != at->opened))
		return;
	*at = (struct fold_at){.reads = file};
	while (span < f->count && f->spans[span].until <= time)
		span++;
	if (span < f->count && time > f->spans[span].from)
		fold_turn(&f->turns[span * f->files + place - 1], time);
}

/* How often most files are turned to. */
static uint32_t fold_often(const struct fold_turns *turns, uint32_t files)
{
	uint32_t counts[OFTEN_MOST] = {0}, most = 0;

	for (uint32_t i = 0; i < files; i++)
		if (turns[i].count && turns[i].count < OFTEN_MOST)
			counts[turns[i].count]++;
	for (uint32_t k = 1; k < OFTEN_MOST; k++)
		most = counts[k] > counts[most] ? k : most;
	return most;
}

/* When others than those that are turned to more often, or fewer times, were turned to, if
 * these came before; else 0. */
static int64_t fold_parted(const struct fold_turns *turns, uint32_t files, uint32_t often,
                           bool more)
{
	int64_t last = 0, rest = INT64_MAX;

	for (uint32_t i = 0; i < files; i++) {
		const struct fold_turns *t = &turns[i];
		bool tried = more ? t->count > often : t->count && t->count < often;
		int64_t then = tried ? t->second : t->first;
		if (tried && t->first > last)
			last = t->first;
		if (then && then < rest)
			rest = then;
	}
	return last && last < rest ? rest : 0;
}

/* When one is turned to again, before half of them are turned to at all; else 0. */
static int64_t fold_again(const struct fold_turns *turns, uint32_t files)
{
	uint32_t before = 0, all = 0;
	int64_t again = INT64_MAX;

	for (uint32_t i = 0; i < files; i++)
		if (turns[i].second && turns[i].second < again)
			again = turns[i].second;
	for (uint32_t i = 0; i < files; i++) {
		all += turns[i].count > 0;
		before += turns[i].count && turns[i].first < again;
	}
	return again < INT64_MAX && before <= all / 2 ? again : 0;
}

/* Until when a state is tried that others follow; 0 = that is not known. */
static int64_t fold_until(const struct fold_turns *turns, uint32_t files)
{
	uint32_t often = fold_often(turns, files), all = 0;
	int64_t until;

	for (uint32_t i = 0; i < files; i++)
		all += turns[i].count > 0;
	if (all < FEW_FILES)
		return 0;
	until = fold_parted(turns, files, often, true);
	until = until ? until : fold_parted(turns, files, often, false);
	return until ? until : fold_again(turns, files);
}

/* Whether nothing is learnt after the last one. */
static bool fold_only_tries(const struct fold_turns *turns, uint32_t files)
{
	uint32_t all = 0, more = 0;

	for (uint32_t i = 0; i < files; i++) {
		all += turns[i].count > 0;
		more += turns[i].count > LAST_PASSES;
	}
	return all && more * LAST_BESIDES <= all;
}

static bool fold_any(const struct fold_turns *turns, uint32_t files)
{
	for (uint32_t i = 0; i < files; i++)
		if (turns[i].count)
			return true;
	return false;
}

static size_t folds_cut(const struct folds *f, struct way_span *spans)
{
	bool same = false; /* a state was read back, and nothing was learnt since */
	size_t found = 0;

	for (size_t k = 0; k < f->count; k++) {
		const struct fold_turns *turns = &f->turns[k * f->files];
		bool last = f->spans[k].until == INT64_MAX, known = f->again[k] ? same : found;
		int64_t until = 0;
		same = !f->again[k] && !fold_any(turns, f->files);
		if (last && known && fold_only_tries(turns, f->files))
			until = INT64_MAX;
		else if (!f->again[k] || known)
			until = fold_until(turns, f->files);
		if (until)
			spans[found++] = (struct way_span){f->spans[k].from, until};
	}
	return found;
}

struct way_span *folds_find(const struct fold_search *search, size_t *count)
{
	const struct judge *j = search->judge;
	struct folds *f = memory_get(1, sizeof *f);
	struct way_span *spans = NULL;

	*count = 0;
	f->search = search;
	folds_states(f);
	folds_each(f, search->process, fold_state_event, &(struct fold_state){0});
	if (f->count)
		folds_list(f);
	if (f->files && f->count * (uint64_t)f->files <= TURNS_MOST) {
		f->turns = memory_get(f->count * f->files, sizeof *f->turns);
		for (size_t n = 0; n < j->recording->count; n++)
			if (evaluate_works_for(j, n, search->process))
				folds_each(f, &j->recording->processes[n], fold_data_event,
				           &(struct fold_at){0});
		spans = memory_get(f->count, sizeof *spans);
		*count = folds_cut(f, spans);
	}
	free(f->states);
	free(f->place);
	free(f->turns);
	free(f);
	return spans;
}
