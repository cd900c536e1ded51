/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/stall.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/alone.h"
#include "analysis/asleep.h"
#include "analysis/cause.h"
#include "analysis/consumer.h"
#include "analysis/course.h"
#include "analysis/summary.h"
#include "base/memory.h"
#include "base/wrap.h"

/* So many times what threads compute is not what they hold the main thread up for. */
#define OWN 2
/* Of what is waited for in an event loop, so much until timers are due: steps may be awaited
 * there, too. */
#define TIMED 0.1
/* A consumer that computes for less of its time says nothing of how many loaders
 * would keep up with it. */
#define COMPUTES 0.02

const char *stall_word(enum stall_cause cause)
{
	static const char *const words[] = {
	        NULL,
	        "compute-bound",
	        "storage-bound",
	        "preprocessing-bound",
	        "too few workers",
	        "too little prefetch",
	        "worker start-up",
	};

	return words[cause];
}

int stall_stage(const struct summary *s)
{
	bool trains = s->stages[AIOT_STAGE_TRAIN].read_ops,
	     infers = s->stages[AIOT_STAGE_INFERENCE].read_ops;

	return infers && !trains ? AIOT_STAGE_INFERENCE : AIOT_STAGE_TRAIN;
}

void stall_part_add(struct stall_part *to, const struct stall_part *from)
{
	to->phase_s += from->phase_s;
	to->waited_s += from->waited_s;
	to->storage_s += from->storage_s;
	to->prepare_s += from->prepare_s;
	to->idle_s += from->idle_s;
	to->blocked_s += from->blocked_s;
	to->turnover_s += from->turnover_s;
	to->own_s += from->own_s;
	to->untold_s += from->untold_s;
}

static double stall_time(const struct timeline *t, enum timeline_kind kind, int64_t from,
                         int64_t to)
{
	return t ? timeline_between(t, kind, from, to) : 0;
}

/* A worker process or a thread that loads, while it does. */
struct loader {
	const struct timeline *timeline;
	int64_t from, to, busy_until;
	/* What it waits for at sockets: work, or data. */
	bool asked, remote;
	bool steps; /* takes on its consumer's steps, too */
};

/* A process that trains, and what loads for it. */
struct consumer_view {
	const struct consumer *consumer;
	struct loader *loaders;
	size_t count;
	bool steps;  /* tasks of threads that it awaits */
	bool asleep; /* its steps sleep: */
	struct asleep sleeps;
};

/* What a loader did between two times. */
static void stall_loader(struct stall_part *part, const struct loader *l, int64_t from, int64_t to)
{
	double storage, sockets, idle, blocked;

	from = from > l->from ? from : l->from;
	to = to < l->to ? to : l->to;
	if (from >= to)
		return;
	if (to > l->busy_until) {
		part->idle_s += wrap_seconds(from > l->busy_until ? from : l->busy_until, to);
		to = l->busy_until;
	}
	if (from >= to)
		return;
	sockets = l->asked || l->remote ? stall_time(l->timeline, TIMELINE_SOCKET, from, to) : 0;
	storage = stall_time(l->timeline, TIMELINE_STORAGE, from, to) + (l->remote ? sockets : 0);
	idle = stall_time(l->timeline, TIMELINE_PIPE, from, to) +
	       stall_time(l->timeline, TIMELINE_LOCK, from, to) + (l->remote ? 0 : sockets) +
	       (l->steps ? stall_time(l->timeline, TIMELINE_AWAITED, from, to) : 0);
	blocked = stall_time(l->timeline, TIMELINE_BLOCKED, from, to);
	part->storage_s += storage;
	part->idle_s += idle;
	part->blocked_s += blocked;
	part->prepare_s += fmax(0, wrap_seconds(from, to) - storage - idle - blocked);
}

/* Where its steps sleep, and its threads do little but read, what it does beside that is loading,
 * too: decoding and collating. */
static void stall_beside(struct stall_part *part, const struct consumer_view *v, int64_t from,
                         int64_t to)
{
	const struct timeline *t = &v->consumer->timeline;
	double other;

	if (!v->asleep)
		return;
	other = part->phase_s - part->waited_s - asleep_between(&v->sleeps, from, to);
	if (v->steps)
		other -= timeline_between(t, TIMELINE_AWAITED, from, to);
	if (other <= 0)
		return;
	part->waited_s += other;
	part->own_s += other;
}

/* A consumer and its loaders between two times. */
static struct stall_part stall_span(const struct consumer_view *v, int64_t from, int64_t to)
{
	struct stall_part part = {.phase_s = wrap_seconds(from, to)};

	part.waited_s = stall_time(&v->consumer->timeline, TIMELINE_FETCH, from, to);
	if (v->steps)
		part.waited_s -= stall_time(&v->consumer->timeline, TIMELINE_AWAITED, from, to);
	part.waited_s = fmin(fmax(0, part.waited_s), part.phase_s);
	for (size_t i = 0; i < v->count; i++)
		stall_loader(&part, &v->loaders[i], from, to);
	stall_beside(&part, v, from, to);
	return part;
}

static const struct epochs *stall_epochs(const struct summary *s)
{
	return ((const struct course *)s->found[ANALYSIS_course])->epochs;
}

/* The consumer waits for an epoch from its turning to it on. */
static int64_t stall_epoch_from(const struct epochs *e, uint32_t i, const struct consumer *c)
{
	if (!i)
		return c->first_ns;
	return i < e->count ? consumer_turn(c, e->items[i - 1].last_ns, e->items[i].first_ns)
	                    : c->last_ns;
}

/* What workers take to begin, and to end: what they load first is none of it. */
static double stall_turnover(const struct consumer_view *v)
{
	const struct consumer *c = v->consumer;
	double seconds = (double)c->ending_ns / 1e9;

	for (size_t i = 0; i < c->generation_count; i++) {
		const struct generation *g = &c->generations[i];
		int64_t loads = g->got_ns;
		for (size_t k = 0; k < v->count; k++)
			if (v->loaders[k].from >= g->made_ns && v->loaders[k].from < loads)
				loads = v->loaders[k].from;
		seconds += wrap_seconds(g->made_ns, loads);
	}
	return seconds;
}

/* What it waits for in its event loop may be steps that it awaits there. */
static bool stall_untold(const struct consumer_view *v, const struct stall_part *p)
{
	const struct consumer *c = v->consumer;
	double timers = (double)c->timer_ns / 1e9, tasks;

	tasks = v->steps ? 0 : stall_time(&c->timeline, TIMELINE_AWAITED, c->first_ns, c->last_ns);
	return timers >= TIMED * p->waited_s || tasks >= TIMED * p->waited_s;
}

static void stall_with_loaders(struct stall *stall, const struct epochs *e, struct consumer_view *v)
{
	const struct consumer *c = v->consumer;
	struct stall_part part = stall_span(v, c->first_ns, c->last_ns);

	/* Threads that compute hold it up where they share an interpreter. */
	if (part.own_s > 0 && part.own_s <= OWN * part.prepare_s) {
		v->asleep = false;
		part = stall_span(v, c->first_ns, c->last_ns);
	}
	part.turnover_s = fmin(stall_turnover(v), part.waited_s);
	if (c->generation_count > stall->generations)
		stall->generations = (uint32_t)c->generation_count;
	stall_part_add(&stall->all, &part);
	stall->consumers++;
	stall->timed |= stall_untold(v, &part);
	for (uint32_t i = 0; i < e->count; i++) {
		int64_t from = stall_epoch_from(e, i, c), to = stall_epoch_from(e, i + 1, c);
		from = from > c->first_ns ? from : c->first_ns;
		to = to < c->last_ns ? to : c->last_ns;
		if (from >= to)
			continue;
		part = stall_span(v, from, to);
		stall_part_add(&stall->epochs[i], &part);
	}
}

/* The most that loaded at the same moment. */
static uint32_t stall_most(const struct consumer_view *v)
{
	uint32_t most = 0;

	for (size_t i = 0; i < v->count; i++) {
		uint32_t beside = 0;
		for (size_t k = 0; k < v->count; k++)
			beside += v->loaders[k].from <= v->loaders[i].from &&
			          v->loaders[k].to > v->loaders[i].from;
		most = beside > most ? beside : most;
	}
	return most;
}

/* From its first training data on: spawned workers import modules before. What it makes is
 * handed over by a call, where any shows that: after the last one, it is short of work until
 * it ends, which may cut that wait, so that no event tells of it. */
static struct loader stall_worker(const struct summary *s, const struct consumers *all,
                                  const struct process *p)
{
	int64_t begun = all->first_train_ns[p->number],
	        end = wrap_add(p->end_ns, (uint64_t)p->clock);
	bool silent = all->silent[all->made_by[p->number] - 1];

	return (struct loader){
	        .timeline = s->waiting->of[p->number].timeline,
	        .from = begun ? begun : wrap_add(p->start_ns, (uint64_t)p->clock),
	        .to = end,
	        .busy_until = silent ? end : all->busy_until_ns[p->number],
	        .asked = silent,
	        .remote = all->remote[p->number],
	};
}

static void stall_take(struct stall *stall, struct consumer_view *v, struct loader loader)
{
	v->loaders[v->count++] = loader;
	stall->remote |= loader.remote;
}

static bool stall_asleep(const struct summary *s, const struct process *p, struct consumer_view *v)
{
	const struct consumer *c = v->consumer;

	return asleep_find(s, p, 0, stall_epochs(s)->count, &v->sleeps) &&
	       asleep_matters(&v->sleeps, wrap_seconds(c->first_ns, c->last_ns));
}

static void stall_threads(const struct summary *s, const struct process *p, struct consumer_view *v)
{
	v->steps = v->consumer->awaited && awaited_trains(v->consumer->awaited);
	v->asleep = stall_asleep(s, p, v);
	for (size_t i = 0; i < v->consumer->thread_count; i++) {
		const struct loader_thread *t = &v->consumer->threads[i];
		v->loaders[v->count++] = (struct loader){.timeline = &t->timeline,
		                                         .from = t->first_ns,
		                                         .to = t->last_ns,
		                                         .busy_until = t->last_ns,
		                                         .steps = v->steps};
	}
}

static void stall_consumer(struct stall *stall, const struct summary *s, struct consumer_view *v,
                           const struct process *p)
{
	const struct consumer *c = v->consumer;
	bool threads = c && !v->count && c->by_threads && c->thread_bytes > c->main_bytes;
	uint32_t most;

	if (threads)
		stall_threads(s, p, v);
	most = stall_most(v);
	if (threads)
		stall->threads = most > stall->threads ? most : stall->threads;
	else
		stall->workers = most > stall->workers ? most : stall->workers;
	if (v->count && c && c->last_ns > c->first_ns)
		stall_with_loaders(stall, stall_epochs(s), v);
	else
		alone_add(stall, s, p);
}

/* Whether what is loaded is for training or inference, and not for preparing data. */
static bool stall_feeds(const struct consumers *all, size_t number)
{
	const struct consumer *c = all->of[number];
	bool workers = false;

	for (size_t k = 0; k < all->recording->count; k++) {
		if (all->made_by[k] == number + 1 && (all->first_train_ns[k] || all->remote[k]))
			return true;
		workers |= all->made_by[k] == number + 1;
	}
	return !workers || (c && c->main_bytes + c->thread_bytes);
}

static void stall_consumers(struct stall *stall, const struct summary *s)
{
	const struct recording *r = s->recording;
	const struct consumers *all = s->found[ANALYSIS_consumer];
	struct consumer_view v = {
	        .loaders = memory_get(r->count + CONSUMER_THREADS, sizeof *v.loaders)};

	for (size_t i = 0; i < r->count; i++) {
		v.consumer = all->of[i];
		v.count = 0;
		v.steps = false;
		v.asleep = false;
		if (!process_is_main(&r->processes[i]))
			continue;
		if (all->made_by[i] || !stall_feeds(all, i))
			continue;
		for (size_t k = 0; k < r->count; k++)
			if (all->made_by[k] == i + 1)
				stall_take(stall, &v, stall_worker(s, all, &r->processes[k]));
		stall_consumer(stall, s, &v, &r->processes[i]);
	}
	free(v.loaders);
}

struct stall stall_find(const struct summary *s)
{
	struct stall stall = {.epoch_count = stall_epochs(s)->count};
	bool loaders;
	double compute;

	stall.epochs = memory_get(stall.epoch_count + 1, sizeof *stall.epochs);
	stall_consumers(&stall, s);
	loaders = stall.workers || stall.threads;
	stall.all.cause = cause_of(&stall, &stall.all);
	for (uint32_t i = 0; i < stall.epoch_count; i++)
		stall.epochs[i].cause = cause_of(&stall, &stall.epochs[i]);
	stall.cached = stall.all.cause == STALL_STORAGE && cause_cached(s);
	compute = stall.all.phase_s - stall.all.waited_s;
	if (stall.all.cause != STALL_COMPUTE && stall.all.cause != STALL_IDLE &&
	    stall.all.cause != STALL_START && loaders && compute > COMPUTES * stall.all.phase_s)
		stall.workers_needed = ceil((stall.all.storage_s + stall.all.prepare_s) / compute);
	return stall;
}

void stall_free(struct stall *stall)
{
	free(stall->epochs);
}
