/* SPDX-License-Identifier: Apache-2.0
 *
 * The list of what is missing. The order is that of how much it says: events
 * known to be lost, then bytes that only the kernel counted.
 */
#include "analysis/missing.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/absent.h"
#include "base/memory.h"
#include "base/units.h"

/* The dynamic loader reads the head of each library, 832 bytes; libc reads
 * files of its own by the page. Larger reads are none of theirs. */
#define LIBC_READ 4096
/* Below this share of the kernel's count, a rest is not worth a line. */
#define MISSING_SHARE 0.001
/* … of what was made dirty: file systems do that with blocks of their own, too. */
#define MAPPED_SHARE 0.05

static const struct {
	const char *cause, *words, *advice;
} causes[AIOT_LOSSES] = {
        [AIOT_LOSS_EARLY] = {"early", "before the library could start",
                             "they belong to program start; nothing to do"},
        [AIOT_LOSS_NESTED] = {"nested", "in signal handlers inside the library",
                              "record again if the numbers must be exact"},
        [AIOT_LOSS_VFORK] = {"vfork", "in children that share the memory, before their exec",
                             "what the new program does is in a trace of its own"},
        [AIOT_LOSS_NO_SPACE] =
                {"no_space", "because the trace could not be written",
                 "make room where the trace goes, or set AIOTRACE_DIR to a place that the "
                 "program can write to at any time"},
        [AIOT_LOSS_LIMIT] = {"limit", "past AIOTRACE_MAX_MB", "raise AIOTRACE_MAX_MB"},
        [AIOT_LOSS_ASYNC] = {"async", "of asynchronous operations not seen from end to end",
                             "none: rings that are set up out of sight are looked at now and "
                             "then"},
        [AIOT_LOSS_FAULTS] =
                {"faults", "of page faults of mapped files, about",
                 "a higher kernel.perf_event_mlock_kb, or ulimit -l, gives the kernel more room to "
                 "tell them in"},
};

const char *missing_words(enum aiot_loss cause)
{
	return causes[cause].words;
}

void missing_add(struct missing *m, const char *cause, const char *advice, double events,
                 double bytes, const char *format, ...)
{
	struct missing_item *item = &m->items[m->count];
	va_list arguments;

	if (m->count == MISSING_ITEMS)
		return;
	*item = (struct missing_item){
	        .cause = cause, .advice = advice, .events = events, .bytes = bytes};
	va_start(arguments, format);
	vsnprintf(item->text, sizeof item->text, format, arguments);
	va_end(arguments);
	m->count++;
}

static void missing_losses(struct missing *m, const struct recording *r)
{
	uint64_t lost[AIOT_LOSSES] = {0}, gaps = 0;

	for (size_t i = 0; i < r->count; i++) {
		const struct process *p = &r->processes[i];
		for (int k = 0; k < AIOT_LOSSES; k++)
			lost[k] += p->loss[k];
		for (size_t k = 0; k < p->stream_count; k++)
			gaps += p->streams[k].missing;
	}
	for (int k = 0; k < AIOT_LOSSES; k++)
		if (lost[k])
			missing_add(m, causes[k].cause, causes[k].advice, (double)lost[k], -1,
			            "%" PRIu64 " events were lost %s", lost[k], causes[k].words);
	if (gaps)
		missing_add(m, "gaps", "aiotrace info --verify names damaged blocks", (double)gaps,
		            -1, "%" PRIu64 " events are missing between those that are there",
		            gaps);
}

static void missing_filter(struct missing *m, const struct recording *r)
{
	static const char *const keys[] = {"include", "exclude"};

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < r->count; i++) {
			const char *list = process_attribute(&r->processes[i], keys[k]);
			if (!list)
				continue;
			missing_add(m, "filter", "unset it to see all files", -1, -1,
			            "files were left out by AIOTRACE_%s=%.120s",
			            k ? "EXCLUDE" : "INCLUDE", list);
			break;
		}
}

/* What is beyond the events and beyond the loading of programs. */
static void missing_rest(struct missing *m, const struct covered *way, bool write)
{
	double bytes = way->kernel - way->seen - way->loading;
	double calls = way->kernel_calls - way->seen_calls - way->loading_calls;
	const char *call = write ? "write" : "read";
	struct unit unit;

	if (way->kernel <= 0 || bytes < MISSING_SHARE * way->kernel)
		return;
	calls = calls > 0 ? calls : 0;
	if (calls > 0 && bytes <= LIBC_READ * calls)
		missing_add(m, "inside_libc",
		            write ? "none, if named semaphores were made: libc writes them, 32 "
		                    "bytes each, out of sight"
		                  : "none, if libraries were loaded: the dynamic loader reads 832 "
		                    "bytes of each, out of sight",
		            calls, bytes, "%s in %.0f %s%s not seen, %.0f bytes each",
		            unit_bytes(&unit, bytes), calls, call, calls == 1 ? " was" : "s were",
		            bytes / calls);
	else
		missing_add(m, write ? "unseen_writes" : "unseen_reads",
		            "look for programs that are statically linked or setuid, and for "
		            "direct system calls",
		            calls, bytes, "%s in %.0f %s%s not seen, the kernel counted them",
		            unit_bytes(&unit, bytes), calls, call, calls == 1 ? " was" : "s were");
}

static void missing_coverage(struct missing *m, const struct coverage_result *c)
{
	struct unit unit;

	if (c->read.loading > MISSING_SHARE * c->read.kernel)
		missing_add(m, "loading", "none: the library is not there yet",
		            c->read.loading_calls, c->read.loading,
		            "%s were read by the dynamic loader when programs were started",
		            unit_bytes(&unit, c->read.loading));
	missing_rest(m, &c->read, false);
	missing_rest(m, &c->write, true);
	if (c->mapped_written > MAPPED_SHARE * c->storage_written)
		missing_add(
		        m, "mapped_writes",
		        "none: the kernel tells which pages are touched, and of those that were in "
		        "a file before not whether they are written; such a file's reads may be "
		        "writes",
		        -1, c->mapped_written,
		        "at least %s were written through mappings of files, beyond what events "
		        "tell",
		        unit_bytes(&unit, c->mapped_written));
	if (c->uncounted)
		missing_add(m, "uncounted",
		            "none: they were killed early, or the kernel keeps no count", -1, -1,
		            "%" PRIu32 " of %" PRIu32 " processes %s no kernel's count beside "
		            "the events: left out of the coverage",
		            c->uncounted, c->processes, c->uncounted == 1 ? "has" : "have");
}

/* The images of the recording by their pids; a pid that comes again is taken
 * for the same. */
struct children {
	const struct recording *recording;
	uint32_t *pids;     /* sorted */
	uint32_t *untraced; /* by the parent's process number */
};

static int missing_pid_order(const void *one, const void *other)
{
	uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;

	return (a > b) - (a < b);
}

struct children *missing_children(const struct recording *r)
{
	struct children *c = memory_get(1, sizeof *c);

	c->recording = r;
	c->pids = memory_get(r->count, sizeof *c->pids);
	for (size_t i = 0; i < r->count; i++)
		c->pids[i] = r->processes[i].pid;
	c->untraced = memory_get(r->count, sizeof *c->untraced);
	qsort(c->pids, r->count, sizeof *c->pids, missing_pid_order);
	return c;
}

void missing_child(struct children *c, const struct process *parent, uint32_t pid)
{
	if (pid && !bsearch(&pid, c->pids, c->recording->count, sizeof pid, missing_pid_order))
		c->untraced[parent->number]++;
}

uint32_t missing_untraced(struct children *c)
{
	uint32_t untraced = 0;

	for (size_t i = 0; i < c->recording->count; i++)
		untraced += c->untraced[i];
	free(c->untraced);
	free(c->pids);
	free(c);
	return untraced;
}

void missing_find(struct missing *m, const struct recording *r, const struct coverage_result *c,
                  uint32_t untraced)
{
	m->count = 0;
	if (untraced)
		missing_add(m, "untraced_children",
		            "none, if they were short-lived helpers that did no I/O; else see "
		            "whether they are statically linked, setuid or without LD_PRELOAD",
		            -1, -1, "%" PRIu32 " child process%s waited for and left no trace",
		            untraced, untraced == 1 ? " was" : "es were");
	missing_losses(m, r);
	missing_filter(m, r);
	missing_coverage(m, c);
	absent_find(m, r);
}
