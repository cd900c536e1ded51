/* SPDX-License-Identifier: Apache-2.0
 *
 * What a program tells the kernel about its accesses to come. Advice about
 * memory that is no file's mapping passes through unrecorded: malloc's.
 */
#include <sys/mman.h>

#include "calls/map.h"
#include "calls/populate.h"

/* Linux 5.14. */
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ  22
#define MADV_POPULATE_WRITE 23
#endif

int posix_fadvise(int fd, off_t offset, off_t size, int advice)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(posix_fadvise)(fd, offset, size, advice);
	return call_ended_with(&call, AIOT_CALL_posix_fadvise, offset, (uint64_t)size, advice,
	                       REAL(posix_fadvise)(fd, offset, size, advice));
}

int posix_fadvise64(int fd, off64_t offset, off64_t size, int advice)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(posix_fadvise64)(fd, offset, size, advice);
	return call_ended_with(&call, AIOT_CALL_posix_fadvise64, offset, (uint64_t)size, advice,
	                       REAL(posix_fadvise64)(fd, offset, size, advice));
}

ssize_t readahead(int fd, off64_t offset, size_t size)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(readahead)(fd, offset, size);
	return call_ended_over(&call, AIOT_CALL_readahead, offset, size, 0,
	                       (int)REAL(readahead)(fd, offset, size));
}

/* Records a call on the mapping at `address`, and what it brought in. */
static int advice_ended(const struct call *call, enum aiot_call id, const struct populate *populate,
                        const void *address, size_t size, int flags, int64_t returned)
{
	struct aiot_event event = call_event(call, id, returned);
	event.offset = (intptr_t)address;
	event.size = size;
	event.aux = (uint32_t)flags;
	event_store(&event);
	populate_ended(populate, &event, address, size);
	return (int)returned;
}

static enum populate_kind advice_brings(int advice)
{
	switch (advice) {
	case MADV_WILLNEED: return POPULATE_AHEAD;
	case MADV_POPULATE_READ:
	case MADV_POPULATE_WRITE: return POPULATE_PAGES;
	default: return POPULATE_NONE;
	}
}

int madvise(void *address, size_t size, int advice)
{
	struct call call;
	if (!map_begin_over(&call, address, size))
		return REAL(madvise)(address, size, advice);
	struct populate populate = populate_begin(advice_brings(advice));
	return advice_ended(&call, AIOT_CALL_madvise, &populate, address, size, advice,
	                    REAL(madvise)(address, size, advice));
}

int posix_madvise(void *address, size_t size, int advice)
{
	struct call call;
	if (!map_begin_over(&call, address, size))
		return REAL(posix_madvise)(address, size, advice);
	struct populate populate =
	        populate_begin(advice == POSIX_MADV_WILLNEED ? POPULATE_AHEAD : POPULATE_NONE);
	int error = REAL(posix_madvise)(address, size, advice);
	struct aiot_event event = call_event(&call, AIOT_CALL_posix_madvise, 0);
	event.offset = (intptr_t)address;
	event.size = size;
	event.aux = (uint32_t)advice;
	event.result = -error;
	event_store(&event);
	populate_ended(&populate, &event, address, size);
	return error;
}

int mlock(const void *address, size_t size)
{
	struct call call;
	if (!map_begin_over(&call, address, size))
		return REAL(mlock)(address, size);
	struct populate populate = populate_begin(POPULATE_PAGES);
	return advice_ended(&call, AIOT_CALL_mlock, &populate, address, size, 0,
	                    REAL(mlock)(address, size));
}

int mlock2(const void *address, size_t size, unsigned flags)
{
	struct call call;
	if (!map_begin_over(&call, address, size))
		return REAL(mlock2)(address, size, flags);
	struct populate populate =
	        populate_begin(flags & MLOCK_ONFAULT ? POPULATE_NONE : POPULATE_PAGES);
	return advice_ended(&call, AIOT_CALL_mlock2, &populate, address, size, (int)flags,
	                    REAL(mlock2)(address, size, flags));
}
