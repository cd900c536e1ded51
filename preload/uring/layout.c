/* SPDX-License-Identifier: Apache-2.0 */
#include "uring/layout.h"

#include <string.h>
#include <sys/mman.h>

#include "base/sys.h"
#include "file/path.h"
#include "thread.h"

/* The address that a program gives: the last word of the offsets, whatever headers
 * call it. */
static uintptr_t layout_own(const void *offsets)
{
	uint64_t address;
	memcpy(&address, (const char *)offsets + 32, sizeof address);
	return (uintptr_t)address;
}

struct uring_layout layout_of_parameters(const struct io_uring_params *p)
{
	bool own = p->flags & URING_SETUP_NO_MMAP;
	return (struct uring_layout){
	        .flags = p->flags,
	        .sq_entries = p->sq_entries,
	        .sq_head = p->sq_off.head,
	        .sq_tail = p->sq_off.tail,
	        .sq_flags = p->sq_off.flags,
	        .sq_array = p->flags & URING_SETUP_NO_SQARRAY ? 0 : p->sq_off.array,
	        .cq_entries = p->cq_entries,
	        .cq_head = p->cq_off.head,
	        .cq_tail = p->cq_off.tail,
	        .cqes = p->cq_off.cqes,
	        .sq_room = p->sq_off.ring_entries,
	        .cq_room = p->cq_off.ring_entries,
	        .queues = own ? layout_own(&p->cq_off) : 0,
	        .sqes = own ? layout_own(&p->sq_off) : 0};
}

static uint32_t layout_distance(const void *from, const void *to)
{
	return (uint32_t)((const char *)to - (const char *)from);
}

struct uring_layout layout_of_liburing(const struct io_uring *ring)
{
	const struct io_uring_sq *sq = &ring->sq;
	const struct io_uring_cq *cq = &ring->cq;
	struct uring_layout made = {.flags = ring->flags,
	                            .sq_entries = *sq->kring_entries,
	                            .sq_head = layout_distance(sq->ring_ptr, sq->khead),
	                            .sq_tail = layout_distance(sq->ring_ptr, sq->ktail),
	                            .cq_entries = *cq->kring_entries,
	                            .cq_head = layout_distance(cq->ring_ptr, cq->khead),
	                            .cq_tail = layout_distance(cq->ring_ptr, cq->ktail),
	                            .cqes = layout_distance(cq->ring_ptr, cq->cqes),
	                            .sq_room = layout_distance(sq->ring_ptr, sq->kring_entries),
	                            .cq_room = layout_distance(cq->ring_ptr, cq->kring_entries)};
	if (sq->array && !(ring->flags & URING_SETUP_NO_SQARRAY))
		made.sq_array = layout_distance(sq->ring_ptr, sq->array);
	if (ring->flags & URING_SETUP_NO_MMAP) {
		made.queues = (uintptr_t)sq->ring_ptr;
		made.sqes = (uintptr_t)sq->sqes;
	}
	return made;
}

/* The offsets are the same for all rings of a kernel, but for the array, which
 * lies behind the completions. */
static bool layout_of_own(struct io_uring_params *own)
{
	int fd = (int)SYS2(io_uring_setup, 1, own);
	if (fd < 0)
		return false;
	sys_close(fd);
	return true;
}

/* "SqThread:\t-1" without one. */
static bool layout_has_thread(int fd)
{
	char path[40], text[1024];
	path_of_information(fd, path);
	thread_self.busy++;
	bool read = sys_read_file(path, text, sizeof text) > 0;
	thread_self.busy--;
	const char *line = read ? strstr(text, "SqThread:\t") : NULL;
	return line && line[10] != '-';
}

uint32_t layout_array(const struct uring_layout *layout)
{
	size_t end = layout->cqes + layout_cqe_bytes(layout) * layout->cq_entries;
	return (uint32_t)((end + 63) & ~(size_t)63);
}

bool layout_guess(int fd, struct uring_layout *layout)
{
	struct io_uring_params own = {0};
	if (!layout_of_own(&own))
		return false;
	long address = SYS6(mmap, 0, 4096, PROT_READ, MAP_SHARED, fd, IORING_OFF_SQ_RING);
	if (address < 0 && address > -4096)
		return false;
	own.sq_entries = uring_load((char *)address, own.sq_off.ring_entries);
	own.cq_entries = uring_load((char *)address, own.cq_off.ring_entries);
	sys_unmap((void *)address, 4096);
	own.flags |= layout_has_thread(fd) ? IORING_SETUP_SQPOLL : 0;
	*layout = layout_of_parameters(&own);
	layout->sq_array = layout_array(layout);
	return layout->sq_entries && layout->cq_entries;
}

bool layout_is_identity(const struct uring_layout *layout, const char *sq)
{
	uint32_t first = 0, all = 0;
	if (!layout->sq_array)
		return true;
	for (uint32_t i = 0; i < layout->sq_entries; i++) {
		uint32_t slot = uring_load(sq, layout->sq_array + 4 * i);
		first += slot == i;
		all |= slot;
	}
	/* Nothing there: a queue without an array, or one that is not filled yet. */
	if (!all)
		return layout->sq_entries > 1 && uring_load(sq, layout->sq_tail) > 1;
	return first == layout->sq_entries;
}
