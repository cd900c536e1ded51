/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/fetch.h"

#include "analysis/loader_pipes.h"
#include "base/memory.h"
#include "base/wrap.h"
#include "read/evidence.h"
#include "read/kin.h"

/* What belongs to a wait follows it at once: taking the interpreter's lock, reading what
 * woke an event loop. */
#define AT_ONCE_NS 200000
#define LETS_GO_NS 1000000
/* Who mostly does so at once was held up where it took longer, up to that. */
#define HELD_UP_NS 5000000

/* The process of that pid that is a worker of p, or NULL. */
static const struct process *fetch_worker(const struct consumers *all, const struct process *p,
                                          int64_t pid)
{
	const struct process *first = NULL, *q;
	size_t at = 0;

	while (pid > 0 && (q = kin_of_pid(all->recording, p, (uint64_t)pid, &at)))
		if (all->made_by[q->number] == p->number + 1 &&
		    (!first || q->number < first->number))
			first = q;
	return first;
}

/* Workers of a pool are made before anyone waits for what they do. */
static void fetch_makes_worker(const struct consumers *all, struct consumer *c,
                               const struct process *worker, int64_t start)
{
	c->forks = memory_grow(c->forks, c->fork_count, &c->fork_room, sizeof *c->forks);
	c->forks[c->fork_count++] = start;
	c->by_workers |= all->silent[c->process];
	if (c->made_ns || all->evidence[worker->number] & EVIDENCE_POOL)
		return;
	c->made_ns = start;
	c->made_held_ns = 0;
}

static bool fetch_condition(uint16_t call)
{
	return call == AIOT_CALL_pthread_cond_wait || call == AIOT_CALL_pthread_cond_clockwait;
}

bool fetch_waits_for_work(uint16_t call)
{
	return call == AIOT_CALL_sem_wait || call == AIOT_CALL_sem_timedwait ||
	       call == AIOT_CALL_sem_clockwait;
}

bool fetch_locks(uint16_t call)
{
	return fetch_waits_for_work(call) || fetch_condition(call);
}

/* An event loop waits at its epoll descriptor for what its threads tell it. */
static bool fetch_watches(const struct events *e, uint32_t i)
{
	return e->class[i] == AIOT_CLASS_WAIT &&
	       process_file_at(e->process, e->file[i])->kind == AIOT_FILE_ANONYMOUS;
}

bool fetch_holds(const struct events *e, uint32_t i)
{
	return fetch_locks(e->call[i]) || fetch_watches(e, i);
}

#define FEW_SEMAPHORES 4

/* Who gets data through pipes itself, or from threads at Python's locks, which are
 * semaphores, waits for other things at conditions: for other ranks. */
static bool fetch_elsewhere(const struct consumer *c, const struct process *p)
{
	return (c->by_main && !c->by_threads) ||
	       (p->rank >= 0 && p->world_size > 1 && c->semaphores >= FEW_SEMAPHORES);
}

static bool fetch_makes(uint16_t call)
{
	return call == AIOT_CALL_fork || call == AIOT_CALL__Fork || call == AIOT_CALL_clone ||
	       call == AIOT_CALL_posix_spawn || call == AIOT_CALL_posix_spawnp ||
	       call == AIOT_CALL_vfork;
}

static bool fetch_at_once(const struct consumer *c, int64_t start)
{
	return wrap_span(c->end_ns, start) < AT_ONCE_NS;
}

/* The last batch is let go of as soon as the next one is there, or while it is used. */
static bool fetch_lets_go(struct consumer *c, int64_t start)
{
	int64_t since = wrap_span(c->end_ns, start);
	bool at_once = since < LETS_GO_NS;

	if (!c->fetching)
		return false;
	c->let_go[at_once]++;
	return at_once || (since < HELD_UP_NS && c->let_go[true] > 2 * c->let_go[false]);
}

static enum fetch fetch_socket(const struct consumers *all, struct consumer *c,
                               const struct events *e, uint32_t i)
{
	bool gets = e->class[i] == AIOT_CLASS_READ || e->class[i] == AIOT_CLASS_WAIT;

	if (all->silent[e->process->number] && c->by_workers && gets)
		return FETCH_BEGINS;
	/* What woke the event loop. */
	if (c->watches && c->by_threads && gets && fetch_at_once(c, e->start[i]))
		return FETCH_GOES_ON;
	if (e->class[i] == AIOT_CLASS_CLOSE)
		return e->file[i] == c->socket ? FETCH_GOES_ON : FETCH_NO_PART;
	if (e->call[i] == AIOT_CALL_connect && c->fetching)
		c->socket = e->file[i];
	return e->file[i] == c->socket ? FETCH_GOES_ON : FETCH_ENDS;
}

static enum fetch fetch_call(const struct consumers *all, struct consumer *c,
                             const struct events *e, uint32_t i)
{
	const struct process *p = e->process, *worker;

	if (e->call[i] == AIOT_CALL_pthread_create)
		c->thread_made_ns = e->start[i];
	if (e->call[i] == AIOT_CALL_pthread_cond_timedwait)
		return fetch_at_once(c, e->start[i]) ? FETCH_GOES_ON : FETCH_NO_PART;
	if (fetch_condition(e->call[i]) && fetch_elsewhere(c, p))
		return FETCH_ENDS;
	if (fetch_locks(e->call[i])) {
		c->semaphores += !fetch_condition(e->call[i]);
		return c->by_workers || c->by_threads ? FETCH_BEGINS : FETCH_NO_PART;
	}
	worker = fetch_makes(e->call[i]) ? fetch_worker(all, p, e->result[i]) : NULL;
	if (worker) {
		fetch_makes_worker(all, c, worker, e->start[i]);
		return FETCH_NO_PART;
	}
	if (e->class[i] == AIOT_CLASS_WAIT && fetch_worker(all, p, e->aux[i]))
		return FETCH_MAYBE;
	if (e->class[i] == AIOT_CLASS_WAIT && e->result[i] < 0) {
		c->cut_ns = e->start[i];
		c->cut_end_ns = e->end[i];
		return FETCH_NO_PART;
	}
	return e->class[i] == AIOT_CLASS_PROC ? FETCH_NO_PART : FETCH_ENDS;
}

enum fetch fetch_kind(const struct consumers *all, struct consumer *c, const struct events *e,
                      uint32_t i)
{
	const struct file *file = process_file_at(e->process, e->file[i]);
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
	case AIOT_FILE_SOCKET: return fetch_socket(all, c, e, i);
	default: break;
	}
	if (!file->name)
		return fetch_call(all, c, e, i);
	if (fetch_watches(e, i) && !fetch_elsewhere(c, e->process)) {
		c->watches = true;
		c->timer_ns += e->result[i] ? 0 : e->duration[i];
		if (!c->awaited)
			c->awaited = memory_get(1, sizeof *c->awaited);
		awaited_wait(c->awaited, e->start[i], e->end[i]);
		return c->by_workers || c->by_threads ? FETCH_BEGINS : FETCH_NO_PART;
	}
	if (e->stage[i] != AIOT_STAGE_IPC)
		return FETCH_ENDS;
	if (class == AIOT_CLASS_CLOSE || class == AIOT_CLASS_UNMAP)
		return fetch_lets_go(c, e->start[i]) ? FETCH_GOES_ON : FETCH_NO_PART;
	return FETCH_GOES_ON;
}
