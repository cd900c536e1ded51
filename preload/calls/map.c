/* SPDX-License-Identifier: Apache-2.0
 *
 * Files mapped into memory. Memory without a file is not I/O: malloc's calls
 * pass through at the cost of one test. Mappings are remembered, so that an
 * munmap can be told from one of malloc's, and a page fault's file is known.
 */
#include <linux/magic.h>
#include <stdarg.h>
#include <sys/statfs.h>

#include "calls/map.h"
#include "calls/populate.h"
#include "fault/mapping.h"
#include "fault/watch.h"

/* The addresses that a call works on: whole pages. */
static uintptr_t map_end(const void *address, size_t size)
{
	uintptr_t page = sys_page();
	return ((uintptr_t)address + size + page - 1) & ~(page - 1);
}

/* Looks up the first mapping that a call works on. Returns false where there is
 * none, and where the call comes from within the library. */
static bool map_look(const void *address, size_t size, struct mapping *found)
{
	return mapping_count && !thread_self.busy &&
	       mapping_overlaps((uintptr_t)address, map_end(address, size), found);
}

/* What the kernel has told of faults there is stored before they go. */
static void map_settle(const struct mapping *mapping)
{
	if (mapping->wanted)
		watch_settle();
}

static bool map_begin_on(struct call *call, const struct mapping *mapping)
{
	if (!call_begin(call))
		return false;
	if (mapping->generation == state_generation) {
		call->fd.file = mapping->file;
		call->fd.stage = mapping->stage;
	}
	return true;
}

bool map_begin(struct call *call, const void *address)
{
	struct mapping mapping;
	return map_look(address, 1, &mapping) && map_begin_on(call, &mapping);
}

bool map_begin_over(struct call *call, const void *address, size_t size)
{
	struct mapping mapping;
	return (map_look(address, 1, &mapping) || map_look(address, size, &mapping)) &&
	       map_begin_on(call, &mapping);
}

/* Before a mapping that may take the place of others. */
static void map_replaces(const void *address, size_t size, int flags)
{
	struct mapping mapping;
	if (flags & MAP_FIXED && map_look(address, size, &mapping))
		map_settle(&mapping);
}

/* Files whose faults are reads of data: not programs, libraries, devices, nor
 * memory that processes share. */
static bool map_is_wanted(const struct fd *fd, int protection)
{
	return fd->file && fd->kind == AIOT_FILE_REGULAR && fd->stage == AIOT_STAGE_OTHER &&
	       !(protection & PROT_EXEC);
}

/* File systems whose count of blocks tells at once what was never written: others
 * compress, or count later. */
static bool map_counts_blocks(int fd)
{
	struct statfs about;
	return SYS2(fstatfs, fd, &about) == 0 &&
	       (about.f_type == EXT4_SUPER_MAGIC || about.f_type == XFS_SUPER_MAGIC ||
	        about.f_type == TMPFS_MAGIC || about.f_type == OVERLAYFS_SUPER_MAGIC);
}

/* Most of the file has nothing written in it yet, whoever made it so large: pages of it
 * are there to be written. */
static bool map_is_hole(const struct call *call, int fd)
{
	struct stat about;
	return fd >= 0 && call->fd.kind == AIOT_FILE_REGULAR && SYS2(fstat, fd, &about) == 0 &&
	       about.st_blocks * 512 < about.st_size / 8 && map_counts_blocks(fd);
}

/* What is brought in of a file that was empty is there to be written. */
static bool map_is_filled(const struct call *call, int fd, int protection, int flags)
{
	const struct description *held = call->fd.description;
	return held && protection & PROT_WRITE && (flags & MAP_TYPE) != MAP_PRIVATE &&
	       (held->traits & DESCRIPTION_EMPTY || map_is_hole(call, fd));
}

static void map_keep(const struct call *call, const struct aiot_event *event, int protection,
                     int flags, int fd)
{
	struct mapping mapping = {
	        .begin = (uintptr_t)event->result,
	        .end = map_end((void *)(uintptr_t)event->result, event->size),
	        .offset = event->offset,
	        .since_ns = event->start_ns,
	        .file = event->file,
	        .handle = event->handle,
	        .generation = state_generation,
	        .stage = event->stage,
	        .wanted = map_is_wanted(&call->fd, protection),
	};
	mapping.filled = mapping.wanted && map_is_filled(call, fd, protection, flags);
	if (mapping_add(&mapping) && mapping.wanted)
		watch_mapped(mapping.end - mapping.begin);
}

static struct aiot_event map_ended(const struct call *call, enum aiot_call id, size_t size,
                                   int protection, int flags, int fd, int64_t offset, void *address)
{
	struct aiot_event event =
	        call_event_of_data(call, id, address == MAP_FAILED ? -1 : (intptr_t)address);
	event.size = size;
	event.offset = offset;
	event.aux = (uint32_t)protection | (uint32_t)flags << 8;
	if (address != MAP_FAILED)
		map_keep(call, &event, protection, flags, fd);
	event_store(&event);
	return event;
}

void map_found(const struct call *call, const void *address, size_t size)
{
	struct call made = *call;
	made.start = clock_ticks();
	map_ended(&made, AIOT_CALL_mmap64, size, PROT_READ, MAP_SHARED, -1, 0, (void *)address);
}

void map_lost(const void *address, size_t size)
{
	watch_settle();
	mapping_cut((uintptr_t)address, map_end(address, size));
}

/* By the system call: jemalloc and others map memory before libc can look symbols
 * up. */
static void *map_direct(void *address, size_t size, int protection, int flags, int fd,
                        int64_t offset)
{
	return (void *)sys_returned(SYS6(mmap, address, size, protection, flags, fd, offset));
}

typedef void *map_function(void *, size_t, int, int, int, off_t);
typedef int unmap_function(void *, size_t);

/* Memory without a file; it may take a file's place. */
static void *map_memory(map_function *function, void *address, size_t size, int protection,
                        int flags, int fd, int64_t offset)
{
	struct mapping mapping;
	bool known = flags & MAP_FIXED && map_look(address, size, &mapping);
	if (known)
		map_settle(&mapping);
	void *got = function(address, size, protection, flags, fd, offset);
	if (known && got != MAP_FAILED)
		mapping_cut((uintptr_t)got, map_end(got, size));
	return got;
}

static void *map_file(enum aiot_call id, map_function *function, void *address, size_t size,
                      int protection, int flags, int fd, int64_t offset)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return function(address, size, protection, flags, fd, offset);
	map_replaces(address, size, flags);
	struct populate populate = populate_begin(populate_of_mmap(protection, flags));
	thread_self.mapping++;
	void *got = function(address, size, protection, flags, fd, offset);
	thread_self.mapping--;
	struct aiot_event event = map_ended(&call, id, size, protection, flags, fd, offset, got);
	if (populate.kind)
		populate_ended(&populate, &event, got, size);
	return got;
}

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
	if (flags & MAP_ANONYMOUS)
		return map_memory(real.mmap ? real.mmap : map_direct, address, size, protection,
		                  flags, fd, offset);
	return map_file(AIOT_CALL_mmap, REAL(mmap), address, size, protection, flags, fd, offset);
}

void *mmap64(void *address, size_t size, int protection, int flags, int fd, off64_t offset)
{
	if (flags & MAP_ANONYMOUS)
		return map_memory(real.mmap ? real.mmap : map_direct, address, size, protection,
		                  flags, fd, offset);
	return map_file(AIOT_CALL_mmap64, REAL(mmap64), address, size, protection, flags, fd,
	                offset);
}

/* What hooks memory calls (UCX, Open MPI, libfabric, tcmalloc) makes its own by
 * number, some after writing a jump to itself over the first bytes of what
 * bears the name mmap. So nothing here may lead there, and what such a hook does
 * for an mmap that is being recorded is no other event. */
void *map_by_number(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
	if (thread_self.mapping)
		return map_direct(address, size, protection, flags, fd, offset);
	if (flags & MAP_ANONYMOUS)
		return map_memory(map_direct, address, size, protection, flags, fd, offset);
	return map_file(AIOT_CALL_mmap, map_direct, address, size, protection, flags, fd, offset);
}

/* What is unmapped is forgotten first: from the call's return on, another
 * thread may get the same addresses. */
static int map_end_of(unmap_function *function, void *address, size_t size)
{
	struct call call;
	struct mapping mapping;
	if (!map_look(address, size, &mapping) || !map_begin_on(&call, &mapping))
		return function(address, size);
	map_settle(&mapping);
	if ((uintptr_t)address % sys_page() == 0)
		mapping_cut((uintptr_t)address, map_end(address, size));
	call.start = clock_ticks();
	struct aiot_event event = call_event(&call, AIOT_CALL_munmap, function(address, size));
	event.offset = (intptr_t)address;
	event.size = size;
	event_store(&event);
	return event.result < 0 ? -1 : 0;
}

int munmap(void *address, size_t size)
{
	return map_end_of(REAL(munmap), address, size);
}

static int map_unmap_direct(void *address, size_t size)
{
	return (int)sys_returned(SYS2(munmap, address, size));
}

long map_unmap_by_number(void *address, size_t size)
{
	return map_end_of(map_unmap_direct, address, size);
}

static void map_move(const struct mapping *from, const void *address, size_t size, int flags,
                     uint64_t since_ns, const void *to, size_t to_size)
{
	struct mapping moved = *from;
	moved.offset += (int64_t)((uintptr_t)address - from->begin);
	moved.begin = (uintptr_t)to;
	moved.end = map_end(to, to_size);
	moved.since_ns = to == address ? from->since_ns : since_ns;
	if (size && !(flags & MREMAP_DONTUNMAP))
		mapping_cut((uintptr_t)address, map_end(address, size));
	mapping_add(&moved);
}

typedef void *remap_function(void *, size_t, size_t, int, ...);

static void *map_moved(remap_function *function, void *address, size_t size, size_t new_size,
                       int flags, void *wish)
{
	struct call call;
	struct mapping mapping;
	if (!map_look(address, size ? size : 1, &mapping) || !map_begin_on(&call, &mapping))
		return function(address, size, new_size, flags, wish);
	map_settle(&mapping);
	call.start = clock_ticks();
	void *got = function(address, size, new_size, flags, wish);
	struct aiot_event event =
	        call_event(&call, AIOT_CALL_mremap, got == MAP_FAILED ? -1 : (intptr_t)got);
	event.offset = (intptr_t)address;
	event.size = new_size;
	event.aux = (uint32_t)flags;
	if (got != MAP_FAILED && mapping.begin <= (uintptr_t)address)
		map_move(&mapping, address, size, flags, event.start_ns, got, new_size);
	event_store(&event);
	return got;
}

void *mremap(void *address, size_t size, size_t new_size, int flags, ...)
{
	va_list arguments;
	va_start(arguments, flags);
	void *wish = flags & MREMAP_FIXED ? va_arg(arguments, void *) : NULL;
	va_end(arguments);
	return map_moved(REAL(mremap), address, size, new_size, flags, wish);
}

static void *map_remap_direct(void *address, size_t size, size_t new_size, int flags, ...)
{
	va_list arguments;
	va_start(arguments, flags);
	void *wish = va_arg(arguments, void *);
	va_end(arguments);
	return (void *)sys_returned(SYS6(mremap, address, size, new_size, flags, wish, 0));
}

void *map_remap_by_number(void *address, size_t size, size_t new_size, int flags, void *wish)
{
	return map_moved(map_remap_direct, address, size, new_size, flags, wish);
}
