/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/held.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/wrap.h"
#include "read/merge.h"
#include "stage/evaluate.h"
#include "stage/reason.h"

/* Turns to files that are kept in memory, 16 bytes each. */
#define TURNS_MOST (UINT32_C(1) << 20)
#define SPANS_MOST 64
/* A state that is tried is one of so many at least. */
#define FOLDS_LEAST 2
/* One in so many files may be tried by two states, or not be learnt from; and one in so many turns
 * more is as usual. */
#define HELD_BESIDES 4

/* A file is turned to, or a state has been saved. */
struct held_turn {
	int64_t time;   /* CLOCK_REALTIME in ns */
	uint32_t place; /* of the file; 0 = saved */
};

/* A file that the process and its workers go over. */
struct held_file {
	int64_t last;           /* when it was read last, CLOCK_REALTIME in ns */
	uint64_t bytes;         /* that it has */
	uint32_t usual;         /* how often it is turned to between the others; at most */
	uint32_t now;           /* so often since then ... */
	size_t since;           /* ... after that many turns to others */
	bool over;              /* more often than is usual */
	bool recurs;            /* again and again, or in any order */
	int64_t written;        /* last, by the process or its workers; until then it is made */
	uint32_t learnt, tried; /* for the last such state, from 1; 0 = none */
	uint32_t trials;        /* by how many */
};

struct held {
	const struct fold_search *search;
	int64_t saved;           /* for the last time */
	uint32_t *place;         /* by name, 0 = not gone over */
	struct held_file *files; /* by place; 0 is none */
	uint32_t file_count;     /* with 0 */
	struct held_turn *turns; /* by time, when all are there */
	size_t turn_count, turn_room;
	bool fewer; /* bytes are read after the last state was saved than not */
};

static const struct judge *held_judge(const struct held *h)
{
	return h->search->judge;
}

static bool held_takes(const struct held *h, size_t n)
{
	return evaluate_works_for(held_judge(h), n, h->search->process);
}

/* At least one, as what is only mapped has a size that is not known. */
static uint64_t held_bytes(const struct judge *j, uint32_t name)
{
	return j->shared[name].extent > 0 ? (uint64_t)j->shared[name].extent : 1;
}

/* What is read to train, or to infer though nobody has said so, by who trains. */
static bool held_goes_over(const struct held *h, const struct process *p, size_t i)
{
	const struct fold_search *s = h->search;
	const struct kind *kind = &s->kinds->items[s->kind_of[p->number][i]];
	const struct verdict *v = &kind->verdicts[DIRECTION_READ];

	return fold_is_cut(s, p, i, INT64_MIN) ||
	       (v->stage == AIOT_STAGE_INFERENCE && v->reason != REASON_MARKED);
}

static void held_list_process(struct held *h, const struct process *p, size_t *room)
{
	const struct judge *j = held_judge(h);

	for (size_t i = 1; i < p->file_count; i++) {
		uint32_t name = process_file_at(p, i)->name, *place = &h->place[name];
		const struct use *u;
		if (!held_goes_over(h, p, i))
			continue;
		u = features_use(j->features, p->number, i, &(struct use){0});
		if (!*place) {
			h->files = memory_grow(h->files, h->file_count, room, sizeof *h->files);
			h->files[h->file_count] = (struct held_file){
			        .bytes = held_bytes(j, name),
			        .recurs = j->shared[name].recurs || j->shared[name].random};
			*place = h->file_count++;
		}
		if (u->last_write > h->files[*place].written)
			h->files[*place].written = u->last_write;
		if (u->last_read > h->files[*place].last)
			h->files[*place].last = u->last_read;
	}
}

/* Whether some of them, but not all, are read after the last state was saved. */
static bool held_list(struct held *h)
{
	const struct judge *j = held_judge(h);
	uint64_t later = 0, others = 0;
	size_t room = 0;

	h->place = memory_get(names_count(j->recording->names), sizeof *h->place);
	h->files = memory_grow(NULL, 0, &room, sizeof *h->files);
	h->files[0] = (struct held_file){0};
	h->file_count = 1;
	for (size_t n = 0; n < j->recording->count; n++)
		if (held_takes(h, n))
			held_list_process(h, &j->recording->processes[n], &room);
	for (uint32_t i = 1; i < h->file_count; i++)
		*(h->files[i].last > h->saved ? &later : &others) += h->files[i].bytes;
	h->fewer = later <= others;
	return later && others;
}

static void held_add(struct held *h, int64_t time, uint32_t place)
{
	if (h->turn_count > TURNS_MOST)
		return;
	h->turns = memory_grow(h->turns, h->turn_count, &h->turn_room, sizeof *h->turns);
	h->turns[h->turn_count++] = (struct held_turn){time, place};
}

/* The file that a process reads, since when, and one that it has opened since. */
struct held_at {
	size_t reads, opened;
	int64_t time;
};

static void held_event(struct held *h, const struct slice *s, uint32_t i, struct held_at *at)
{
	uint64_t *const *column = s->batch->column;
	const struct process *p = s->process;
	const struct call *call = process_call(p, column[AIOT_COLUMN_CALL][i]);
	size_t file = process_file(p, column[AIOT_COLUMN_FILE][i]);
	uint32_t name = process_file_at(p, file)->name;
	int64_t time = wrap_add(column[AIOT_COLUMN_START][i], (uint64_t)p->clock);

	if (call_is_again(call) || !file || (int64_t)column[AIOT_COLUMN_RESULT][i] < 0)
		return;
	if (call->class == AIOT_CLASS_OPEN)
		at->opened = file;
	if (call->class == AIOT_CLASS_WRITE && held_judge(h)->shared[name].checkpoint)
		held_add(h, time, 0);
	if (call->class != AIOT_CLASS_READ || !h->place[name] ||
	    time < h->files[h->place[name]].written)
		return;
	if (file != at->reads || file == at->opened || (at->time <= h->saved && time > h->saved))
		held_add(h, time, h->place[name]);
	*at = (struct held_at){.reads = file, .time = time};
}

static void held_read(struct held *h, const struct process *p)
{
	struct merge *merge =
	        merge_new(held_judge(h)->features->recording, BATCH_ALL & ~BATCH_WANT(STACK), p);
	struct held_at at = {0};
	struct slice slice;

	while (merge_next(merge, &slice))
		for (uint32_t i = slice.begin; i < slice.end; i++)
			held_event(h, &slice, i, &at);
	merge_free(merge);
}

static int held_by_time(const void *one, const void *other)
{
	const struct held_turn *a = one, *b = other;

	return a->time < b->time ? -1 : a->time > b->time;
}

/* Whether all turns are known. */
static bool held_turns(struct held *h)
{
	const struct judge *j = held_judge(h);

	for (size_t n = 0; n < j->recording->count; n++)
		if (held_takes(h, n))
			held_read(h, &j->recording->processes[n]);
	if (!h->turn_count || h->turn_count > TURNS_MOST)
		return false;
	qsort(h->turns, h->turn_count, sizeof *h->turns, held_by_time);
	return true;
}

static bool held_is_later(const struct held *h, uint32_t place)
{
	return h->files[place].last > h->saved;
}

static size_t held_others(const struct held *h)
{
	size_t others = 0;

	for (size_t i = 0; i < h->turn_count; i++)
		others += h->turns[i].place && !held_is_later(h, h->turns[i].place);
	return others;
}

/* A turn to one of the later files, after so many to others; `last`: of all. Whether it is one too
 * many: clearly more than come between others, or before the last state is saved. */
static bool held_exceeds(struct held_file *f, size_t others, bool last, bool saved)
{
	f->now = f->since == others ? f->now + 1 : 1;
	f->since = others;
	if (!last || !saved)
		f->usual = f->now > f->usual ? f->now : f->usual;
	f->over |= last && saved && f->usual && f->now > f->usual + f->usual / HELD_BESIDES;
	return last && saved && f->usual && f->now > f->usual;
}

/* The last turn before that one, and not before the state was saved. */
static int64_t held_before(const struct held *h, size_t turn)
{
	int64_t before = turn ? h->turns[turn - 1].time : 0;

	return before > h->saved ? before : h->saved;
}

/* From when on most of the later files are turned to once more than they are after each turn of
 * learning, though nothing was learnt since; 0 = they are not. */
static int64_t held_once_more(struct held *h)
{
	size_t all = held_others(h), others = 0;
	uint32_t later = 0, over = 0;
	int64_t since = 0;

	for (size_t i = 0; i < h->turn_count; i++) {
		const struct held_turn *t = &h->turns[i];
		if (!t->place)
			continue;
		if (!held_is_later(h, t->place))
			others++;
		else if (held_exceeds(&h->files[t->place], others, others == all,
		                      t->time > h->saved) &&
		         !since)
			since = held_before(h, i);
	}
	for (uint32_t i = 1; i < h->file_count; i++) {
		later += held_is_later(h, i);
		over += h->files[i].over;
	}
	return 2 * over > later ? since : 0;
}

/* Whether the others are gone over again and again, most of them. */
static bool held_others_recur(const struct held *h)
{
	uint32_t others = 0, recur = 0;

	for (uint32_t i = 1; i < h->file_count; i++) {
		others += !held_is_later(h, i);
		recur += !held_is_later(h, i) && h->files[i].recurs;
	}
	return 2 * recur > others;
}

/* From when on all that is read is new, by who went over the rest again and again, has mapped a
 * state again, or turns to what is unlike that by name; 0 = never. */
static int64_t held_anew(const struct held *h)
{
	const struct conduct *c = &held_judge(h)->conducts[h->search->process->number];

	for (size_t i = 0; i < h->turn_count; i++) {
		const struct held_turn *t = &h->turns[i];
		if (t->place && held_is_later(h, t->place) != (t->time > h->saved))
			return 0;
	}
	return held_others_recur(h) || c->maps_back || c->asked > h->saved ? h->saved : 0;
}

/* Where the process is, on its way from state to state. */
struct held_course {
	struct way_span *spans;
	size_t count;
	int64_t saved;  /* since when it tries; 0 = it learns */
	uint32_t state; /* from 1 */
	bool tried;     /* anything */
};

static void held_tries(struct held_course *c, struct held_file *f)
{
	c->tried = true;
	f->trials += f->tried != c->state;
	f->tried = c->state;
}

static void held_ends(struct held_course *c, int64_t until)
{
	if (c->tried && c->count < SPANS_MOST)
		c->spans[c->count++] = (struct way_span){c->saved, until};
	c->saved = 0;
	c->tried = false;
	c->state++;
}

static void held_goes_on(struct held_course *c, struct held_file *f, const struct held_turn *t)
{
	if (!t->place) {
		c->saved = c->tried ? c->saved : t->time;
		return;
	}
	if (c->saved && f->learnt != c->state) {
		held_tries(c, f);
		return;
	}
	if (c->saved)
		held_ends(c, t->time);
	f->learnt = c->state;
}

/* What each state is tried by, others are learnt from. */
static bool held_are_folds(const struct held *h)
{
	uint32_t tried = 0, trials = 0, learnt = 0;

	for (uint32_t i = 1; i < h->file_count; i++) {
		const struct held_file *f = &h->files[i];
		tried += f->trials > 0;
		trials += f->trials;
		learnt += f->trials && f->learnt;
	}
	return trials - tried <= tried / HELD_BESIDES && tried - learnt <= tried / HELD_BESIDES;
}

/* Where states are learnt from parts of the data, one after the other, and each is tried by the
 * other part until it comes to what it was learnt from. */
static size_t held_folds(struct held *h, struct way_span *spans)
{
	struct held_course course = {.spans = spans, .state = 1};

	for (size_t i = 0; i < h->turn_count; i++)
		held_goes_on(&course, &h->files[h->turns[i].place], &h->turns[i]);
	if (!course.saved || !course.tried)
		return 0;
	held_ends(&course, INT64_MAX);
	return course.count >= FOLDS_LEAST && held_are_folds(h) ? course.count : 0;
}

static size_t held_cut(struct held *h, struct way_span *spans)
{
	int64_t since = held_anew(h);

	if (!since && !h->fewer)
		return 0;
	since = since ? since : held_once_more(h);
	if (!since)
		return held_folds(h, spans);
	spans[0] = (struct way_span){since, INT64_MAX};
	return 1;
}

struct way_span *held_find(const struct fold_search *search, size_t *count)
{
	struct held h = {.search = search,
	                 .saved = search->judge->conducts[search->process->number].last_save};
	struct way_span *spans = NULL;

	*count = 0;
	if (held_list(&h) && held_turns(&h)) {
		spans = memory_get(SPANS_MOST, sizeof *spans);
		*count = held_cut(&h, spans);
	}
	free(h.place);
	free(h.files);
	free(h.turns);
	return spans;
}
