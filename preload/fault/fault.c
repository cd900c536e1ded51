/* SPDX-License-Identifier: Apache-2.0 */
#include "fault/fault.h"

#include <linux/perf_event.h>

#include "trace/loss.h"
#include "mark.h"
#include "fault/mapping.h"
#include "fault/side.h"
#include "base/sys.h"

/* A drain of one thread's rings. */
struct fault_drain {
	struct fault_thread *thread;
	struct fault_news *news;
	struct mapping latest; /* faults come in runs of one mapping; end 0: none */
	uint64_t told, wanted; /* faults, and those of files of interest */
	uint64_t lost, alone;  /* no record of the beginning; the end's alone is there */
};

static const struct mapping *fault_mapping(struct fault_drain *d, uint64_t address)
{
	if (address >= d->latest.begin && address < d->latest.end)
		return &d->latest;
	if (mapping_find(address, &d->latest))
		return &d->latest;
	d->latest.end = 0;
	d->news->unknown = true;
	return NULL;
}

/* The event of a fault; file 0 if it is of no file of interest. */
static struct aiot_event fault_event(struct fault_drain *d, const struct ring_record *record,
                                     uint8_t shift)
{
	const struct mapping *mapping = fault_mapping(d, record->address);
	uint64_t page = sys_page(), address = record->address & ~(page - 1);
	d->told++;
	if (!mapping || !mapping->wanted || record->time < mapping->since_ns)
		return (struct aiot_event){0};
	d->wanted++;
	struct marked marked = mark_with(mark_in_force_of(d->thread->mark), mapping->stage, 0);
	return (struct aiot_event){.start_ns = record->time,
	                           .offset = mapping->offset + (int64_t)(address - mapping->begin),
	                           .size = page << shift,
	                           .result = (int64_t)(page << shift),
	                           .file = mapping->file,
	                           .handle = mapping->handle,
	                           .aux = d->thread->tid | (uint32_t)shift << AIOT_FAULT_SHIFT,
	                           .call = mapping->filled ? AIOT_CALL_fault_write
	                                                   : AIOT_CALL_fault_minor,
	                           .stage = marked.stage,
	                           .flags = marked.flags};
}

/* No end of it was told: it did not wait for storage. */
static void fault_settle(struct fault_drain *d)
{
	if (d->thread->begun_address && d->thread->begun.file)
		side_store(&d->thread->begun);
	d->thread->begun_address = 0;
}

static void fault_begins(struct fault_drain *d, const struct ring_record *record)
{
	fault_settle(d);
	d->thread->begun = fault_event(d, record, d->thread->all.shift);
	d->thread->begun_address = record->address;
}

static bool fault_is_begun(const struct fault_drain *d, const struct ring_record *end)
{
	return d->thread->begun_address && d->thread->begun_address == end->address &&
	       d->thread->begun.start_ns <= end->time;
}

/* A fault that waited for storage has ended. Where its beginning is not told,
 * its duration is not known. */
static void fault_ends(struct fault_drain *d, const struct ring_record *end)
{
	struct aiot_event event = d->thread->begun;
	if (fault_is_begun(d, end)) {
		d->thread->begun_address = 0;
		event.duration_ns = event.file ? end->time - event.start_ns : 0;
	} else {
		event = fault_event(d, end, 0);
		d->alone++;
	}
	/* Each of these is told, however few beginnings are. */
	event.aux &= AIOT_FAULT_TID;
	event.size = sys_page();
	event.result = (int64_t)event.size;
	event.call = AIOT_CALL_fault_major;
	if (event.file)
		side_store(&event);
}

/* All ends that were told before `time`. */
static void fault_end_before(struct fault_drain *d, uint64_t time)
{
	struct ring *major = &d->thread->major;
	struct ring_record end;
	for (; ring_peek(major, &end) && end.time < time; ring_take(major)) {
		if (end.type == PERF_RECORD_SAMPLE)
			fault_ends(d, &end);
		else if (end.type == PERF_RECORD_LOST)
			d->thread->overflowed = true;
	}
}

static void fault_take(struct fault_drain *d, const struct ring_record *record)
{
	switch (record->type) {
	case PERF_RECORD_SAMPLE:
		if (record->time <= d->thread->known_ns) {
			d->told++;
			break;
		}
		d->thread->taken_ns = record->time;
		fault_end_before(d, record->time);
		fault_begins(d, record);
		break;
	case PERF_RECORD_LOST:
		d->lost += record->lost << d->thread->all.shift;
		d->thread->overflowed = true;
		d->thread->full = false;
		break;
	case PERF_RECORD_EXIT: d->thread->ended |= record->tid == d->thread->tid; break;
	case PERF_RECORD_FORK: d->news->thread = record->tid ? record->tid : d->news->thread; break;
	default: break;
	}
}

/* The last beginning may have its end in the ring already, or may be of a fault
 * that goes on; an end that fits nothing, of one that began after ring_look. */
static void fault_take_last(struct fault_drain *d, bool settled)
{
	struct ring_record end;
	/* Where few beginnings are told, ends are not to wait for them. */
	if (settled || d->thread->ended || d->thread->all.shift || !d->thread->all.page) {
		fault_end_before(d, UINT64_MAX);
		fault_settle(d);
		return;
	}
	while (ring_peek(&d->thread->major, &end) && end.type != PERF_RECORD_SAMPLE)
		ring_take(&d->thread->major);
	if (ring_peek(&d->thread->major, &end) && fault_is_begun(d, &end)) {
		fault_ends(d, &end);
		ring_take(&d->thread->major);
	}
}

/* What was lost was of files as often as what was told. */
static void fault_count_lost(struct fault_thread *thread, uint64_t lost)
{
	if (!lost || !thread->told)
		return;
	unsigned __int128 share = (unsigned __int128)lost * thread->wanted;
	loss_count(AIOT_LOSS_FAULTS, (uint64_t)((share + thread->told - 1) / thread->told));
}

void fault_count_untold(struct fault_thread *thread)
{
	uint64_t counted = ring_counted(&thread->all), told = thread->told;
	if (thread->full && thread->all.shift == 0 && counted > told)
		fault_count_lost(thread, counted - told);
	thread->told = thread->wanted = 0;
	thread->full = false;
}

void fault_drain(struct fault_thread *thread, bool settled, struct fault_news *news)
{
	struct fault_drain d = {.thread = thread, .news = news};
	struct ring_record record;
	/* In this order: an end that is seen has its beginning seen, but for
	 * those that began in between. */
	ring_look(&thread->all);
	ring_look(&thread->major);
	bool full = ring_is_full(&thread->all);
	for (; ring_peek(&thread->all, &record); ring_take(&thread->all))
		fault_take(&d, &record);
	fault_take_last(&d, settled);
	thread->full |= full;
	uint64_t lost = d.lost > d.alone ? d.lost - d.alone : 0;
	thread->told += d.told;
	thread->wanted += d.wanted;
	fault_count_lost(thread, lost);
	thread->told += lost;
	thread->wanted += d.told ? (uint64_t)((unsigned __int128)lost * d.wanted / d.told) : 0;
	thread->records += d.told + (d.lost >> thread->all.shift);
}
