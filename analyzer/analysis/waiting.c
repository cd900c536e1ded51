/* SPDX-License-Identifier: Apache-2.0
 *
 * What a call waits for depends on its name and on the kind of its file alone:
 * that is found out once for each such pair, for the calls that most processes
 * have, and for each process that has others.
 */
#include "analysis/waiting.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/analysis.h"
#include "analysis/missing.h"
#include "base/memory.h"

/* Kinds of file, without and with a name. */
#define WAITING_FILES  16u
#define WAITING_CHILDS 0x80 /* takes up a child process */

/* Of a process; NULL until its first event. */
struct waiting_lookup {
	uint8_t *
	        kinds; /* by call and kind of file; those of all where it has no calls of its own */
	uint8_t *files; /* the latter, by file index */
};

static const char *const words[WAITING_KINDS][2] = {
#define WAITING(name, key, text) {key, text},
        WAITINGS(WAITING)
#undef WAITING
};

static bool waiting_begins(const char *name, const char *const *beginnings)
{
	for (; *beginnings; beginnings++)
		if (!strncmp(name, *beginnings, strlen(*beginnings)))
			return true;
	return false;
}

/* Calls that wait say by their names for what. */
static enum waiting_kind waiting_by_name(const char *name)
{
	static const char *const locks[] = {"sem_", "pthread_cond_", "pthread_barrier_", "futex",
	                                    NULL};
	static const char *const storage[] = {"aio_",          "lio_",      "io_getevents",
	                                      "io_pgetevents", "io_uring_", "__io_uring",
	                                      "cuFile",        NULL};
	static const char *const sleeps[] = {"nanosleep", "clock_nanosleep", "usleep",
	                                     "sleep",     "thrd_sleep",      NULL};

	if (waiting_begins(name, locks))
		return WAITING_LOCK;
	if (waiting_begins(name, storage))
		return WAITING_STORAGE;
	if (waiting_begins(name, sleeps))
		return WAITING_SLEEP;
	if (!strcmp(name, "pthread_join"))
		return WAITING_THREAD;
	return strncmp(name, "wait", 4) ? WAITING_OTHER : WAITING_CHILD;
}

static enum waiting_kind waiting_for_file(const struct call *call, const struct file *file)
{
	bool writes = call->class == AIOT_CLASS_WRITE;

	switch (file->kind) {
	case AIOT_FILE_PIPE: return writes ? WAITING_FULL : WAITING_PIPE;
	case AIOT_FILE_SOCKET: return writes ? WAITING_FULL : WAITING_SOCKET;
	case AIOT_FILE_REGULAR:
	case AIOT_FILE_DIRECTORY:
	case AIOT_FILE_BLOCK: return WAITING_STORAGE;
	default: return WAITING_KINDS;
	}
}

/* What a call writes whose reading has told the same time: copy_file_range.out. */
static bool waiting_told(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && !strcmp(name + n - 4, ".out");
}

static enum waiting_kind waiting_kind(const struct call *call, const struct file *file)
{
	enum waiting_kind by_file;

	switch (call->class) {
	case AIOT_CLASS_WAIT:
		by_file = file->name ? waiting_for_file(call, file) : WAITING_KINDS;
		return by_file == WAITING_KINDS ? waiting_by_name(call->name) : by_file;
	case AIOT_CLASS_PROC:
	case AIOT_CLASS_MAP:
	case AIOT_CLASS_UNMAP: return WAITING_KINDS;
	default: break;
	}
	/* Nobody waits in an asynchronous operation: a call that waits does. */
	if (call->level == AIOT_LEVEL_AIO || call->level == AIOT_LEVEL_URING)
		return WAITING_KINDS;
	if (waiting_told(call->name))
		return WAITING_KINDS;
	return waiting_for_file(call, file);
}

static bool waiting_takes_child(const struct call *call)
{
	return call->class == AIOT_CLASS_WAIT && !strncmp(call->name, "wait", 4);
}

static uint8_t waiting_find(const struct call *call, const struct file *file)
{
	return (uint8_t)(waiting_kind(call, file) |
	                 (waiting_takes_child(call) ? WAITING_CHILDS : 0));
}

/* [call][kind of file]; calls without a definition share the last row. */
static uint8_t *waiting_kinds(const struct process *p)
{
	uint8_t *kinds = memory_get((p->call_count + 1) * WAITING_FILES, 1);

	for (size_t call = 0; call <= p->call_count; call++)
		for (unsigned k = 0; k < WAITING_FILES; k++)
			kinds[call * WAITING_FILES + k] =
			        waiting_find(process_call(p, call),
			                     &(struct file){.kind = k % (WAITING_FILES / 2),
			                                    .name = k / (WAITING_FILES / 2)});
	return kinds;
}

static void *waiting_make(const struct known *known)
{
	struct waitings *w = memory_get(1, sizeof *w);
	const struct recording *r = known->recording;

	w->count = r->count;
	w->of = memory_get(w->count, sizeof *w->of);
	w->lookups = memory_get(w->count, sizeof *w->lookups);
	w->children = missing_children(r);
	for (size_t i = 0; i < r->count && !w->common; i++)
		if (process_calls_common(&r->processes[i]))
			w->common = waiting_kinds(&r->processes[i]);
	return w;
}

static void waiting_begin(const struct waitings *w, struct waiting_lookup *l,
                          const struct process *p)
{
	l->kinds = process_calls_common(p) ? w->common : waiting_kinds(p);
	l->files = memory_get(p->file_count, 1);
	for (size_t i = 0; i < p->file_count; i++) {
		const struct file *file = process_file_at(p, i);
		unsigned kind = file->kind <= AIOT_FILE_ANONYMOUS ? file->kind : AIOT_FILE_UNKNOWN;
		l->files[i] = (uint8_t)(kind + (file->name ? WAITING_FILES / 2 : 0));
	}
}

/* Rows one behind the other that wait for the same; their sums stay in registers. */
struct waiting_run {
	uint64_t *to, sum;
	uint64_t *window, in_window; /* of the main thread's timeline; NULL = not found yet */
	int64_t from_ns, to_ns;
	unsigned kind; /* enum timeline_kind; TIMELINE_KINDS = none */
};

static void waiting_end(struct waiting_run *run)
{
	*run->to += run->sum;
	run->sum = 0;
	if (run->window)
		*run->window += run->in_window;
	run->window = NULL;
	run->in_window = 0;
}

static void waiting_begin_run(struct waiting_run *run, uint64_t *to, unsigned kind)
{
	static const uint8_t kinds[WAITING_KINDS + 1] = {
	        [WAITING_STORAGE] = TIMELINE_STORAGE, [WAITING_PIPE] = TIMELINE_PIPE,
	        [WAITING_SOCKET] = TIMELINE_SOCKET,   [WAITING_FULL] = TIMELINE_BLOCKED,
	        [WAITING_LOCK] = TIMELINE_LOCK,       [WAITING_THREAD] = TIMELINE_LOCK,
	        [WAITING_CHILD] = TIMELINE_LOCK,      [WAITING_SLEEP] = TIMELINE_KINDS,
	        [WAITING_OTHER] = TIMELINE_KINDS,     [WAITING_KINDS] = TIMELINE_KINDS,
	};

	waiting_end(run);
	run->to = to;
	run->kind = kinds[kind];
}

/* What the main thread waits beyond the window at hand, which is another one then. */
static void waiting_time(struct waiting *of, struct waiting_run *run, int64_t start, int64_t end)
{
	struct timeline *t = of->timeline;

	if (run->window)
		*run->window += run->in_window;
	run->in_window = 0;
	if (!t)
		t = of->timeline = memory_get(1, sizeof *t);
	timeline_add(t, run->kind, start, end);
	run->window = t->ns[run->kind] ? &t->ns[run->kind][t->window] : NULL;
	run->from_ns = t->from_ns;
	run->to_ns = t->to_ns;
}

static inline void waiting_row(struct waiting *of, struct waiting_run *run, const struct events *e,
                               uint32_t i, bool main)
{
	int64_t start = e->start[i], end = e->end[i];

	run->sum += e->duration[i];
	if (!main || run->kind == TIMELINE_KINDS)
		return;
	if (run->kind == TIMELINE_LOCK)
		holds_add(&of->holds, start, end, e->duration[i]);
	if (run->window && start >= run->from_ns && start <= end && end <= run->to_ns)
		run->in_window += e->duration[i];
	else
		waiting_time(of, run, start, end);
}

/* Few events are of them, and those come together. */
static void waiting_moments(struct waiting *of, const struct waiting_lookup *l,
                            const struct events *e, unsigned way, int stage)
{
	const struct process *p = e->process;
	const uint8_t *first = memchr(e->stage, stage, e->count);

	for (uint32_t i = first ? (uint32_t)(first - e->stage) : e->count; i < e->count; i++) {
		size_t call = e->call[i] < p->call_count ? e->call[i] : p->call_count;
		if (e->stage[i] != stage ||
		    l->kinds[call * WAITING_FILES + l->files[e->file[i]]] != WAITING_STORAGE)
			continue;
		of->moment_ns[way] += e->duration[i];
		of->moment_ops[way] += events_data(e, i);
	}
}

static void waiting_add(void *state, const struct events *e)
{
	struct waitings *w = state;
	const struct process *p = e->process;
	struct waiting *of = &w->of[p->number];
	struct waiting_lookup *l = &w->lookups[p->number];
	uint64_t ns[2][WAITING_KINDS + 1] = {{0}};
	struct waiting_run run = {.to = &ns[0][WAITING_KINDS], .kind = TIMELINE_KINDS};
	const uint8_t *kinds, *files;

	if (!l->kinds)
		waiting_begin(w, l, p);
	kinds = l->kinds;
	files = l->files;
	for (uint32_t i = 0; i < e->count; i++) {
		size_t call = e->call[i] < p->call_count ? e->call[i] : p->call_count;
		uint8_t known = kinds[call * WAITING_FILES + files[e->file[i]]];
		bool main = e->tid[i] == p->pid;
		unsigned kind = known & ~WAITING_CHILDS;
		if (known & WAITING_CHILDS)
			missing_child(w->children, p, e->aux[i]);
		/* What is no waiting is added too, to a place of its own. */
		if (run.to != &ns[main][kind])
			waiting_begin_run(&run, &ns[main][kind], kind);
		waiting_row(of, &run, e, i, main);
	}
	waiting_end(&run);
	waiting_moments(of, l, e, 0, AIOT_STAGE_CHECKPOINT);
	waiting_moments(of, l, e, 1, AIOT_STAGE_RESTORE);
	for (unsigned kind = 0; kind <= WAITING_KINDS; kind++) {
		of->ns[0][kind] += ns[0][kind];
		of->ns[1][kind] += ns[1][kind];
	}
}

static void waiting_finish(void *state, const struct known *known)
{
	struct waitings *w = state;

	(void)known;
	w->untraced = missing_untraced(w->children);
	w->children = NULL;
	for (size_t i = 0; i < w->count; i++)
		for (int k = 0; k < WAITING_KINDS; k++) {
			const struct waiting *of = &w->of[i];
			w->of[i].main_s[k] = (double)of->ns[1][k] / 1e9;
			w->of[i].all_s[k] = (double)(of->ns[0][k] + of->ns[1][k]) / 1e9;
		}
}

static void waiting_free(void *state)
{
	struct waitings *w = state;

	for (size_t i = 0; i < w->count; i++) {
		if (w->lookups[i].kinds != w->common)
			free(w->lookups[i].kinds);
		free(w->lookups[i].files);
		free(w->of[i].holds.items);
		timeline_free(w->of[i].timeline);
		free(w->of[i].timeline);
	}
	free(w->common);
	free(w->lookups);
	free(w->of);
	free(w);
}

const struct analysis analysis_waiting = {
        .shared = true,
        .make = waiting_make,
        .add = waiting_add,
        .finish = waiting_finish,
        .free = waiting_free,
};

const char *waiting_key(enum waiting_kind kind)
{
	return words[kind][0];
}

const char *waiting_words(enum waiting_kind kind)
{
	return words[kind][1];
}
