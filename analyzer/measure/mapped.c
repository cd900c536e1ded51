/* SPDX-License-Identifier: Apache-2.0 */
#include "measure/mapped.h"

#include <stdlib.h>

#include "base/memory.h"

void mapped_process(struct mapped_run *run, const struct aiot_define_mapped *p)
{
	run->mappings += p->mappings;
	run->bytes += p->bytes;
	run->threads_unseen += p->threads_unseen;
	if (!p->error)
		return;
	run->unseen += p->mappings;
	run->unseen_bytes += p->bytes;
	run->refused++;
	if (!run->error)
		run->error = (int)p->error;
}

/* 0 to 7 for themselves, then 8 buckets to each power of two. */
static unsigned mapped_bucket(uint64_t ns)
{
	unsigned power;

	if (ns < 8)
		return (unsigned)ns;
	power = 63 - (unsigned)__builtin_clzll(ns);
	return 8 * (power - 2) + (unsigned)(ns >> (power - 3) & 7);
}

/* The middle of a bucket. */
static uint64_t mapped_middle(unsigned bucket)
{
	unsigned power = bucket / 8 + 2;

	if (bucket < 8)
		return bucket;
	return (2 * ((uint64_t)(bucket % 8) + 8) + 1) << (power - 3) >> 1;
}

static void mapped_wait(struct mapped *m, uint64_t ns)
{
	if (!m->latency)
		m->latency = memory_get(1, sizeof *m->latency);
	m->latency->total++;
	m->latency->count[mapped_bucket(ns)]++;
	if (ns > m->latency->max)
		m->latency->max = ns;
}

void mapped_add(struct mapped *m, uint64_t call, uint64_t aux, uint64_t bytes, uint64_t duration_ns)
{
	uint64_t faults = mapped_weight(call, aux);

	if (mapped_is_populate(call)) {
		m->populated++;
		m->bytes_populated += bytes;
		return;
	}
	if (call == AIOT_CALL_fault_write) {
		m->written += faults;
		m->bytes_written += bytes;
		return;
	}
	*(call == AIOT_CALL_fault_major ? &m->major : &m->minor) += faults;
	m->bytes_faulted += bytes;
	/* 0: its beginning was not told. */
	if (call == AIOT_CALL_fault_major && duration_ns)
		mapped_wait(m, duration_ns);
}

static void mapped_merge_latency(struct mapped_latency *to, const struct mapped_latency *from)
{
	to->total += from->total;
	to->max = from->max > to->max ? from->max : to->max;
	for (unsigned i = 0; i < MAPPED_BUCKETS; i++)
		to->count[i] += from->count[i];
}

void mapped_merge(struct mapped *to, struct mapped *from)
{
	to->major += from->major;
	to->minor += from->minor;
	to->written += from->written;
	to->bytes_faulted += from->bytes_faulted;
	to->bytes_written += from->bytes_written;
	to->populated += from->populated;
	to->bytes_populated += from->bytes_populated;
	if (!to->latency) {
		to->latency = from->latency;
		from->latency = NULL;
	} else if (from->latency) {
		mapped_merge_latency(to->latency, from->latency);
	}
	mapped_free(from);
}

void mapped_free(struct mapped *m)
{
	free(m->latency);
	m->latency = NULL;
}

uint64_t mapped_slowest(const struct mapped *m)
{
	return m->latency ? m->latency->max : 0;
}

uint64_t mapped_percentile(const struct mapped *m, double share)
{
	const struct mapped_latency *l = m->latency;
	double below = 0;

	for (unsigned i = 0; l && i < MAPPED_BUCKETS; i++) {
		below += l->count[i];
		if (below >= share * (double)l->total && l->count[i])
			return mapped_middle(i) < l->max ? mapped_middle(i) : l->max;
	}
	return 0;
}
