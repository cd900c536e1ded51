/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/awaited.h"

#include "analysis/fetch.h"

/* What is done for each sample is none of the steps, which come once a batch. */
#define LEAST_BATCH 2

void awaited_wait(struct awaited *a, int64_t start, int64_t end)
{
	uint32_t at = a->wait_count++ % AWAITED_WAITS;

	a->waits[at].start_ns = start;
	a->waits[at].end_ns = end;
}

static struct awaited_thread *awaited_thread(struct awaited *a, uint32_t tid, int64_t since)
{
	for (uint32_t i = 0; i < a->thread_count; i++)
		if (a->threads[i].tid == tid)
			return &a->threads[i];
	if (a->thread_count == AWAITED_THREADS)
		return NULL;
	a->threads[a->thread_count] = (struct awaited_thread){.tid = tid, .since_ns = since};
	return &a->threads[a->thread_count++];
}

static bool awaited_wakes(const struct events *e, uint32_t i)
{
	uint8_t kind = process_file_at(e->process, e->file[i])->kind;

	if (e->class[i] != AIOT_CLASS_WRITE)
		return false;
	return kind == AIOT_FILE_SOCKET ? e->bytes[i] == 1 : kind == AIOT_FILE_ANONYMOUS;
}

static void awaited_done(struct awaited *a, int64_t from, int64_t to, struct timeline *waited,
                         struct timeline *own)
{
	uint32_t kept = a->wait_count < AWAITED_WAITS ? a->wait_count : AWAITED_WAITS;
	bool awaits = false;

	for (uint32_t i = 0; i < kept; i++) {
		int64_t start = a->waits[i].start_ns, end = a->waits[i].end_ns;
		start = start > from ? start : from;
		end = end < to ? end : to;
		if (start >= end)
			continue;
		timeline_add(waited, TIMELINE_AWAITED, start, end);
		awaits = true;
	}
	a->tasks += awaits;
	if (own)
		timeline_add(own, TIMELINE_AWAITED, from, to);
}

void awaited_other(struct awaited *a, const struct events *e, uint32_t i, int64_t made,
                   struct timeline *waited, struct timeline *own)
{
	struct awaited_thread *t =
	        awaited_thread(a, e->tid[i], made && made < e->start[i] ? made : e->start[i]);
	bool train = e->stage[i] == AIOT_STAGE_TRAIN || e->stage[i] == AIOT_STAGE_INFERENCE;

	if (!t)
		return;
	t->loads |= train;
	t->gets |= train && e->class[i] == AIOT_CLASS_READ && e->bytes[i];
	a->opens += train && e->class[i] == AIOT_CLASS_OPEN && e->result[i] >= 0;
	if (awaited_wakes(e, i)) {
		a->loads += t->gets;
		if (!t->loads && e->start[i] > t->since_ns)
			awaited_done(a, t->since_ns, e->start[i], waited, own);
	} else if (!fetch_waits_for_work(e->call[i])) {
		return;
	}
	t->loads = t->gets = false;
	t->since_ns = e->end[i];
}

bool awaited_trains(const struct awaited *a)
{
	uint64_t samples = a->loads > a->opens ? a->loads : a->opens;

	return a->tasks * LEAST_BATCH <= samples;
}
