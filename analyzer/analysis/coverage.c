/* SPDX-License-Identifier: Apache-2.0
 *
 * The kernel's count of a process, /proc/PID/io, takes in that of each child
 * it waited for, and all the child did: its loading by ld.so, and what our
 * library did in it. So a child that ended in its parent's time is covered by
 * whatever covers the parent, and counting it again would count it twice. One
 * that outlived its parent was waited for by someone else.
 *
 * That a parent waits is taken for granted, as not all ways to do so are calls
 * that a trace has. Where more was seen than was counted, some did not (SIGCHLD is
 * ignored, or a pipe's other end is left alone): then only waits that were seen are.
 */
#include "analysis/coverage.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "base/memory.h"
#include "base/wrap.h"
#include "read/kin.h"

#define NO_COUNTER UINT32_MAX
#define UNASKED    (UINT32_MAX - 1)
#define MOST_SHARE 1.001 /* what is seen beyond that was counted by someone else */
#define DEEPEST    1000  /* parents of parents; damaged traces may have any number */
#define PAGE       4096
#define LIVE_FILE  (4 << 20) /* what a process's live file may come to, in written pages */

/* Of a process: read, then written. */
struct seen {
	double bytes[2], calls[2];
	double pages; /* bytes of the pages that its writes may have touched */
	bool maps;    /* it maps files to write to them */
};

/* Children that a process was seen to wait for: each process its own list, because
 * they are gone over at the same time. */
struct waited {
	uint32_t *pids; /* in order, at the end */
	size_t count, room;
};

struct coverage {
	const struct recording *recording;
	uint32_t *counter;     /* by process number: whose count takes it in */
	int64_t *until;        /* likewise: by when */
	struct seen *seen;     /* likewise */
	struct waited *waited; /* likewise */
	bool *hides;           /* likewise: it lets libc wait for its children */
	bool strict;           /* who was not seen to wait did not */
	struct covered read, write;
	double storage_read, storage_written;
};

static int64_t coverage_time(const struct process *p, uint64_t mono_ns)
{
	return wrap_add(mono_ns, (uint64_t)p->clock);
}

static int coverage_waited_order(const void *one, const void *other)
{
	uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;

	return a < b ? -1 : a > b;
}

static bool coverage_waits(const struct coverage *c, const struct process *parent, uint32_t pid)
{
	const struct waited *w = &c->waited[parent->number];

	return !c->strict || c->hides[parent->number] ||
	       (w->count && bsearch(&pid, w->pids, w->count, sizeof pid, coverage_waited_order));
}

/* The image of the parent that was there when the child ended, if it waited for it. */
static const struct process *coverage_waiter(const struct coverage *c, const struct process *p)
{
	const struct recording *r = c->recording;
	const struct process *parent = kin_parent(r, p);
	int64_t end = coverage_time(p, p->end_ns);

	while (parent && coverage_time(parent, parent->end_ns) < end)
		parent = kin_image(r, parent, 1);
	return parent && coverage_waits(c, parent, p->pid) ? parent : NULL;
}

/* Whose count takes in the process: found out once for each. */
static uint32_t coverage_counter(struct coverage *c, const struct process *p, unsigned deep)
{
	uint32_t *counter = &c->counter[p->number], above = NO_COUNTER;
	const struct process *last = p, *next, *waiter;

	if (*counter != UNASKED)
		return *counter;
	*counter = NO_COUNTER; /* damaged traces may go in circles */
	/* What is waited for is the pid, when its last image has ended. */
	while ((next = kin_image(c->recording, last, 1)))
		last = next;
	waiter = coverage_waiter(c, last);
	if (waiter && deep < DEEPEST)
		above = coverage_counter(c, waiter, deep + 1);
	if (above != NO_COUNTER) {
		const struct process *by = &c->recording->processes[above];
		if (coverage_time(last, last->end_ns) > coverage_time(by, by->kernel_last.mono_ns))
			above = NO_COUNTER;
	}
	if (above == NO_COUNTER && p->kernel_count >= 2)
		above = p->number;
	return *counter = above;
}

static void coverage_count(struct coverage *c)
{
	for (size_t i = 0; i < c->recording->count; i++)
		c->counter[i] = UNASKED;
	for (size_t i = 0; i < c->recording->count; i++)
		coverage_counter(c, &c->recording->processes[i], 0);
}

struct coverage *coverage_new(const struct recording *recording)
{
	struct coverage *c = memory_get(1, sizeof *c);

	c->recording = recording;
	c->counter = memory_get(recording->count, sizeof *c->counter);
	c->hides = memory_get(recording->count, sizeof *c->hides);
	c->waited = memory_get(recording->count, sizeof *c->waited);
	coverage_count(c);
	c->until = memory_get(recording->count, sizeof *c->until);
	c->seen = memory_get(recording->count, sizeof *c->seen);
	for (size_t i = 0; i < recording->count; i++) {
		const struct process *by;
		c->until[i] = INT64_MIN;
		if (c->counter[i] == NO_COUNTER)
			continue;
		by = &recording->processes[c->counter[i]];
		c->until[i] = coverage_time(by, by->kernel_last.mono_ns);
	}
	return c;
}

bool coverage_counts(const struct coverage *c, const struct process *p)
{
	return c->counter[p->number] == p->number;
}

static void coverage_wait(struct coverage *c, const struct events *e, uint32_t i)
{
	struct waited *w = &c->waited[e->process->number];

	switch (e->call[i]) {
	case AIOT_CALL_system:
	case AIOT_CALL_pclose: c->hides[e->process->number] = true; return;
	case AIOT_CALL_wait:
	case AIOT_CALL_waitpid:
	case AIOT_CALL_wait3:
	case AIOT_CALL_wait4:
	case AIOT_CALL_waitid: break;
	default: return;
	}
	if (!e->aux[i])
		return;
	w->pids = memory_grow(w->pids, w->count, &w->room, sizeof *w->pids);
	w->pids[w->count++] = e->aux[i];
}

static bool coverage_maps(const struct events *e, uint32_t i)
{
	return e->class[i] == AIOT_CLASS_MAP && (e->aux[i] & PROT_WRITE) &&
	       (e->aux[i] >> 8 & MAP_TYPE) != MAP_PRIVATE && e->stage[i] != AIOT_STAGE_IPC &&
	       e->stage[i] != AIOT_STAGE_RUNTIME;
}

void coverage_add(struct coverage *c, const struct events *e)
{
	struct seen *seen = &c->seen[e->process->number];
	int64_t until = c->until[e->process->number];
	uint64_t bytes[2] = {0}, calls[2] = {0}, pages = 0;

	for (uint32_t i = 0; i < e->count; i++) {
		bool write = e->class[i] == AIOT_CLASS_WRITE;
		if (!events_data(e, i)) {
			coverage_wait(c, e, i);
			seen->maps |= coverage_maps(e, i);
			continue;
		}
		if (write)
			pages += e->bytes[i] / PAGE + 2;
		if (e->end[i] > until || events_call(e, i)->uncounted)
			continue;
		bytes[write] += e->bytes[i];
		calls[write]++;
	}
	seen->pages += (double)pages * PAGE;
	for (int way = 0; way < 2; way++) {
		seen->bytes[way] += (double)bytes[way];
		seen->calls[way] += (double)calls[way];
	}
}

static void coverage_kernel(struct coverage *c, const struct process *p)
{
	const struct aiot_define_kernel_io *a = &p->kernel_first, *b = &p->kernel_last;

	c->read.kernel += (double)(b->rchar - a->rchar);
	c->write.kernel += (double)(b->wchar - a->wchar);
	c->read.kernel_calls += (double)(b->syscr - a->syscr);
	c->write.kernel_calls += (double)(b->syscw - a->syscw);
	c->storage_read += (double)(b->read_bytes - a->read_bytes);
	c->storage_written += (double)(b->write_bytes - a->write_bytes);
}

/* What the library wrote: the trace, and zeroes into the live file, which it counted
 * until the last reading of the kernel's count. */
static double coverage_written(const struct process *p)
{
	double trace = (double)p->trace.size, after = trace - (double)p->kernel_at;
	double counted = (double)p->kernel_last.own_wchar + after;

	return p->kernel_count && counted > trace ? counted : trace;
}

/* A process that another's count takes in: the library's own share goes out
 * again, and what came before its tracing began is known to be loading. */
static void coverage_within(struct coverage *c, const struct process *p)
{
	const struct process *before = kin_image(c->recording, p, -1);
	const struct aiot_define_kernel_io *first = &p->kernel_first, *last = &p->kernel_last;
	double loading = (double)first->rchar, calls = (double)first->syscr;

	c->read.kernel -= (double)last->own_rchar;
	c->read.kernel_calls -= (double)last->own_syscr;
	c->write.kernel -= coverage_written(p);
	c->write.kernel_calls -= (double)last->own_syscw;
	if (!p->kernel_count || p->origin == AIOT_ORIGIN_FORK)
		return;
	if (before) {
		loading -= (double)(before->kernel_last.rchar + before->kernel_last.own_rchar);
		calls -= (double)(before->kernel_last.syscr + before->kernel_last.own_syscr);
	}
	c->read.loading += loading > 0 ? loading : 0;
	c->read.loading_calls += calls > 0 ? calls : 0;
}

static void coverage_share(struct covered *way)
{
	way->kernel = way->kernel > 0 ? way->kernel : 0;
	way->share = way->kernel > 0 ? way->seen / way->kernel : -1;
}

/* The kernel counts a page as written when it is made dirty, whoever does it. What neither
 * calls nor the library's own files can have done was done through mappings. */
static double coverage_mapped(const struct coverage *c)
{
	double left = c->storage_written;
	bool maps = false;

	for (size_t i = 0; i < c->recording->count; i++) {
		left -= c->seen[i].pages;
		left -= (double)c->recording->processes[i].trace.size + LIVE_FILE;
		maps |= c->seen[i].maps;
	}
	return maps && left > 0 ? left : 0;
}

static void coverage_sum(struct coverage *c, struct coverage_result *result)
{
	*result = (struct coverage_result){.processes = (uint32_t)c->recording->count};
	c->read = c->write = (struct covered){0};
	c->storage_read = c->storage_written = 0;
	for (size_t i = 0; i < c->recording->count; i++) {
		const struct process *p = &c->recording->processes[i];
		c->read.seen += c->seen[i].bytes[0];
		c->read.seen_calls += c->seen[i].calls[0];
		c->write.seen += c->seen[i].bytes[1];
		c->write.seen_calls += c->seen[i].calls[1];
		if (c->counter[i] == p->number)
			coverage_kernel(c, p);
		else if (c->counter[i] != NO_COUNTER)
			coverage_within(c, p);
		else
			result->uncounted++;
	}
	coverage_share(&c->read);
	coverage_share(&c->write);
	result->read = c->read;
	result->write = c->write;
	result->storage_read = c->storage_read;
	result->storage_written = c->storage_written;
	result->mapped_written = coverage_mapped(c);
}

static void coverage_order(struct coverage *c)
{
	for (size_t i = 0; i < c->recording->count; i++) {
		struct waited *w = &c->waited[i];
		if (w->count)
			qsort(w->pids, w->count, sizeof *w->pids, coverage_waited_order);
	}
}

static void coverage_free(struct coverage *c)
{
	for (size_t i = 0; i < c->recording->count; i++)
		free(c->waited[i].pids);
	free(c->counter);
	free(c->until);
	free(c->seen);
	free(c->hides);
	free(c->waited);
	free(c);
}

struct coverage_result coverage_finish(struct coverage *c)
{
	struct coverage_result result;

	coverage_sum(c, &result);
	if (result.read.share > MOST_SHARE || result.write.share > MOST_SHARE) {
		coverage_order(c);
		c->strict = true;
		coverage_count(c);
		coverage_sum(c, &result);
	}
	coverage_free(c);
	return result;
}
