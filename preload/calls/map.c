/* SPDX-License-Identifier: Apache-2.0
 *
 * Files mapped into memory. Memory without a file is not I/O: malloc's calls
 * pass through at the cost of one test. Mappings are remembered, so that an
 * munmap can be told from one of malloc's.
 */
#include "calls/call.h"

#define MAP_KEPT 4096

struct map {
	uintptr_t begin, end; /* begin 0: unused */
	struct fd fd;
};

static struct map map_kept[MAP_KEPT];
static uint32_t map_count; /* in use; atomic */
static uint32_t map_top;   /* none in use at or above */

static void map_keep(uintptr_t begin, size_t size, struct fd fd)
{
	for (uint32_t i = 0; i < MAP_KEPT; i++) {
		uintptr_t unused = 0;
		if (!__atomic_compare_exchange_n(&map_kept[i].begin, &unused, begin, 0,
		                                 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			continue;
		map_kept[i].fd = fd;
		__atomic_store_n(&map_kept[i].end, begin + size, __ATOMIC_RELEASE);
		__atomic_fetch_add(&map_count, 1, __ATOMIC_RELAXED);
		if (i >= __atomic_load_n(&map_top, __ATOMIC_RELAXED))
			__atomic_store_n(&map_top, i + 1, __ATOMIC_RELAXED);
		return;
	}
}

/* The mapping that `begin` lies in; NULL if it is none of a file. */
static struct map *map_find(uintptr_t begin)
{
	uint32_t top = __atomic_load_n(&map_top, __ATOMIC_RELAXED);
	if (!__atomic_load_n(&map_count, __ATOMIC_RELAXED))
		return NULL;
	for (uint32_t i = 0; i < top; i++)
		if (begin >= map_kept[i].begin && begin < map_kept[i].end && map_kept[i].begin)
			return &map_kept[i];
	return NULL;
}

static void map_drop(struct map *map)
{
	map->end = 0;
	__atomic_store_n(&map->begin, 0, __ATOMIC_RELEASE);
	__atomic_fetch_sub(&map_count, 1, __ATOMIC_RELAXED);
}

static void *map_ended(const struct call *call, enum aiot_call id, size_t size, int protection,
                       int flags, int64_t offset, void *address)
{
	struct aiot_event event =
	        call_event(call, id, address == MAP_FAILED ? -1 : (intptr_t)address);
	event.size = size;
	event.offset = offset;
	event.aux = (uint32_t)protection | (uint32_t)flags << 8;
	if (address != MAP_FAILED)
		map_keep((uintptr_t)address, size, call->fd);
	event_store(&event);
	return address;
}

/* jemalloc and others map memory before libc can look symbols up. */
static void *map_early(void *address, size_t size, int protection, int flags, int fd,
                       int64_t offset)
{
	long result = SYS6(mmap, address, size, protection, flags, fd, offset);
	if (result < 0 && result > -4096) {
		errno = (int)-result;
		return MAP_FAILED;
	}
	return (void *)result;
}

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
	struct call call;
	if (flags & MAP_ANONYMOUS)
		return (real.mmap ? real.mmap : map_early)(address, size, protection, flags, fd,
		                                           offset);
	if (!call_begin_on(&call, fd))
		return REAL(mmap)(address, size, protection, flags, fd, offset);
	return map_ended(&call, AIOT_CALL_mmap, size, protection, flags, offset,
	                 REAL(mmap)(address, size, protection, flags, fd, offset));
}

void *mmap64(void *address, size_t size, int protection, int flags, int fd, off64_t offset)
{
	struct call call;
	if (flags & MAP_ANONYMOUS)
		return (real.mmap ? real.mmap : map_early)(address, size, protection, flags, fd,
		                                           offset);
	if (!call_begin_on(&call, fd))
		return REAL(mmap64)(address, size, protection, flags, fd, offset);
	return map_ended(&call, AIOT_CALL_mmap64, size, protection, flags, offset,
	                 REAL(mmap64)(address, size, protection, flags, fd, offset));
}

int munmap(void *address, size_t size)
{
	struct call call;
	struct map *map = map_find((uintptr_t)address);
	if (!map || !call_begin(&call))
		return REAL(munmap)(address, size);
	if (map->fd.generation == state_generation)
		call.fd = map->fd;
	call.fd.description = NULL;
	if ((uintptr_t)address + size >= map->end)
		map_drop(map);
	struct aiot_event event = call_event(&call, AIOT_CALL_munmap, REAL(munmap)(address, size));
	event.offset = (intptr_t)address;
	event.size = size;
	event_store(&event);
	return event.result < 0 ? -1 : 0;
}
