/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules about the run as a whole: who waits for whom, who is slower than its
 * like, and how far the trace can be believed.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/latency.h"
#include "analysis/straggler.h"
#include "finding/rule.h"

/* What share of the kernel's count may be out of sight. */
#define UNSEEN 0.05
#define MAPPED 0.5

/* What is a tail: of how many operations, how long, and how much longer than the median. */
#define FEW_OPS      1000
#define LONG_NS      50e6
#define LONG_TIMES   50

#define LEAST_WAIT_S 0.1

#define ULL(x)       ((unsigned long long)(x))

/* Of a run that trains for a moment, its share says nothing, nor does a moment's wait. */
static bool rule_matters(const struct summary *s, double seconds)
{
	double run = recording_duration_s(s->recording);

	return seconds >= 1 || seconds >= fmax(run / 100, LEAST_WAIT_S);
}

#define RULE_OF 40

/* Whose time it is, where it is that of more than one. */
static const char *rule_of(char of[RULE_OF], const struct summary *s)
{
	of[0] = 0;
	if (s->stall.consumers > 1)
		snprintf(of, RULE_OF, " of %u main threads", s->stall.consumers);
	return of;
}

static bool rule_stalls(const struct summary *s, char evidence[RULE_EVIDENCE],
                        enum stall_cause cause)
{
	const struct stall_part *p = &s->stall.all;
	double work = p->storage_s + p->prepare_s;
	uint32_t loaders = s->stall.workers ? s->stall.workers : s->stall.threads;
	struct unit waited, phase;
	char number[16], of[RULE_OF];

	if (p->cause != cause || !rule_matters(s, p->waited_s))
		return false;
	if (p->untold_s >= 0.1 * p->phase_s)
		return RULE_SAY("waited at least %s of %s (%.0f %%) for storage; the rest is "
		                "preprocessing or training",
		                unit_seconds(&waited, p->waited_s),
		                unit_seconds(&phase, p->phase_s), 100 * p->waited_s / p->phase_s);
	snprintf(number, sizeof number, "%u", loaders);
	snprintf(evidence, RULE_EVIDENCE,
	         "waited %s of %s%s (%.0f %%); %s loader %s%s%s, %.0f %% of %s work is storage, "
	         "%.0f %% preprocessing",
	         unit_seconds(&waited, p->waited_s), unit_seconds(&phase, p->phase_s),
	         rule_of(of, s), 100 * p->waited_s / p->phase_s, loaders ? number : "no",
	         s->stall.threads ? "thread" : "worker", loaders == 1 ? "" : "s",
	         loaders && s->stall.consumers > 1 ? " each" : "",
	         work > 0 ? 100 * p->storage_s / work : 0,
	         loaders > 1 || s->stall.consumers > 1 ? "their"
	         : loaders                             ? "its"
	                                               : "the main thread's",
	         work > 0 ? 100 * p->prepare_s / work : 0);
	if (s->stall.workers_needed > loaders) {
		size_t used = strlen(evidence);
		snprintf(evidence + used, RULE_EVIDENCE - used, "; at this rate %.0f would keep up",
		         s->stall.workers_needed);
	}
	return true;
}

bool rule_storage_bound(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	*stage = stall_stage(s);
	return !s->stall.cached && rule_stalls(s, evidence, STALL_STORAGE);
}

bool rule_cached_reads(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	*stage = stall_stage(s);
	return s->stall.cached && rule_stalls(s, evidence, STALL_STORAGE);
}

bool rule_preprocessing_bound(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	*stage = stall_stage(s);
	return rule_stalls(s, evidence, STALL_PREPARE);
}

bool rule_too_few_workers(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	*stage = stall_stage(s);
	return rule_stalls(s, evidence, STALL_WORKERS);
}

bool rule_little_prefetch(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	*stage = stall_stage(s);
	return rule_stalls(s, evidence, STALL_IDLE);
}

bool rule_restarted_workers(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	const struct stall_part *p = &s->stall.all;
	struct unit waited, phase, turnover;
	char of[RULE_OF];

	*stage = stall_stage(s);
	if (p->cause != STALL_START || !rule_matters(s, p->waited_s))
		return false;
	return RULE_SAY("waited %s of %s%s (%.0f %%), %s of it for workers that were made %u times",
	                unit_seconds(&waited, p->waited_s), unit_seconds(&phase, p->phase_s),
	                rule_of(of, s), 100 * p->waited_s / p->phase_s,
	                unit_seconds(&turnover, p->turnover_s), s->stall.generations);
}

bool rule_loads_alone(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	const struct stall_part *p = &s->stall.all;
	struct unit loading, phase;
	char of[RULE_OF];

	*stage = stall_stage(s);
	if (s->stall.workers || s->stall.threads || p->phase_s <= 0 ||
	    p->waited_s < 0.1 * p->phase_s || !rule_matters(s, p->waited_s))
		return false;
	return RULE_SAY("loading took %s of %s%s", unit_seconds(&loading, p->waited_s),
	                unit_seconds(&phase, p->phase_s),
	                s->stall.consumers > 1 ? rule_of(of, s) : " of its main thread");
}

bool rule_slow_worker(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	size_t count;
	struct straggler *all = stragglers_find(s, &count);
	struct unit a, b;
	bool fires = false;

	(void)stage;
	for (size_t i = 0; i < count && !fires; i++) {
		const struct process *p = all[i].process;
		if (all[i].storage_s < 1)
			continue;
		fires = RULE_SAY("pid %u on %s (%s): %s of storage an operation, the median of %u "
		                 "is %s",
		                 p->pid, process_host(p), process_role_name(p->role),
		                 unit_seconds(&a, all[i].op_s), all[i].among,
		                 unit_seconds(&b, all[i].median_s));
	}
	free(all);
	return fires;
}

/* What takes long beside what is larger is no tail: sizes are looked at one by one. */
static bool rule_tail(const struct latency *l, int stage, int way, unsigned size,
                      char evidence[RULE_EVIDENCE])
{
	const struct latency_sum *sum = l->sizes[stage][way][size];
	double half, tail;
	struct unit p50, p99, max, least;

	if (!sum || sum->ns.total < FEW_OPS)
		return false;
	half = (double)histogram_percentile(&sum->ns, 0.5);
	tail = (double)histogram_percentile(&sum->ns, 0.99);
	if (tail < LONG_NS || tail < LONG_TIMES * half)
		return false;
	return RULE_SAY("p50 %s, p99 %s, max %s of %llu %s of %s and more",
	                unit_seconds(&p50, half / 1e9), unit_seconds(&p99, tail / 1e9),
	                unit_seconds(&max, (double)sum->ns.max / 1e9), ULL(sum->ns.total),
	                way ? "writes" : "reads",
	                unit_bytes(&least, (double)latency_size_least(size)));
}

bool rule_long_tail(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	const struct latency *l = s->found[ANALYSIS_latency];

	for (int i = 0; i < AIOT_STAGES; i++)
		for (unsigned k = 0; k < 2 * LATENCY_SIZES; k++) {
			*stage = i;
			if (i != AIOT_STAGE_RUNTIME && i != AIOT_STAGE_IPC &&
			    rule_tail(l, i, k % 2, k / 2, evidence))
				return true;
		}
	return false;
}

/* What the kernel counted and no event shows, where it is a twentieth of the
 * bytes, or most of what was written where that went through mappings; what the dynamic
 * loader and libc do out of sight is none. */
static const struct missing_item *rule_unseen(const struct summary *s)
{
	for (size_t i = 0; i < s->missing.count; i++) {
		const struct missing_item *m = &s->missing.items[i];
		bool read = !strcmp(m->cause, "unseen_reads");
		const struct covered *way = read ? &s->coverage.read : &s->coverage.write;
		if ((read || !strcmp(m->cause, "unseen_writes")) &&
		    m->bytes >= UNSEEN * way->kernel)
			return m;
		if (!strcmp(m->cause, "mapped_writes") &&
		    m->bytes >= MAPPED * s->coverage.storage_written)
			return m;
	}
	return NULL;
}

bool rule_incomplete(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	const struct missing_item *unseen = rule_unseen(s);
	uint64_t lost = recording_lost(s->recording);

	(void)stage;
	for (size_t i = 0; i < s->recording->count; i++)
		lost -= s->recording->processes[i].loss[AIOT_LOSS_EARLY];
	if (!lost && !unseen)
		return false;
	if (!lost)
		return RULE_SAY("%s", unseen->text);
	return RULE_SAY("%llu events were lost%s%s", ULL(lost), unseen ? "; " : "",
	                unseen ? unseen->text : "");
}
