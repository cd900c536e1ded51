/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/consumer.h"

#include <stdlib.h>

#include "analysis/analysis.h"
#include "analysis/asleep.h"
#include "analysis/fetch.h"
#include "analysis/loader_for.h"
#include "analysis/loader_pipes.h"
#include "base/memory.h"
#include "base/wrap.h"

/* What is this far behind belongs to the fetch no more. */
#define APART_NS 20000000
/* A wait that a signal cut is taken up within that time. */
#define CUT_NS 1000000
/* Workers made longer before the first fetch were made for later. */
#define EARLY_NS 500000000
/* Reads from workers during one wait of the main thread that are not for it. */
#define FEW_IN_WAIT 16
/* Who waits for so much of a window does nothing else. */
#define WAITS 0.5

/* Whether its workers hand their data over by other means than pipes. */
static bool consumer_silent(const struct consumers *all, const struct process *p)
{
	bool workers = false;

	for (size_t i = 0; i < all->recording->count; i++)
		workers |= all->made_by[i] == p->number + 1;
	for (size_t i = 1; workers && i < p->file_count; i++)
		workers = all->pipes[p->number][i] != PIPE_WORKERS;
	return workers;
}

static void *consumer_make(const struct known *known)
{
	struct consumers *all = memory_get(1, sizeof *all);
	const struct recording *r = known->recording;
	struct loader_ends by;

	all->recording = r;
	all->of = memory_get(r->count, sizeof *all->of);
	all->first_train_ns = memory_get(r->count, sizeof *all->first_train_ns);
	all->busy_until_ns = memory_get(r->count, sizeof *all->busy_until_ns);
	all->made_by = loaders_for(known->features);
	all->remote = loaders_remote(known->features);
	all->pipes = memory_get(r->count, sizeof *all->pipes);
	all->silent = memory_get(r->count, sizeof *all->silent);
	all->evidence = known->features->evidence;
	by = loader_ends(known->features, all->made_by);
	for (size_t i = 0; i < r->count; i++) {
		const struct process *p = &r->processes[i];
		if (!process_is_main(p))
			continue;
		all->pipes[i] = loader_pipes(known->features, p, &by);
		all->silent[i] = consumer_silent(all, p);
	}
	loader_ends_free(&by);
	return all;
}

static void consumer_fetched(struct consumer *c, int64_t start, int64_t end)
{
	timeline_add(&c->timeline, TIMELINE_FETCH, start, end);
	c->fetching = true;
	c->end_ns = end > c->end_ns || !c->end_ns ? end : c->end_ns;
}

static void consumer_phase(struct consumer *c, int64_t start, int64_t end)
{
	if (!c->first_ns || start < c->first_ns)
		c->first_ns = start;
	if (end <= c->last_ns)
		return;
	c->last_ns = end;
	c->uses_last = true;
}

/* Making workers, and what comes until the first fetch from them. */
static void consumer_made(struct consumer *c, int64_t start)
{
	if (c->made_ns && start > c->made_ns &&
	    wrap_span(c->made_ns, start) - c->made_held_ns < EARLY_NS) {
		consumer_fetched(c, c->made_ns, start);
		consumer_phase(c, c->made_ns, start);
		c->starting_ns = c->made_ns;
	}
	c->made_ns = 0;
}

/* What was fetched last is used until the main thread turns to something else. */
static void consumer_turns(struct consumer *c, int64_t start)
{
	if (!c->uses_last || start < c->last_ns)
		return;
	c->used_ns = start;
	c->uses_last = false;
}

/* A worker's end is a signal, and cuts the wait for it. */
static int64_t consumer_since(const struct consumer *c, int64_t start)
{
	bool at_once =
	        c->cut_ns && start >= c->cut_end_ns && wrap_span(c->cut_end_ns, start) < CUT_NS;

	return at_once ? c->cut_ns : start;
}

/* Has no part in fetching: all that it may be is a wait for a lock. */
static void consumer_holds(struct consumer *c, const struct events *e, uint32_t i)
{
	if (!fetch_holds(e, i))
		return;
	c->made_held_ns += wrap_span(e->start[i], e->end[i]);
	c->lock_ns = e->start[i];
	c->lock_end_ns = e->end[i];
}

static void consumer_goes_on(struct consumer *c, const struct events *e, uint32_t i)
{
	int64_t start = e->start[i], end = e->end[i];
	uint8_t class = e->class[i];

	if (!c->fetching || start < c->end_ns || wrap_span(c->end_ns, start) >= APART_NS)
		return;
	consumer_fetched(c, c->end_ns, end);
	if (process_file_at(e->process, e->file[i])->name && class != AIOT_CLASS_CLOSE &&
	    class != AIOT_CLASS_UNMAP)
		consumer_phase(c, start, end);
}

/* The first data of workers that were made. */
static void consumer_started(struct consumer *c, int64_t end)
{
	if (!c->starting_ns)
		return;
	c->generations = memory_grow(c->generations, c->generation_count, &c->generation_room,
	                             sizeof *c->generations);
	c->generations[c->generation_count++] = (struct generation){c->starting_ns, end};
	c->starting_ns = 0;
}

static void consumer_begins(const struct consumers *all, struct consumer *c, const struct events *e,
                            uint32_t i)
{
	int64_t start = consumer_since(c, e->start[i]), end = e->end[i];

	consumer_made(c, start);
	consumer_fetched(c, start, end);
	consumer_started(c, end);
	if (fetch_holds(e, i) && !all->silent[e->process->number])
		consumer_turns(c, start);
	else
		consumer_phase(c, start, end);
}

static void consumer_main(const struct consumers *all, struct consumer *c, const struct events *e,
                          uint32_t i)
{
	int64_t start = e->start[i], end = e->end[i];

	if (e->stage[i] == AIOT_STAGE_TRAIN && e->class[i] == AIOT_CLASS_READ)
		c->main_bytes += e->bytes[i];
	/* Who sleeps neither waits for data nor turns from what came. */
	if (asleep_is(e, i)) {
		c->fetching = false;
		return;
	}
	if (fetch_locks(e->call[i])) {
		c->wait_ns = start;
		c->wait_end_ns = end;
	}
	switch (fetch_kind(all, c, e, i)) {
	case FETCH_ENDS:
		c->fetching = false;
		consumer_turns(c, start);
		break;
	case FETCH_NO_PART: consumer_holds(c, e, i); break;
	case FETCH_GOES_ON: consumer_goes_on(c, e, i); break;
	case FETCH_MAYBE:
		start = consumer_since(c, start);
		consumer_turns(c, start);
		consumer_fetched(c, start, end);
		c->ending_ns += (uint64_t)wrap_span(start, end);
		break;
	case FETCH_BEGINS: consumer_begins(all, c, e, i); break;
	}
}

static struct loader_thread *consumer_thread(struct consumer *c, uint32_t tid, bool make)
{
	if (c->last_thread < c->thread_count && c->threads[c->last_thread].tid == tid)
		return &c->threads[c->last_thread];
	for (size_t i = 0; i < c->thread_count; i++)
		if (c->threads[i].tid == tid) {
			c->last_thread = (uint32_t)i;
			return &c->threads[i];
		}
	if (!make || c->thread_count == CONSUMER_THREADS)
		return NULL;
	c->threads = memory_grow(c->threads, c->thread_count, &c->thread_room, sizeof *c->threads);
	c->threads[c->thread_count].tid = tid;
	return &c->threads[c->thread_count++];
}

/* Another thread is the first to get data. The main thread may have begun to
 * wait for it before. */
static void consumer_handed(struct consumer *c, bool *by, int64_t start)
{
	int64_t made = c->thread_made_ns;
	bool waits = c->lock_end_ns > start && !c->by_workers && !c->by_threads;

	consumer_made(c, waits ? c->lock_ns : start);
	if (waits)
		consumer_fetched(c, c->lock_ns, c->lock_end_ns);
	if (!*by)
		consumer_phase(c, waits ? c->lock_ns : start, start);
	/* The thread was made to get them. */
	if (by == &c->by_threads && !*by && made && start > made &&
	    wrap_span(made, start) < EARLY_NS) {
		consumer_fetched(c, made, waits ? c->lock_ns : start);
		consumer_phase(c, made, start);
	}
	*by = true;
}

static void consumer_other(const struct consumers *all, struct consumer *c, const struct events *e,
                           uint32_t i)
{
	bool read = e->class[i] == AIOT_CLASS_READ;
	bool train = read && e->stage[i] == AIOT_STAGE_TRAIN;
	struct loader_thread *t = consumer_thread(c, e->tid[i], train);

	if (c->awaited)
		awaited_other(c->awaited, e, i, c->thread_made_ns, &c->timeline,
		              t ? &t->timeline : NULL);

	if (read && all->pipes[e->process->number][e->file[i]] == PIPE_WORKERS) {
		consumer_handed(c, &c->by_workers, e->start[i]);
		if (e->bytes[i])
			consumer_phase(c, e->end[i], e->end[i]);
	}
	if (!t)
		return;
	if (train) {
		consumer_handed(c, &c->by_threads, e->start[i]);
		consumer_phase(c, e->start[i], e->end[i]);
		t->first_ns = t->first_ns ? t->first_ns : e->start[i];
		t->last_ns = e->end[i] > t->last_ns ? e->end[i] : t->last_ns;
		t->bytes += e->bytes[i];
		c->thread_bytes += e->bytes[i];
	}
	if (fetch_locks(e->call[i]))
		timeline_add(&t->timeline, TIMELINE_LOCK, e->start[i], e->end[i]);
	else if (e->stage[i] == AIOT_STAGE_TRAIN)
		timeline_add(&t->timeline, TIMELINE_STORAGE, e->start[i], e->end[i]);
}

/* A main thread makes samples; a thread of its own may hand them over. */
static bool consumer_works(const struct events *e, uint32_t i)
{
	if (e->tid[i] == e->process->pid)
		return e->class[i] != AIOT_CLASS_PROC;
	return e->class[i] == AIOT_CLASS_WRITE &&
	       process_file_at(e->process, e->file[i])->kind == AIOT_FILE_PIPE;
}

/* Of workers, only when they began and when they did something last. */
static void consumer_began(struct consumers *all, const struct events *e)
{
	int64_t *first = &all->first_train_ns[e->process->number],
	        *until = &all->busy_until_ns[e->process->number];
	uint32_t last = e->count;

	while (last > 0 && !consumer_works(e, last - 1))
		last--;
	if (last && e->end[last - 1] > *until)
		*until = e->end[last - 1];
	for (uint32_t i = 0; !*first && i < e->count; i++)
		if ((e->stage[i] == AIOT_STAGE_TRAIN || e->stage[i] == AIOT_STAGE_INFERENCE) &&
		    e->class[i] == AIOT_CLASS_READ)
			*first = e->start[i];
}

static struct consumer *consumer_new(const struct events *e)
{
	struct consumer *c = memory_get(1, sizeof *c);

	c->process = e->process->number;
	return c;
}

/* A thread that may train itself is looked at as main threads are. */
static void consumer_beside(const struct consumers *all, struct consumer *c, const struct events *e,
                            uint32_t i)
{
	bool gets = e->class[i] == AIOT_CLASS_READ && e->bytes[i] &&
	            all->pipes[e->process->number][e->file[i]] == PIPE_WORKERS;

	if (!c->other && (gets || (e->class[i] == AIOT_CLASS_PROC && e->result[i] > 0))) {
		c->other = consumer_new(e);
		c->other_tid = e->tid[i];
	}
	if (!c->other || e->tid[i] != c->other_tid)
		return;
	consumer_main(all, c->other, e, i);
	if (!gets)
		return;
	c->got++;
	if (c->counted_ns != c->wait_ns)
		c->got_in_wait = 0;
	c->counted_ns = c->wait_ns;
	c->got_in_wait += e->start[i] >= c->wait_ns && e->end[i] <= c->wait_end_ns;
	if (c->got_in_wait <= c->most_in_wait)
		return;
	c->most_in_wait = c->got_in_wait;
	c->most_wait_ns = wrap_span(c->wait_ns, c->wait_end_ns);
}

static void consumer_add(void *state, const struct events *e)
{
	struct consumers *all = state;
	struct consumer **c = &all->of[e->process->number];

	consumer_began(all, e);
	if (!all->pipes[e->process->number])
		return;
	if (!*c)
		*c = consumer_new(e);
	for (uint32_t i = 0; i < e->count; i++)
		if (e->tid[i] == e->process->pid) {
			consumer_main(all, *c, e, i);
		} else {
			consumer_other(all, *c, e, i);
			consumer_beside(all, *c, e, i);
		}
}

/* Whom it hands data to would have woken up for them: the thread trains itself. */
static struct consumer *consumer_who(struct consumer *main)
{
	struct consumer *other = main->other;

	if (!other || main->most_in_wait < FEW_IN_WAIT || main->most_in_wait * 2 < main->got ||
	    main->most_wait_ns < wrap_span(other->first_ns, other->last_ns) / 2)
		return main;
	main->other = NULL;
	other->other = main;
	return other;
}

static void consumer_finish(void *state, const struct known *known)
{
	struct consumers *all = state;

	for (size_t i = 0; i < all->recording->count; i++) {
		const struct process *p = &known->recording->processes[i];
		if (!all->of[i])
			continue;
		all->of[i] = consumer_who(all->of[i]);
		consumer_turns(all->of[i], wrap_add(p->end_ns, (uint64_t)p->clock));
		if (all->of[i]->used_ns > all->of[i]->last_ns)
			all->of[i]->last_ns = all->of[i]->used_ns;
	}
}

/* The beginning of the wait that is under way then, to a window of time. */
static int64_t consumer_waited_since(const struct consumer *c, int64_t last, int64_t first)
{
	int64_t width = c->timeline.width_ns, turn = first;

	while (width > 0 && wrap_span(last, turn) >= width &&
	       timeline_between(&c->timeline, TIMELINE_FETCH, turn - width, turn) >=
	               WAITS * wrap_seconds(turn - width, turn))
		turn -= width;
	return turn;
}

int64_t consumer_turn(const struct consumer *c, int64_t last, int64_t first)
{
	for (size_t i = 0; i < c->fork_count; i++)
		if (c->forks[i] > last && c->forks[i] < first)
			return c->forks[i];
	return consumer_waited_since(c, last, first);
}

static void consumer_drop(struct consumer *c)
{
	if (!c)
		return;
	consumer_drop(c->other);
	timeline_free(&c->timeline);
	for (size_t i = 0; i < c->thread_count; i++)
		timeline_free(&c->threads[i].timeline);
	free(c->awaited);
	free(c->forks);
	free(c->generations);
	free(c->threads);
	free(c);
}

static void consumer_free(void *state)
{
	struct consumers *all = state;

	for (size_t i = 0; i < all->recording->count; i++) {
		consumer_drop(all->of[i]);
		free(all->pipes[i]);
	}
	free(all->of);
	free(all->first_train_ns);
	free(all->busy_until_ns);
	free(all->made_by);
	free(all->remote);
	free(all->silent);
	free(all->pipes);
	free(all);
}

const struct analysis analysis_consumer = {
        .shared = true,
        .make = consumer_make,
        .add = consumer_add,
        .finish = consumer_finish,
        .free = consumer_free,
};
