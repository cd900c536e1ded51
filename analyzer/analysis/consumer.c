/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/consumer.h"

#include <stdlib.h>

#include "analysis/analysis.h"
#include "analysis/loader_pipes.h"
#include "base/memory.h"
#include "base/wrap.h"
#include "read/evidence.h"

/* What is this far behind belongs to the fetch no more; the interpreter's lock
 * is taken at once behind a wait, or it is that of another call. */
#define APART_NS   20000000
#define AT_ONCE_NS 200000
/* Workers made longer before the first fetch were made for later. */
#define EARLY_NS 500000000

/* What an event of the main thread is to a fetch. */
enum fetch {
	FETCH_ENDS,
	FETCH_BEGINS,  /* time before it is the step's */
	FETCH_GOES_ON, /* time before it is the fetch's, if one is under way */
	FETCH_MAYBE,   /* waits for workers to end: fetching, if more data follows */
	FETCH_NO_PART, /* neither: of memory that is given back, of the interpreter's lock */
};

static void *consumer_make(const struct known *known)
{
	struct consumers *all = memory_get(1, sizeof *all);
	const struct recording *r = known->recording;
	struct loader_ends by;

	all->recording = r;
	all->of = memory_get(r->count, sizeof *all->of);
	all->first_train_ns = memory_get(r->count, sizeof *all->first_train_ns);
	all->made_by = memory_get(r->count, sizeof *all->made_by);
	all->pipes = memory_get(r->count, sizeof *all->pipes);
	for (size_t i = 0; i < r->count; i++) {
		const struct process *p = &r->processes[i], *parent;
		parent = p->role == ROLE_WORKER ? recording_parent(r, p) : NULL;
		all->made_by[i] = parent ? parent->number + 1 : 0;
	}
	all->evidence = known->features->evidence;
	by = loader_ends(known->features, all->made_by);
	for (size_t i = 0; i < r->count; i++) {
		const struct process *p = &r->processes[i];
		if (p->role == ROLE_MAIN || p->role == ROLE_RANK_MAIN)
			all->pipes[i] = loader_pipes(known->features, p, &by);
	}
	loader_ends_free(&by);
	return all;
}

/* The process of that pid that is a worker of p, or NULL. */
static const struct process *consumer_worker(const struct consumers *all, const struct process *p,
                                             int64_t pid)
{
	for (size_t i = 0; pid > 0 && i < all->recording->count; i++)
		if (all->recording->processes[i].pid == (uint64_t)pid &&
		    all->made_by[i] == p->number + 1)
			return &all->recording->processes[i];
	return NULL;
}

/* Workers of a pool are made before anyone waits for what they do. */
static void consumer_makes_worker(const struct consumers *all, struct consumer *c,
                                  const struct process *worker, int64_t start)
{
	c->forks = memory_grow(c->forks, c->fork_count, &c->fork_room, sizeof *c->forks);
	c->forks[c->fork_count++] = start;
	if (c->made_ns || all->evidence[worker->number] & EVIDENCE_POOL)
		return;
	c->made_ns = start;
	c->made_held_ns = 0;
}

static bool consumer_condition(uint16_t call)
{
	return call == AIOT_CALL_pthread_cond_wait || call == AIOT_CALL_pthread_cond_clockwait;
}

/* Locks that data is waited for at; the interpreter's own is a condition. */
static bool consumer_locks(uint16_t call)
{
	return call == AIOT_CALL_sem_wait || call == AIOT_CALL_sem_timedwait ||
	       call == AIOT_CALL_sem_clockwait || consumer_condition(call);
}

#define FEW_SEMAPHORES 4

/* Who gets data through pipes itself, or from threads at Python's locks, which are
 * semaphores, waits for other things at conditions: for other ranks. */
static bool consumer_elsewhere(const struct consumer *c, const struct process *p)
{
	return (c->by_main && !c->by_threads) ||
	       (p->rank >= 0 && p->world_size > 1 && c->semaphores >= FEW_SEMAPHORES);
}

static bool consumer_makes(uint16_t call)
{
	return call == AIOT_CALL_fork || call == AIOT_CALL__Fork || call == AIOT_CALL_clone ||
	       call == AIOT_CALL_posix_spawn || call == AIOT_CALL_posix_spawnp ||
	       call == AIOT_CALL_vfork;
}

static enum fetch consumer_socket(struct consumer *c, const struct events *e, uint32_t i)
{
	if (e->class[i] == AIOT_CLASS_CLOSE)
		return e->file[i] == c->socket ? FETCH_GOES_ON : FETCH_NO_PART;
	if (e->call[i] == AIOT_CALL_connect && c->fetching)
		c->socket = e->file[i];
	return e->file[i] == c->socket ? FETCH_GOES_ON : FETCH_ENDS;
}

static enum fetch consumer_call(const struct consumers *all, struct consumer *c,
                                const struct events *e, uint32_t i)
{
	const struct process *p = e->process, *worker;

	if (e->call[i] == AIOT_CALL_pthread_create)
		c->thread_made_ns = e->start[i];
	if (e->call[i] == AIOT_CALL_pthread_cond_timedwait)
		return e->start[i] - c->end_ns < AT_ONCE_NS ? FETCH_GOES_ON : FETCH_NO_PART;
	if (consumer_condition(e->call[i]) && consumer_elsewhere(c, p))
		return FETCH_ENDS;
	if (consumer_locks(e->call[i])) {
		c->semaphores += !consumer_condition(e->call[i]);
		return c->by_workers || c->by_threads ? FETCH_BEGINS : FETCH_NO_PART;
	}
	worker = consumer_makes(e->call[i]) ? consumer_worker(all, p, e->result[i]) : NULL;
	if (worker) {
		consumer_makes_worker(all, c, worker, e->start[i]);
		return FETCH_NO_PART;
	}
	if (e->class[i] == AIOT_CLASS_WAIT && consumer_worker(all, p, e->aux[i]))
		return FETCH_MAYBE;
	return e->class[i] == AIOT_CLASS_PROC ? FETCH_NO_PART : FETCH_ENDS;
}

static enum fetch consumer_kind(const struct consumers *all, struct consumer *c,
                                const struct events *e, uint32_t i)
{
	const struct file *file = &e->process->files[e->file[i]];
	uint8_t class = e->class[i], pipe;
	bool waited = c->waited_file && e->file[i] == c->waited_file;

	c->waited_file = class == AIOT_CLASS_WAIT ? e->file[i] : 0;
	switch (file->kind) {
	case AIOT_FILE_PIPE:
		pipe = all->pipes[e->process->number][e->file[i]];
		if (pipe == PIPE_WORKERS && class == AIOT_CLASS_READ)
			c->by_workers = c->by_main = true;
		if (class == AIOT_CLASS_WRITE && pipe != PIPE_WORKERS && pipe != PIPE_ASKS)
			return FETCH_ENDS;
		if (class != AIOT_CLASS_READ && class != AIOT_CLASS_WAIT)
			return FETCH_NO_PART;
		if (pipe == PIPE_SILENT && c->by_workers)
			return FETCH_MAYBE;
		if (pipe != PIPE_WORKERS)
			return FETCH_ENDS;
		return waited && class == AIOT_CLASS_READ ? FETCH_GOES_ON : FETCH_BEGINS;
	case AIOT_FILE_SOCKET: return consumer_socket(c, e, i);
	default: break;
	}
	if (!file->name)
		return consumer_call(all, c, e, i);
	if (e->stage[i] != AIOT_STAGE_IPC)
		return FETCH_ENDS;
	return class == AIOT_CLASS_CLOSE || class == AIOT_CLASS_UNMAP ? FETCH_NO_PART
	                                                              : FETCH_GOES_ON;
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
	if (c->made_ns && start > c->made_ns && start - c->made_ns - c->made_held_ns < EARLY_NS) {
		consumer_fetched(c, c->made_ns, start);
		consumer_phase(c, c->made_ns, start);
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

static void consumer_main(const struct consumers *all, struct consumer *c, const struct events *e,
                          uint32_t i)
{
	int64_t start = e->start[i], end = e->end[i];
	bool near = c->fetching && start >= c->end_ns && start - c->end_ns < APART_NS;
	const struct file *file = &e->process->files[e->file[i]];
	bool lock;

	if (e->stage[i] == AIOT_STAGE_TRAIN && e->class[i] == AIOT_CLASS_READ)
		c->main_bytes += e->bytes[i];
	switch (consumer_kind(all, c, e, i)) {
	case FETCH_ENDS:
		c->fetching = false;
		consumer_turns(c, start);
		break;
	case FETCH_NO_PART:
		lock = consumer_locks(e->call[i]);
		c->made_held_ns += lock ? end - start : 0;
		c->lock_ns = lock ? start : c->lock_ns;
		c->lock_end_ns = lock ? end : c->lock_end_ns;
		break;
	case FETCH_GOES_ON:
		if (!near)
			break;
		consumer_fetched(c, c->end_ns, end);
		if (file->name)
			consumer_phase(c, start, end);
		break;
	case FETCH_MAYBE:
		consumer_turns(c, start);
		consumer_fetched(c, start, end);
		break;
	case FETCH_BEGINS:
		consumer_made(c, start);
		consumer_fetched(c, start, end);
		if (consumer_locks(e->call[i]))
			consumer_turns(c, start);
		else
			consumer_phase(c, start, end);
		break;
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
	if (by == &c->by_threads && !*by && made && start > made && start - made < EARLY_NS) {
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
	if (consumer_locks(e->call[i]))
		timeline_add(&t->timeline, TIMELINE_LOCK, e->start[i], e->end[i]);
	else if (e->stage[i] == AIOT_STAGE_TRAIN)
		timeline_add(&t->timeline, TIMELINE_STORAGE, e->start[i], e->end[i]);
}

/* Of workers, only when they began. */
static void consumer_began(struct consumers *all, const struct events *e)
{
	int64_t *first = &all->first_train_ns[e->process->number];

	for (uint32_t i = 0; !*first && i < e->count; i++)
		if ((e->stage[i] == AIOT_STAGE_TRAIN || e->stage[i] == AIOT_STAGE_INFERENCE) &&
		    e->class[i] == AIOT_CLASS_READ)
			*first = e->start[i];
}

static void consumer_add(void *state, const struct events *e)
{
	struct consumers *all = state;
	struct consumer **c = &all->of[e->process->number];

	consumer_began(all, e);
	if (!all->pipes[e->process->number])
		return;
	if (!*c) {
		*c = memory_get(1, sizeof **c);
		(*c)->process = e->process->number;
	}
	for (uint32_t i = 0; i < e->count; i++)
		if (e->tid[i] == e->process->pid)
			consumer_main(all, *c, e, i);
		else
			consumer_other(all, *c, e, i);
}

static void consumer_finish(void *state, const struct known *known)
{
	const struct consumers *all = state;

	for (size_t i = 0; i < all->recording->count; i++) {
		const struct process *p = &known->recording->processes[i];
		if (!all->of[i])
			continue;
		consumer_turns(all->of[i], wrap_add(p->end_ns, (uint64_t)p->clock));
		if (all->of[i]->used_ns > all->of[i]->last_ns)
			all->of[i]->last_ns = all->of[i]->used_ns;
	}
}

int64_t consumer_turn(const struct consumer *c, int64_t last, int64_t first)
{
	for (size_t i = 0; i < c->fork_count; i++)
		if (c->forks[i] > last && c->forks[i] < first)
			return c->forks[i];
	return last;
}

static void consumer_free(void *state)
{
	struct consumers *all = state;

	for (size_t i = 0; i < all->recording->count; i++) {
		if (all->of[i]) {
			free(all->of[i]->forks);
			free(all->of[i]->threads);
		}
		free(all->of[i]);
		free(all->pipes[i]);
	}
	free(all->of);
	free(all->first_train_ns);
	free(all->made_by);
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
