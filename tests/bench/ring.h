/* SPDX-License-Identifier: Apache-2.0
 *
 * As much of io_uring as the benchmark needs, entered by an instruction of the
 * program's own where that is known, as liburing does.
 */
#ifndef BENCH_RING_H
#define BENCH_RING_H

#include <linux/io_uring.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct ring {
	int fd;
	unsigned depth, *sq_tail, *sq_array, *cq_head, *cq_tail, sq_mask;
	struct io_uring_sqe *sqes;
};

static inline long ring_kernel(long number, long a, long b, long c, long d)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = d, r8 __asm__("r8") = 0, r9 __asm__("r9") = 0;
	__asm__ volatile("syscall"
	                 : "+a"(number)
	                 : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
	                 : "rcx", "r11", "memory");
	return number;
#else
	return syscall(number, a, b, c, d, 0, 0);
#endif
}

static inline void ring_open(struct ring *r, unsigned depth)
{
	struct io_uring_params p = {0};
	r->fd = (int)ring_kernel(SYS_io_uring_setup, depth, (long)&p, 0, 0);
	size_t bytes = p.sq_off.array + p.sq_entries * sizeof(unsigned);
	char *queues = r->fd < 0 ? MAP_FAILED
	                         : mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd,
	                                IORING_OFF_SQ_RING);
	r->sqes = mmap(NULL, p.sq_entries * sizeof *r->sqes, PROT_READ | PROT_WRITE, MAP_SHARED,
	               r->fd, IORING_OFF_SQES);
	if (queues == MAP_FAILED || r->sqes == MAP_FAILED)
		exit(77);
	r->depth = depth;
	r->sq_mask = p.sq_entries - 1;
	r->sq_tail = (void *)(queues + p.sq_off.tail);
	r->sq_array = (void *)(queues + p.sq_off.array);
	r->cq_head = (void *)(queues + p.cq_off.head);
	r->cq_tail = (void *)(queues + p.cq_off.tail);
}

static inline void ring_read(struct ring *r, unsigned number, int fd, void *to, unsigned bytes,
                             uint64_t offset)
{
	unsigned slot = (*r->sq_tail + number) & r->sq_mask;
	r->sqes[slot] = (struct io_uring_sqe){.opcode = IORING_OP_READ,
	                                      .fd = fd,
	                                      .addr = (uintptr_t)to,
	                                      .len = bytes,
	                                      .off = offset,
	                                      .user_data = number};
	r->sq_array[slot] = slot;
}

/* Hands `count` entries over and waits until all have ended. */
static inline void ring_go(struct ring *r, unsigned count)
{
	__atomic_store_n(r->sq_tail, *r->sq_tail + count, __ATOMIC_RELEASE);
	if (ring_kernel(SYS_io_uring_enter, r->fd, count, count, IORING_ENTER_GETEVENTS) !=
	    (long)count)
		exit(1);
	__atomic_store_n(r->cq_head, __atomic_load_n(r->cq_tail, __ATOMIC_ACQUIRE),
	                 __ATOMIC_RELEASE);
}

#endif
