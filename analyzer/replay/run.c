/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/run.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/memory.h"
#include "replay/astray.h"
#include "replay/content.h"
#include "replay/folders.h"
#include "replay/fresh.h"
#include "replay/link.h"
#include "replay/ring.h"
#include "replay/worker.h"

#define RUN_LEAD_NS  20000000u /* from the last thread's readiness to the start */
#define RUN_STACK    ((size_t)128 << 10)
#define RUN_FOLDERS  64u                 /* that a thread holds open at most */
#define RUN_HELD     8192u               /* that all do, and an eighth of the limit */
#define RUN_LARGE    65536u              /* a write whose time is that of copying */
#define RUN_CONTENTS ((size_t)256 << 20) /* that all threads have ready at most */

static _Thread_local struct worker *run_worker; /* for the handler of SIGBUS */

void run_interrupt(struct run *run)
{
	run->interrupted = true;
	__atomic_store_n(&run->stop, true, __ATOMIC_RELAXED);
}

/* ---- one thread ---- */

static void run_bus_error(int signal, siginfo_t *about, void *context)
{
	(void)about;
	(void)context;
	if (run_worker && run_worker->faulting)
		siglongjmp(run_worker->fault, 1);
	/* Ours, then: as if there were no handler. */
	struct sigaction normal = {.sa_handler = SIG_DFL};
	sigaction(signal, &normal, NULL);
	raise(signal);
}

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned ready;
	bool go;
} run_gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, false};

static void run_buffer(struct worker *w)
{
	w->buffer_size = w->lane->largest < WORKER_BUFFER ? w->lane->largest : WORKER_BUFFER;
	if (w->lane->written >= RUN_LARGE && w->buffer_size < w->run->contents_each)
		w->buffer_size = w->run->contents_each;
	w->buffer_size = (w->buffer_size + 8192 + 4095) & ~4095u;
	if (posix_memalign((void **)&w->buffer, 4096, w->buffer_size))
		abort();
	content_fill(w->buffer, w->buffer_size, w->run->target->options.compressible,
	             (uint64_t)(uintptr_t)w ^ pace_now());
	w->stamp = pace_now() << 8;
}

static void run_ring(struct worker *w)
{
	if (!w->lane->has_async && (w->run->options.engine != ENGINE_URING || !w->lane->data))
		return;
	w->ring = ring_new(w->lane->deepest + 1, w->run->options.timing == TIMING_FAST,
	                   link_any(w->lane));
	if (!w->ring)
		w->run->no_uring = true;
}

/* What the kernel says this thread waited for a processor, ns. */
static uint64_t run_crowded(void)
{
	FILE *f = fopen("/proc/thread-self/schedstat", "re");
	unsigned long long ran = 0, waited = 0;

	if (f && fscanf(f, "%llu %llu", &ran, &waited) != 2)
		waited = 0;
	if (f)
		fclose(f);
	return waited;
}

/* Neither may be known: the last descriptors may be in use. */
static void run_was_crowded(struct run *run, uint64_t before, uint64_t after)
{
	if (after > before)
		__atomic_fetch_add(&run->crowded_ns, after - before, __ATOMIC_RELAXED);
}

static void *run_thread(void *argument)
{
	struct worker *w = argument;
	uint64_t crowded;

	run_worker = w;
	if (w->lane->data)
		run_buffer(w);
	run_ring(w);
	if (w->run->options.timing != TIMING_FAST)
		pace_begin(&w->pace, !w->ring);
	else
		place_begin(&w->place, w->lane->count,
		            w->run->plan->lane_count * w->run->target->options.clients);
	w->folders = folders_new(w->run->folders_each);
	pthread_mutex_lock(&run_gate.lock);
	run_gate.ready++;
	pthread_cond_broadcast(&run_gate.changed);
	while (!run_gate.go)
		pthread_cond_wait(&run_gate.changed, &run_gate.lock);
	pthread_mutex_unlock(&run_gate.lock);
	crowded = run_crowded();
	pace_until(&w->pace, w->run->start_ns, &w->run->stop);
	w->last_ns = pace_now();
	worker_run(w);
	run_was_crowded(w->run, crowded, run_crowded());
	fresh_free(w->fresh, w->fresh_size);
	fresh_free(w->left, w->left_size);
	ring_free(w->ring);
	folders_free(w->folders);
	free(w->buffer);
	return NULL;
}

/* ---- all threads ---- */

struct crew {
	struct worker *workers;
	pthread_t *threads;
	size_t count;
	struct progress *progress;
	struct open_file *files;
};

static void run_outcomes(struct run *run, unsigned clients)
{
	size_t lanes = run->plan->lane_count;

	run->outcomes = memory_get(lanes * clients, sizeof *run->outcomes);
	for (size_t i = 0; i < lanes * clients; i++)
		run->outcomes[i] =
		        memory_get(run->plan->lanes[i % lanes].count, sizeof *run->outcomes[i]);
}

/* First touches of memory belong to no operation. */
static void run_touch(struct run *run, size_t workers)
{
	for (size_t i = 0; i < workers; i++) {
		uint32_t count = run->plan->lanes[i % run->plan->lane_count].count;
		for (size_t k = 0; k < count; k += 256)
			*(volatile uint64_t *)&run->outcomes[i][k].start_ns = 0;
	}
}

static bool run_is_crowded(size_t threads)
{
	cpu_set_t may;

	return !sched_getaffinity(0, sizeof may, &may) && threads > (size_t)CPU_COUNT(&may);
}

static void run_crew(struct run *run, struct crew *crew, unsigned clients)
{
	const struct plan *plan = run->plan;
	bool crowded;

	crew->count = plan->lane_count * clients;
	crowded = run_is_crowded(crew->count);
	crew->workers = memory_get(crew->count, sizeof *crew->workers);
	crew->threads = memory_get(crew->count, sizeof *crew->threads);
	if (posix_memalign((void **)&crew->progress, 64,
	                   (crew->count + 1) * sizeof *crew->progress))
		abort();
	memset(crew->progress, 0, (crew->count + 1) * sizeof *crew->progress);
	crew->files = memory_get(plan->opening_count * clients, sizeof *crew->files);
	for (size_t i = 0; i < plan->opening_count * clients; i++)
		crew->files[i].fd = -1;
	for (size_t i = 0; i < crew->count; i++) {
		unsigned client = (unsigned)(i / plan->lane_count);
		crew->workers[i] = (struct worker){
		        .run = run,
		        .lane = &plan->lanes[i % plan->lane_count],
		        .client = client,
		        .outcomes = run->outcomes[i],
		        .progress = &crew->progress[i],
		        .all = &crew->progress[client * plan->lane_count],
		        .files = &crew->files[client * plan->opening_count],
		        .pace = {.crowded = crowded},
		};
	}
}

static void run_let_go(struct run *run, size_t started)
{
	struct timespec real;

	pthread_mutex_lock(&run_gate.lock);
	while (run_gate.ready < started)
		pthread_cond_wait(&run_gate.changed, &run_gate.lock);
	clock_gettime(CLOCK_REALTIME, &real);
	run->start_ns = pace_now() + RUN_LEAD_NS;
	run->start_real_ns =
	        (uint64_t)real.tv_sec * 1000000000u + (uint64_t)real.tv_nsec + RUN_LEAD_NS;
	run_gate.go = true;
	pthread_cond_broadcast(&run_gate.changed);
	pthread_mutex_unlock(&run_gate.lock);
}

static int run_start(struct run *run, struct crew *crew, struct problem *why)
{
	pthread_attr_t attributes;
	size_t started = 0;
	int error = 0;

	run_gate.ready = 0;
	run_gate.go = false;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, RUN_STACK);
	while (started < crew->count && !error) {
		error = pthread_create(&crew->threads[started], &attributes, run_thread,
		                       &crew->workers[started]);
		started += !error;
	}
	pthread_attr_destroy(&attributes);
	if (error)
		run->stop = true;
	run_let_go(run, started);
	for (size_t i = 0; i < started; i++)
		pthread_join(crew->threads[i], NULL);
	if (error)
		return problem_set(why,
		                   "%zu threads are wanted and %zu could be started: %s; replay "
		                   "fewer stages, or raise the limit of processes",
		                   crew->count, started, strerror(error));
	return 0;
}

/* As many descriptors as there may be; some of them for folders. */
static void run_limits(struct run *run, size_t threads)
{
	struct rlimit limit;
	size_t held = RUN_HELD;

	if (!getrlimit(RLIMIT_NOFILE, &limit)) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
		held = limit.rlim_cur / 8 < held ? limit.rlim_cur / 8 : held;
	}
	held /= threads ? threads : 1;
	run->folders_each = held < RUN_FOLDERS ? (unsigned)held : RUN_FOLDERS;
}

/* The caches of a processor hold what it just had; a job's next tensor is not that. */
static void run_contents(struct run *run, size_t threads)
{
	size_t each = RUN_CONTENTS / (threads ? threads : 1);

	if (run->options.timing != TIMING_FAST)
		run->contents_each = each < WORKER_BUFFER ? (uint32_t)each : WORKER_BUFFER;
}

int run_plan(struct run *run, const struct plan *plan, const struct target *target,
             const struct run_options *options, struct problem *why)
{
	struct sigaction bus = {.sa_sigaction = run_bus_error, .sa_flags = SA_SIGINFO | SA_NODEFER};
	unsigned clients = target->options.clients;
	struct sigaction before;
	struct crew crew;
	int status;

	run->plan = plan;
	run->target = target;
	run->options = *options;
	run->astray = astray_new();
	run_outcomes(run, clients);
	run_crew(run, &crew, clients);
	run_touch(run, crew.count);
	run_limits(run, crew.count);
	run_contents(run, crew.count);
	run->fresh_page_ns = options->timing == TIMING_FAST ? 0 : fresh_measure();
	sigaction(SIGBUS, &bus, &before);
	status = run_start(run, &crew, why);
	run->end_ns = pace_now();
	sigaction(SIGBUS, &before, NULL);
	perform_close_all(crew.files, plan->opening_count * clients);
	free(crew.files);
	free(crew.progress);
	free(crew.threads);
	free(crew.workers);
	return status;
}

void run_free(struct run *run)
{
	size_t count = run->outcomes ? run->plan->lane_count * run->target->options.clients : 0;

	for (size_t i = 0; i < count; i++)
		free(run->outcomes[i]);
	free(run->outcomes);
	run->outcomes = NULL;
	astray_free(run->astray);
	run->astray = NULL;
}
