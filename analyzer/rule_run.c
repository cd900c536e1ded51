/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules about the run as a whole: who waits for whom, who is slower than its
 * like, and how far the trace can be believed.
 */
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "rule.h"

#define ULL(x) ((unsigned long long)(x))

static bool rule_stalls(const struct summary *s, char evidence[RULE_EVIDENCE],
                        enum stall_cause cause)
{
	const struct stall_part *p = &s->stall.all;
	double work = p->storage_s + p->prepare_s;
	uint32_t loaders = s->stall.workers ? s->stall.workers : s->stall.threads;
	struct unit waited, phase;

	if (p->cause != cause)
		return false;
	snprintf(evidence, RULE_EVIDENCE,
	         "waited %s of %s (%.0f %%); %u loader %s%s, %.0f %% of %s work is storage, "
	         "%.0f %% preprocessing",
	         unit_seconds(&waited, p->waited_s), unit_seconds(&phase, p->phase_s),
	         100 * p->waited_s / p->phase_s, loaders, s->stall.threads ? "thread" : "worker",
	         loaders == 1 ? "" : "s", work > 0 ? 100 * p->storage_s / work : 0,
	         loaders ? "their" : "the main thread's",
	         work > 0 ? 100 * p->prepare_s / work : 0);
	if (s->stall.workers_needed > loaders) {
		size_t used = strlen(evidence);
		snprintf(evidence + used, RULE_EVIDENCE - used,
		         "; at this rate %.0f would keep up", s->stall.workers_needed);
	}
	return true;
}

bool rule_storage_bound(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	*stage = AIOT_STAGE_TRAIN;
	return rule_stalls(s, evidence, STALL_STORAGE);
}

bool rule_preprocessing_bound(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	*stage = AIOT_STAGE_TRAIN;
	return rule_stalls(s, evidence, STALL_PREPARE);
}

bool rule_too_few_workers(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	*stage = AIOT_STAGE_TRAIN;
	return rule_stalls(s, evidence, STALL_WORKERS);
}

bool rule_little_prefetch(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	*stage = AIOT_STAGE_TRAIN;
	return rule_stalls(s, evidence, STALL_IDLE);
}

bool rule_loads_alone(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	const struct stall_part *p = &s->stall.all;
	struct unit loading, phase;

	*stage = AIOT_STAGE_TRAIN;
	if (s->stall.workers || s->stall.threads || p->phase_s <= 0 || p->waited_s < 0.1 * p->phase_s)
		return false;
	return RULE_SAY("loading took %s of %s of its main thread",
	                unit_seconds(&loading, p->waited_s), unit_seconds(&phase, p->phase_s));
}

static int rule_order(const void *one, const void *other)
{
	const double a = *(const double *)one, b = *(const double *)other;

	return (a > b) - (a < b);
}

/* Seconds of storage for each operation; -1 where there are too few. */
static double rule_pace(const struct summary *s, const struct process *p)
{
	uint64_t ops = s->processes[p->number].read_ops + s->processes[p->number].write_ops;

	return ops < 100 ? -1 : s->waiting->of[p->number].all_s[WAITING_STORAGE] / (double)ops;
}

/* Of processes in one role: the slowest against the median. */
static bool rule_slower(const struct summary *s, char evidence[RULE_EVIDENCE],
                        enum process_role role)
{
	const struct recording *r = s->recording;
	double *paces = memory_get(r->count + 1, sizeof *paces), most = 0, median;
	const struct process *slowest = NULL;
	struct unit a, b;
	size_t count = 0;

	for (size_t i = 0; i < r->count; i++) {
		double pace = rule_pace(s, &r->processes[i]);
		if (r->processes[i].role != role || pace < 0)
			continue;
		paces[count++] = pace;
		if (pace > most && s->waiting->of[i].all_s[WAITING_STORAGE] >= 1) {
			most = pace;
			slowest = &r->processes[i];
		}
	}
	qsort(paces, count, sizeof *paces, rule_order);
	median = count ? paces[(count - 1) / 2] : 0;
	free(paces);
	if (count < 2 || !slowest || most <= 2 * median)
		return false;
	return RULE_SAY("pid %u on %s (%s): %s of storage an operation, the median is %s",
	                slowest->pid, process_host(slowest), process_role_name(role),
	                unit_seconds(&a, most), unit_seconds(&b, median));
}

bool rule_slow_worker(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	(void)stage;
	return rule_slower(s, evidence, ROLE_WORKER) || rule_slower(s, evidence, ROLE_RANK_MAIN);
}

bool rule_long_tail(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	struct unit p50, p99, max;

	for (int i = 0; i < AIOT_STAGES; i++) {
		const struct histogram *h = &s->stages[i].latency;
		double half = (double)histogram_percentile(h, 0.5);
		double tail = (double)histogram_percentile(h, 0.99);
		if (i == AIOT_STAGE_RUNTIME || i == AIOT_STAGE_IPC || h->total < 1000 ||
		    tail < 50e6 || tail < 50 * half)
			continue;
		*stage = i;
		return RULE_SAY("p50 %s, p99 %s, max %s of %llu operations",
		                unit_seconds(&p50, half / 1e9), unit_seconds(&p99, tail / 1e9),
		                unit_seconds(&max, (double)h->max / 1e9), ULL(h->total));
	}
	return false;
}

bool rule_incomplete(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	uint64_t lost = recording_lost(s->recording);
	double read = s->coverage.read.share, write = s->coverage.write.share;

	(void)stage;
	if (!lost && (read < 0 || read >= 0.95) && (write < 0 || write >= 0.95))
		return false;
	if (read < 0 || write < 0)
		return RULE_SAY("%llu events lost", ULL(lost));
	return RULE_SAY("%llu events lost; of the kernel's count %.0f %% of bytes read and %.0f %% "
	                "of bytes written are here",
	                ULL(lost), 100 * read, 100 * write);
}
