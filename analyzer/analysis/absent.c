/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/absent.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/units.h"
#include "base/wrap.h"
#include "read/kin.h"

/* Clocks of machines are corrected by less than this. */
#define SET_NS 1000000000
/* More ranks than any job has: such a number is damage. */
#define MOST_RANKS (1 << 20)

/* Who was forked had a parent with the library in it. */
static void absent_parents(struct missing *m, const struct recording *r)
{
	const struct process *first = NULL;
	uint32_t count = 0;

	for (size_t i = 0; i < r->count; i++) {
		const struct process *p = &r->processes[i];
		if (p->origin != AIOT_ORIGIN_FORK || kin_parent(r, p))
			continue;
		first = first ? first : p;
		count++;
	}
	if (count)
		missing_add(m, "absent_parent",
		            "give the whole folder of the run, or look there for files that could "
		            "not be read",
		            -1, -1,
		            "%" PRIu32
		            " forked process%s without the trace of %s parent, the first of "
		            "them pid %" PRIu32 " of pid %" PRIu32,
		            count, count == 1 ? " is" : "es are", count == 1 ? "its" : "their",
		            first->pid, first->ppid);
}

static void absent_ranks(struct missing *m, const struct recording *r)
{
	int world = 0, seen = 0, gone = -1;
	uint8_t *has;

	for (size_t i = 0; i < r->count; i++)
		if (r->processes[i].world_size > world && r->processes[i].world_size <= MOST_RANKS)
			world = r->processes[i].world_size;
	has = memory_get((size_t)world + 1, 1);
	for (size_t i = 0; i < r->count; i++) {
		int rank = r->processes[i].rank;
		if (rank < 0 || rank >= world || has[rank])
			continue;
		has[rank] = 1;
		seen++;
	}
	for (int i = world - 1; i >= 0; i--)
		gone = has[i] ? gone : i;
	free(has);
	if (!seen || seen == world)
		return;
	missing_add(m, "absent_ranks",
	            "give the folders of all machines; see that LD_PRELOAD reached every rank", -1,
	            -1, "%d of %d ranks have a trace here; rank %d is the first without", seen,
	            world, gone);
}

static void absent_clock(struct missing *m, const struct recording *r)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct process *p = &r->processes[i];
		int64_t begin =
		        wrap_subtract(p->trace.header.start_real_ns, p->trace.header.start_mono_ns);
		double by = ((double)p->clock_end - (double)begin) / 1e9;
		struct unit unit;
		if (!p->ended || !p->clock_end || (by * 1e9 < SET_NS && -by * 1e9 < SET_NS))
			continue;
		missing_add(
		        m, "clock_set",
		        "none: times are those of a clock that nobody sets, from the start on", -1,
		        -1, "the machine's clock was set %s by %s while pid %" PRIu32 " ran",
		        by > 0 ? "forward" : "back", unit_time(&unit, by > 0 ? by : -by), p->pid);
		return;
	}
}

/* Blocks of a thread follow each other by the ends of their events. */
static void absent_order(struct missing *m, const struct recording *r)
{
	uint64_t back = 0;

	for (size_t i = 0; i < r->count; i++)
		for (size_t k = 0; k < r->processes[i].stream_count; k++) {
			const struct stream *s = &r->processes[i].streams[k];
			for (size_t n = 1; n < s->count; n++)
				back += s->pieces[n].last_ns < s->pieces[n - 1].last_ns;
		}
	if (back)
		missing_add(m, "clock_back",
		            "do not trust what the report says about times; how much was read and "
		            "written is right",
		            -1, -1, "times go back %" PRIu64 " time%s: the clock was not even",
		            back, back == 1 ? "" : "s");
}

const char *absent_why(uint32_t why)
{
	static const char *const words[] = {
	        [AIOT_PROGRAM_STATIC] = "statically linked",
	        [AIOT_PROGRAM_OTHER_LIBC] = "of another libc",
	        [AIOT_PROGRAM_OTHER_MACHINE] = "for another machine",
	        [AIOT_PROGRAM_SECURE] = "setuid or with capabilities",
	};

	return why < sizeof words / sizeof *words && words[why] ? words[why] : "not traceable";
}

static int absent_program_order(const void *one, const void *other)
{
	const struct unseen_program *a = *(struct unseen_program *const *)one;
	const struct unseen_program *b = *(struct unseen_program *const *)other;

	return strcmp(a->path, b->path);
}

/* Programs, each once, however many processes started it. */
static size_t absent_collect(const struct recording *r, const struct unseen_program ***list)
{
	const struct unseen_program **all;
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < r->count; i++)
		count += r->processes[i].unseen_count;
	all = memory_get(count + 1, sizeof *all);
	count = 0;
	for (size_t i = 0; i < r->count; i++)
		for (size_t k = 0; k < r->processes[i].unseen_count; k++)
			all[count++] = &r->processes[i].unseen[k];
	qsort(all, count, sizeof *all, absent_program_order);
	for (size_t i = 0; i < count; i++)
		if (!kept || strcmp(all[kept - 1]->path, all[i]->path))
			all[kept++] = all[i];
	*list = all;
	return kept;
}

static void absent_programs(struct missing *m, const struct recording *r)
{
	const struct unseen_program **list;
	size_t count = absent_collect(r, &list);

	if (count)
		missing_add(
		        m, "untraced_programs",
		        "use dynamically linked builds for this machine's libc, where their I/O "
		        "matters",
		        -1, -1, "%zu program%s started that can't be traced: %.100s (%s)%s", count,
		        count == 1 ? " was" : "s were", list[0]->path, absent_why(list[0]->why),
		        count == 1 ? "" : " and more");
	free(list);
}

void absent_find(struct missing *m, const struct recording *r)
{
	absent_programs(m, r);
	absent_parents(m, r);
	absent_ranks(m, r);
	absent_clock(m, r);
	absent_order(m, r);
}
