/* SPDX-License-Identifier: Apache-2.0
 *
 * io_uring's system calls: as liburing's functions of the same names, and by
 * syscall(2). A program that makes a ring so may well enter it by an instruction
 * of its own; calls that account for all that was submitted prove otherwise.
 */
#include "calls/uring.h"

#include "calls/syscall.h"
#include "loss.h"
#include "uring/fixed.h"
#include "uring/look.h"
#include "uring/poller.h"

#define URING_ENTER_REGISTERED    16u /* the descriptor is an index instead */
#define URING_REGISTER_REGISTERED (1u << 31)

bool uring_begin(struct call *call)
{
	if (thread_self.inside || !call_begin(call))
		return false;
	thread_self.inside++;
	return true;
}

uint64_t uring_end(const struct call *call, enum aiot_call id, uint64_t size, int64_t result)
{
	int saved = errno;
	thread_self.inside--;
	struct aiot_event event = call_event(call, id, 0);
	event.size = size;
	event.result = result;
	event_store(&event);
	errno = saved;
	return event.start_ns;
}

/* Whether the kernel took more submissions than the calls told of. With SQPOLL
 * it takes them without a call: what the ring was made by decides. */
static bool uring_is_hidden(struct uring *ring, int64_t submitted)
{
	if (ring->layout.flags & IORING_SETUP_SQPOLL || submitted < 0)
		return ring->hidden;
	uint32_t taken = uring_load(ring->sq, ring->layout.sq_head);
	uint32_t fresh = taken - __atomic_exchange_n(&ring->sq_told, taken, __ATOMIC_RELAXED);
	return fresh > submitted || (ring->hidden && !submitted);
}

static void uring_look_at(struct uring *ring, uint64_t start)
{
	if (!uring_take(ring, true))
		return;
	look_after(ring, start, 0);
	uring_give(ring);
}

void uring_look(const struct call *call, uint64_t start_ns, int fd, int64_t submitted)
{
	struct uring *ring = fd >= 0 ? uring_of(fd) : NULL;
	if (fd < 0)
		uring_each(uring_look_at, call->start);
	else if (!ring && submitted > 0)
		loss_count(AIOT_LOSS_ASYNC, (uint64_t)submitted);
	if (!ring || !uring_take(ring, true))
		return;
	bool same = ring->fd == fd;
	if (same) {
		look_after(ring, call->start, start_ns);
		__atomic_store_n(&ring->hidden, uring_is_hidden(ring, submitted), __ATOMIC_SEQ_CST);
	}
	uring_give(ring);
	if (same && ring->hidden)
		poller_need();
}

void uring_made(int fd, const struct uring_layout *layout, bool hidden)
{
	thread_self.busy++;
	uring_opened(fd, layout, hidden);
	fd_forget(fd);
	fd_look(fd);
	if (hidden && uring_of(fd))
		poller_need();
	thread_self.busy--;
}

static void uring_set_up(const struct call *call, const long a[6], int64_t result)
{
	int saved = errno;
	if (result >= 0) {
		struct uring_layout layout = layout_of_parameters((void *)a[1]);
		uring_made((int)result, &layout, true);
	}
	uring_end(call, AIOT_CALL_io_uring_setup, (uint64_t)a[0], result);
	errno = saved;
}

static void uring_entered(const struct call *call, enum aiot_call id, const long a[6],
                          int64_t result)
{
	int saved = errno;
	bool index = a[3] & URING_ENTER_REGISTERED;
	uint64_t start_ns = uring_end(call, id, (uint32_t)a[1], result);
	uring_look(call, start_ns, index ? -1 : (int)a[0], result);
	errno = saved;
}

static void uring_registered(const struct call *call, const long a[6], int64_t result)
{
	int saved = errno;
	unsigned operation = (unsigned)a[1] & ~URING_REGISTER_REGISTERED;
	struct uring *ring = uring_of((int)a[0]);
	if (result >= 0 && ring && uring_take(ring, true)) {
		fixed_registered(ring, operation, (const void *)a[2], (unsigned)a[3]);
		uring_give(ring);
	}
	uring_end(call, AIOT_CALL_io_uring_register, (unsigned)a[3], result);
	errno = saved;
}

long uring_syscall_setup(long entries, long parameters)
{
	struct call call;
	bool wanted = uring_begin(&call);
	long result = SYS2(io_uring_setup, entries, parameters);
	if (wanted)
		uring_set_up(&call, (long[6]){entries, parameters}, result);
	return sys_returned(result);
}

long uring_syscall_enter(long fd, long count, long least, long flags, long mask, long size)
{
	struct call call;
	bool wanted = uring_begin(&call);
	long result = SYS6(io_uring_enter, fd, count, least, flags, mask, size);
	if (wanted)
		uring_entered(&call, AIOT_CALL_io_uring_enter, (long[6]){fd, count, least, flags},
		              result);
	return sys_returned(result);
}

long uring_syscall_register(long fd, long operation, long argument, long count)
{
	struct call call;
	bool wanted = uring_begin(&call);
	long result = SYS4(io_uring_register, fd, operation, argument, count);
	if (wanted)
		uring_registered(&call, (long[6]){fd, operation, argument, count}, result);
	return sys_returned(result);
}

/* liburing's functions return -errno. */
int io_uring_setup(unsigned entries, struct io_uring_params *parameters)
{
	struct call call;
	if (!uring_begin(&call))
		return REAL_NEAR(io_uring_setup)(entries, parameters);
	int result = REAL_NEAR(io_uring_setup)(entries, parameters);
	uring_set_up(&call, (long[6]){entries, (long)parameters}, result);
	return result;
}

int io_uring_enter(unsigned fd, unsigned count, unsigned least, unsigned flags, sigset_t *mask)
{
	struct call call;
	if (!uring_begin(&call))
		return REAL_NEAR(io_uring_enter)(fd, count, least, flags, mask);
	int result = REAL_NEAR(io_uring_enter)(fd, count, least, flags, mask);
	uring_entered(&call, AIOT_CALL_io_uring_enter, (long[6]){fd, count, least, flags}, result);
	return result;
}

int io_uring_enter2(unsigned fd, unsigned count, unsigned least, unsigned flags, sigset_t *mask,
                    size_t size)
{
	struct call call;
	if (!uring_begin(&call))
		return REAL_NEAR(io_uring_enter2)(fd, count, least, flags, mask, size);
	int result = REAL_NEAR(io_uring_enter2)(fd, count, least, flags, mask, size);
	uring_entered(&call, AIOT_CALL_io_uring_enter2, (long[6]){fd, count, least, flags}, result);
	return result;
}

int io_uring_register(unsigned fd, unsigned operation, const void *argument, unsigned count)
{
	struct call call;
	if (!uring_begin(&call))
		return REAL_NEAR(io_uring_register)(fd, operation, argument, count);
	int result = REAL_NEAR(io_uring_register)(fd, operation, argument, count);
	uring_registered(&call, (long[6]){fd, operation, (long)argument, count}, result);
	return result;
}
