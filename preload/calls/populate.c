/* SPDX-License-Identifier: Apache-2.0 */
#include "calls/populate.h"

#include <sys/mman.h>
#include <sys/resource.h>

#include "fault/mapping.h"

#define POPULATE_PIECE (1u << 30) /* bytes that one event tells of at most */

/* From now on all that is mapped is locked, and so brought in. */
static bool populate_future;

struct populate populate_begin(enum populate_kind kind)
{
	struct rusage usage;
	if (kind == POPULATE_NONE || SYS2(getrusage, RUSAGE_THREAD, &usage) < 0)
		return (struct populate){POPULATE_NONE, 0, 0};
	return (struct populate){kind, (uint64_t)usage.ru_minflt + (uint64_t)usage.ru_majflt,
	                         (uint64_t)usage.ru_inblock};
}

enum populate_kind populate_of_mmap(int protection, int flags)
{
	bool asked = (flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE || flags & MAP_LOCKED;
	return protection && (asked || populate_future) ? POPULATE_PAGES : POPULATE_NONE;
}

/* What a call did at a range of addresses, the last piece first. */
struct populate_range {
	struct aiot_event event; /* start and duration: what is left of the call's */
	uint64_t left;           /* bytes of files of interest */
};

/* The highest part of the range that is of a file of interest: `found`, cut to
 * the range. */
static bool populate_last(uintptr_t begin, uintptr_t end, struct mapping *found)
{
	while (mapping_overlaps(begin, end, found)) {
		if (found->wanted && found->generation == state_generation) {
			uintptr_t from = found->begin > begin ? found->begin : begin;
			found->offset += (int64_t)(from - found->begin);
			found->begin = from;
			found->end = found->end < end ? found->end : end;
			return true;
		}
		end = found->begin;
	}
	return false;
}

static uint64_t populate_sum(uintptr_t begin, uintptr_t end)
{
	struct mapping found;
	uint64_t bytes = 0;
	for (; populate_last(begin, end, &found); end = found.begin)
		bytes += found.end - found.begin;
	return bytes;
}

/* The call's time is shared out by size. */
static void populate_store(struct populate_range *range, const struct mapping *mapping, uint64_t at,
                           uint64_t size, enum populate_kind kind)
{
	struct aiot_event event = range->event;
	uint64_t share = (uint64_t)((unsigned __int128)event.duration_ns * size / range->left);
	range->left -= size;
	range->event.duration_ns -= share;
	event.start_ns += range->event.duration_ns;
	event.duration_ns = share;
	event.offset = mapping->offset + (int64_t)at;
	event.size = size;
	event.result = kind == POPULATE_AHEAD ? 0 : (int64_t)size;
	event.file = mapping->file;
	event.handle = mapping->handle;
	event.stage = mapping->stage;
	event.call = kind == POPULATE_AHEAD ? AIOT_CALL_populate_ahead
	             : mapping->filled      ? AIOT_CALL_populate_write
	                                    : AIOT_CALL_populate_read;
	event_store(&event);
}

static void populate_store_all(struct populate_range *range, const struct mapping *mapping,
                               enum populate_kind kind)
{
	for (uint64_t end = mapping->end - mapping->begin, at; end; end = at) {
		at = (end - 1) / POPULATE_PIECE * POPULATE_PIECE;
		populate_store(range, mapping, at, end - at, kind);
	}
}

void populate_ended(const struct populate *before, const struct aiot_event *call,
                    const void *address, size_t size)
{
	int saved = errno;
	uintptr_t page = sys_page(), begin = (uintptr_t)address & ~(page - 1);
	uintptr_t end = size > UINTPTR_MAX - page - begin ? UINTPTR_MAX : begin + size;
	struct populate now = populate_begin(before->kind);
	struct populate_range range = {*call, 0};
	struct mapping found;
	end = (end + page - 1) & ~(page - 1);
	end = end ? end : UINTPTR_MAX;
	if (call->result < 0 || now.kind == POPULATE_NONE ||
	    (now.kind == POPULATE_PAGES && now.faults == before->faults))
		goto done;
	range.left = populate_sum(begin, end);
	range.event.aux = 0;
	range.event.flags = now.blocks > before->blocks ? AIOT_EVENT_STORAGE : AIOT_EVENT_CACHED;
	for (; range.left && populate_last(begin, end, &found); end = found.begin)
		populate_store_all(&range, &found, now.kind);
done:
	errno = saved;
}

int mlockall(int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(mlockall)(flags);
	bool now = (flags & (MCL_CURRENT | MCL_ONFAULT)) == MCL_CURRENT && mapping_wanted();
	struct populate populate = populate_begin(now ? POPULATE_PAGES : POPULATE_NONE);
	struct aiot_event event = call_event(&call, AIOT_CALL_mlockall, REAL(mlockall)(flags));
	int returned = event.result < 0 ? -1 : 0;
	event.aux = (uint32_t)flags;
	if (returned == 0)
		populate_future = (flags & (MCL_FUTURE | MCL_ONFAULT)) == MCL_FUTURE;
	event_store(&event);
	populate_ended(&populate, &event, NULL, SIZE_MAX);
	return returned;
}

int munlockall(void)
{
	struct call call;
	bool wanted = call_begin(&call);
	int returned = REAL(munlockall)();
	if (returned == 0)
		populate_future = false;
	return wanted ? call_ended(&call, AIOT_CALL_munlockall, returned) : returned;
}
