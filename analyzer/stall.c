/* SPDX-License-Identifier: Apache-2.0 */
#include "stall.h"

#include <math.h>
#include <stdlib.h>

#include "course.h"
#include "loop.h"
#include "memory.h"
#include "summary.h"
#include "wrap.h"

/* Accelerators that compute for 90 % of the time are fed well enough by MLPerf
 * Storage's rules. */
#define FED 0.1
/* Workers that are idle for half their time are not what is waited for. */
#define IDLE    0.5
#define SETTLED 0.3
/* Below this share of their work, neither storage nor processor is to blame
 * alone. */
#define ALONE 0.6
/* Fewer samples are no loop. */
#define FEW_SAMPLES 16

const char *stall_word(enum stall_cause cause)
{
	static const char *const words[] = {
	        NULL,
	        "compute-bound",
	        "storage-bound",
	        "preprocessing-bound",
	        "too few workers",
	        "too little prefetch",
	};

	return words[cause];
}

static enum stall_cause stall_cause(const struct stall_part *p, bool workers)
{
	double busy = p->storage_s + p->prepare_s, all = busy + p->idle_s + p->blocked_s;
	double share = p->phase_s > 0 ? p->waited_s / p->phase_s : 0;

	if (p->phase_s <= 0)
		return STALL_NONE;
	if (share < FED)
		return STALL_COMPUTE;
	if (workers && all > 0 && busy < (1 - IDLE) * all)
		return share < SETTLED ? STALL_COMPUTE : STALL_IDLE;
	if (workers && fmax(p->storage_s, p->prepare_s) < ALONE * busy)
		return STALL_WORKERS;
	return p->storage_s > p->prepare_s ? STALL_STORAGE : STALL_PREPARE;
}

static void stall_add(struct stall_part *to, const struct stall_part *from)
{
	to->phase_s += from->phase_s;
	to->waited_s += from->waited_s;
	to->storage_s += from->storage_s;
	to->prepare_s += from->prepare_s;
	to->idle_s += from->idle_s;
	to->blocked_s += from->blocked_s;
}

static const struct timeline *stall_timeline(const struct summary *s, uint32_t process)
{
	return s->waiting->of[process].timeline;
}

static double stall_time(const struct summary *s, uint32_t process, enum timeline_kind kind,
                         int64_t from, int64_t to)
{
	const struct timeline *t = stall_timeline(s, process);

	return t ? timeline_between(t, kind, from, to) : 0;
}

/* What a worker did between two times. */
static void stall_worker(struct stall_part *part, const struct summary *s, const struct process *p,
                         int64_t from, int64_t to)
{
	int64_t start = wrap_add(p->start_ns, (uint64_t)p->clock);
	int64_t end = wrap_add(p->end_ns, (uint64_t)p->clock);
	double storage, idle, blocked;

	from = from > start ? from : start;
	to = to < end ? to : end;
	if (from >= to)
		return;
	storage = stall_time(s, p->number, TIMELINE_STORAGE, from, to);
	idle = stall_time(s, p->number, TIMELINE_PIPE, from, to) +
	       stall_time(s, p->number, TIMELINE_LOCK, from, to);
	blocked = stall_time(s, p->number, TIMELINE_BLOCKED, from, to);
	part->storage_s += storage;
	part->idle_s += idle;
	part->blocked_s += blocked;
	part->prepare_s += fmax(0, (double)(to - from) / 1e9 - storage - idle - blocked);
}

/* A process that trains, and the workers it made. */
struct consumer {
	const struct process *process;
	const struct process **workers;
	size_t count;
	struct pipes_reading reading;
};

/* A consumer and its workers between two times. */
static struct stall_part stall_span(const struct summary *s, const struct consumer *c, int64_t from,
                                    int64_t to)
{
	const struct pipes_reading *r = &c->reading;
	const struct process *consumer = c->process;
	struct stall_part part = {.phase_s = (double)(to - from) / 1e9};
	double whole = stall_time(s, consumer->number, TIMELINE_PIPE, r->first_ns, r->last_ns);

	part.waited_s = stall_time(s, consumer->number, TIMELINE_PIPE, from, to);
	/* Of its waiting at pipes, what was at those of workers. */
	if (whole > 0)
		part.waited_s *= fmin(1, r->waited_s / whole);
	/* Tensors in shared memory: their descriptors come through a socket. */
	part.waited_s += stall_time(s, consumer->number, TIMELINE_SOCKET, from, to);
	if (r->by_others)
		part.waited_s += stall_time(s, consumer->number, TIMELINE_LOCK, from, to);
	part.waited_s = fmin(part.waited_s, part.phase_s);
	for (size_t i = 0; i < c->count; i++)
		stall_worker(&part, s, c->workers[i], from, to);
	return part;
}

static const struct epochs *stall_epochs(const struct summary *s)
{
	return ((const struct course *)s->found[ANALYSIS_course])->epochs;
}

/* The consumer waits for an epoch from the end of the last one on. */
static int64_t stall_epoch_from(const struct epochs *e, uint32_t i, int64_t first)
{
	return i ? e->items[i - 1].last_ns : first;
}

static void stall_with_workers(struct stall *stall, const struct summary *s,
                               const struct consumer *c)
{
	const struct pipes_reading *r = &c->reading;
	const struct epochs *e = stall_epochs(s);
	struct stall_part part = stall_span(s, c, r->first_ns, r->last_ns);

	stall_add(&stall->all, &part);
	for (uint32_t i = 0; i < e->count; i++) {
		int64_t from = stall_epoch_from(e, i, r->first_ns);
		int64_t to = i + 1 < e->count ? e->items[i].last_ns : r->last_ns;
		from = from > r->first_ns ? from : r->first_ns;
		to = to < r->last_ns ? to : r->last_ns;
		if (from >= to)
			continue;
		part = stall_span(s, c, from, to);
		stall_add(&stall->epochs[i], &part);
	}
}

static void stall_alone(struct stall *stall, const struct summary *s, const struct process *p)
{
	const struct loop *l = ((const struct loops *)s->found[ANALYSIS_loop])->of[p->number];
	const struct epochs *e = stall_epochs(s);
	struct loop_split split;
	struct stall_part part;
	uint64_t files = 0;

	if (!l || l->samples < FEW_SAMPLES)
		return;
	split = loop_split(l);
	part = (struct stall_part){.phase_s = (double)(l->last_ns - l->first_ns) / 1e9,
	                           .storage_s = (double)l->io_ns / 1e9,
	                           .prepare_s = split.prepare_s};
	part.waited_s = part.storage_s + part.prepare_s;
	stall_add(&stall->all, &part);
	for (uint32_t i = 0; i < e->count; i++)
		files += e->items[i].files;
	for (uint32_t i = 0; i < e->count && files; i++) {
		const struct epoch *epoch = &e->items[i];
		part.phase_s = (double)(epoch->last_ns - epoch->first_ns) / 1e9;
		part.storage_s =
		        stall_time(s, p->number, TIMELINE_STORAGE, epoch->first_ns, epoch->last_ns);
		part.prepare_s = split.prepare_s * (double)epoch->files / (double)files;
		part.waited_s = fmin(part.storage_s + part.prepare_s, part.phase_s);
		stall_add(&stall->epochs[i], &part);
	}
}

/* The most workers that were alive at the same moment. */
static uint32_t stall_workers(const struct consumer *c)
{
	uint32_t most = 0;

	for (size_t i = 0; i < c->count; i++) {
		uint32_t beside = 0;
		for (size_t k = 0; k < c->count; k++)
			beside += c->workers[k]->start_ns <= c->workers[i]->start_ns &&
			          c->workers[k]->end_ns > c->workers[i]->start_ns;
		most = beside > most ? beside : most;
	}
	return most;
}

static void stall_consumer(struct stall *stall, const struct summary *s, struct consumer *c)
{
	uint32_t workers = stall_workers(c);

	stall->workers = workers > stall->workers ? workers : stall->workers;
	c->reading = pipes_reading(s->pipes, c->process);
	if (c->reading.last_ns > c->reading.first_ns)
		stall_with_workers(stall, s, c);
	else
		stall_alone(stall, s, c->process);
}

static void stall_consumers(struct stall *stall, const struct summary *s)
{
	const struct recording *r = s->recording;
	const struct process **parents = memory_get(r->count + 1, sizeof *parents);
	struct consumer c = {.workers = memory_get(r->count + 1, sizeof *c.workers)};

	for (size_t i = 0; i < r->count; i++)
		if (r->processes[i].role == ROLE_WORKER)
			parents[i] = recording_parent(r, &r->processes[i]);
	for (size_t i = 0; i < r->count; i++) {
		c.process = &r->processes[i];
		c.count = 0;
		if (c.process->role != ROLE_MAIN && c.process->role != ROLE_RANK_MAIN)
			continue;
		for (size_t k = 0; k < r->count; k++)
			if (parents[k] == c.process)
				c.workers[c.count++] = &r->processes[k];
		stall_consumer(stall, s, &c);
	}
	free(c.workers);
	free(parents);
}

struct stall stall_find(const struct summary *s)
{
	struct stall stall = {.epoch_count = stall_epochs(s)->count};
	double compute;

	stall.epochs = memory_get(stall.epoch_count + 1, sizeof *stall.epochs);
	stall_consumers(&stall, s);
	stall.all.cause = stall_cause(&stall.all, stall.workers > 0);
	for (uint32_t i = 0; i < stall.epoch_count; i++)
		stall.epochs[i].cause = stall_cause(&stall.epochs[i], stall.workers > 0);
	compute = stall.all.phase_s - stall.all.waited_s;
	if (stall.all.cause != STALL_COMPUTE && stall.workers && compute > 0)
		stall.workers_needed = ceil((stall.all.storage_s + stall.all.prepare_s) / compute);
	return stall;
}

void stall_free(struct stall *stall)
{
	free(stall->epochs);
}
