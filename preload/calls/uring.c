/* SPDX-License-Identifier: Apache-2.0
 *
 * io_uring's system calls: as liburing's functions of the same names, by
 * syscall(2), and by instructions of the program's own (uring/site.h). A program
 * that makes a ring by a function may well enter it by an instruction; calls that
 * account for all that was submitted prove otherwise.
 */
#include "calls/uring.h"

#include "calls/syscall.h"
#include "trace/loss.h"
#include "uring/fixed.h"
#include "uring/look.h"
#include "uring/poller.h"
#include "uring/site.h"
#include "uring/wake.h"

#define URING_ENTER_REGISTERED    16u /* the descriptor is an index instead */
#define URING_REGISTER_REGISTERED (1u << 31)
#define URING_REGISTER_RINGS      20u /* IORING_REGISTER_RING_FDS, in newer headers */
#define URING_REGISTER_RESIZE     33u /* IORING_REGISTER_RESIZE_RINGS */
#define URING_INDICES             16u /* that the kernel has room for, a thread */

/* The thread's registered rings: their descriptors plus 1, by index; 0 = not known. */
static __thread int uring_indices[URING_INDICES] __attribute__((tls_model("initial-exec")));

/* What the thread's call has entered; one that never returned has not left it. */
static __thread struct uring *uring_within __attribute__((tls_model("initial-exec")));

static uint64_t uring_end_at(const struct call *call, enum aiot_call id, uint64_t size,
                             int64_t result, uint64_t start_ns)
{
	int saved = errno;
	inner_end();
	struct aiot_event event = call_event(call, id, 0);
	event.start_ns = start_ns ? start_ns : event.start_ns;
	event.size = size;
	event.result = result;
	event_store(&event);
	errno = saved;
	return event.start_ns;
}

uint64_t uring_end(const struct call *call, enum aiot_call id, uint64_t size, int64_t result)
{
	return uring_end_at(call, id, size, result, 0);
}

/* Code that is hooked tells of each submission, once the call is over. */
static bool uring_is_missed(struct uring *ring, int64_t submitted)
{
	ring->sq_told += (uint32_t)submitted;
	uint32_t taken = uring_load(ring->sq, ring->layout.sq_head);
	if (ring->entering || (int32_t)(taken - ring->sq_told) <= 0)
		return false;
	ring->sq_told = taken;
	return true;
}

/* Whether the kernel took more submissions than the calls told of. With SQPOLL
 * it takes them without a call: what the ring was made by decides. */
static bool uring_is_hidden(struct uring *ring, int64_t submitted)
{
	if (ring->layout.flags & IORING_SETUP_SQPOLL || submitted < 0)
		return ring->hidden;
	if (ring->sited)
		return uring_is_missed(ring, submitted) || ring->hidden;
	uint32_t taken = uring_load(ring->sq, ring->layout.sq_head);
	uint32_t fresh = taken - ring->sq_told;
	ring->sq_told = taken;
	return fresh > submitted || (ring->hidden && !submitted);
}

static void uring_look_at(struct uring *ring, uint64_t start)
{
	if (!uring_take(ring, true))
		return;
	look_after(ring, start, 0);
	uring_give(ring);
}

static void uring_leave(struct uring *ring)
{
	ring->entering -= ring->entering > 0;
	uring_within = NULL;
}

static void uring_leave_late(void)
{
	struct uring *ring = uring_within;
	if (!ring || !uring_take(ring, true))
		return;
	uring_leave(ring);
	uring_give(ring);
}

/* Before a call enters a ring. Returns what the event of the call is to say of its
 * start. A ring that was set up out of sight becomes known. */
static uint64_t uring_before(const struct call *call, int fd)
{
	uint64_t start_ns = clock_ns(clock_at(call->start), call->start);
	struct uring *ring = fd != -1 ? uring_of(fd) : NULL;
	uring_leave_late();
	if (fd >= 0 && !ring) {
		fd_look(fd);
		ring = uring_of(fd);
	}
	if (!ring || !uring_take(ring, true))
		return start_ns;
	if (ring->fd == fd) {
		ring->slept = wake_may_sleep(ring, call->start);
		look_before(ring, call->start, start_ns);
		ring->entering++;
		uring_within = ring;
	}
	uring_give(ring);
	return start_ns;
}

/* Of a ring whose flag may yet be taken back, the helper thread sets it again. */
static void uring_await(struct uring *ring)
{
	bool late = ring->slept && !wake_await(ring);
	ring->slept = late;
	__atomic_store_n(&ring->hidden, late, __ATOMIC_SEQ_CST);
	if (ring->layout.cq_entries == 1)
		wake_await_single(ring);
}

static void uring_look_once(const struct call *call, uint64_t start_ns, int fd, int64_t submitted,
                            bool entered)
{
	struct uring *ring = fd != -1 ? uring_of(fd) : NULL;
	if (fd == -1)
		uring_each(uring_look_at, call->start);
	else if (!ring && submitted > 0)
		loss_count(AIOT_LOSS_ASYNC, (uint64_t)submitted);
	if (ring && ring->wakes)
		uring_await(ring);
	if (!ring || !uring_take(ring, true))
		return;
	bool same = ring->fd == fd;
	if (same) {
		wake_keep(ring);
		if (entered)
			uring_leave(ring);
		ring->sited |= entered && ring->wakes;
		look_after(ring, call->start, start_ns);
		__atomic_store_n(&ring->hidden, uring_is_hidden(ring, submitted), __ATOMIC_SEQ_CST);
	}
	uring_give(ring);
	if (same && ring->hidden)
		poller_need();
}

void uring_look(const struct call *call, uint64_t start_ns, int fd, int64_t submitted)
{
	uring_look_once(call, start_ns, fd, submitted, false);
}

void uring_made(int fd, const struct uring_layout *layout, enum uring_shown shown)
{
	thread_self.busy++;
	uring_opened(fd, layout, shown);
	if (fd >= 0) {
		fd_forget(fd);
		fd_look(fd);
	}
	struct uring *ring = uring_of(fd);
	if (ring && ring->hidden)
		poller_need();
	thread_self.busy--;
}

/* The ring has no descriptor, but an index of the thread's. */
static int uring_numbered(int64_t index)
{
	int number = uring_number();
	if (index < (int64_t)URING_INDICES)
		uring_indices[index] = number + 1;
	return number;
}

static void uring_set_up(const struct call *call, const long a[6], int64_t result,
                         const void *caller)
{
	int saved = errno;
	if (result >= 0) {
		struct uring_layout layout = layout_of_parameters((void *)a[1]);
		bool hooked = !caller || site_hook_caller(caller);
		int fd = layout.flags & URING_SETUP_ONLY_INDEX ? uring_numbered(result)
		                                               : (int)result;
		uring_made(fd, &layout, hooked ? URING_BY_SITES : URING_BY_NOTHING);
	}
	uring_end(call, AIOT_CALL_io_uring_setup, (uint64_t)a[0], result);
	errno = saved;
}

/* -1: a registered ring, of which it is not known which one. */
static int uring_descriptor(long fd, bool registered)
{
	if (!registered)
		return (int)fd;
	return (unsigned long)fd < URING_INDICES ? uring_indices[fd] - 1 : -1;
}

static int uring_entered_by(const long a[6])
{
	return uring_descriptor(a[0], a[3] & URING_ENTER_REGISTERED);
}

static void uring_entered(const struct call *call, enum aiot_call id, const long a[6],
                          uint64_t start_ns, int64_t result)
{
	int saved = errno;
	uring_end_at(call, id, (uint32_t)a[1], result, start_ns);
	uring_look_once(call, start_ns, uring_entered_by(a), result, true);
	errno = saved;
}

/* The kernel has filled in the indices. */
static void uring_index(const struct io_uring_rsrc_update *rings, unsigned count, bool known)
{
	for (unsigned i = 0; i < count; i++) {
		if (rings[i].offset >= URING_INDICES)
			continue;
		int *place = &uring_indices[rings[i].offset];
		if (*place < 0)
			uring_closed(*place - 1);
		*place = known ? (int)rings[i].data + 1 : 0;
	}
}

static void uring_resize(struct uring *ring, const struct io_uring_params *parameters)
{
	struct uring_layout layout = layout_of_parameters(parameters);
	uring_resized(ring, &layout);
}

/* What has completed by then is seen in the queues that go. */
static void uring_before_resize(const struct call *call, const long a[6])
{
	unsigned operation = (unsigned)a[1], resize = URING_REGISTER_RESIZE;
	struct uring *ring = NULL;
	if ((operation & ~URING_REGISTER_REGISTERED) == resize)
		ring = uring_of(uring_descriptor(a[0], operation & URING_REGISTER_REGISTERED));
	if (!ring || !uring_take(ring, true))
		return;
	look_before(ring, call->start, 0);
	uring_give(ring);
}

static void uring_registered(const struct call *call, const long a[6], int64_t result)
{
	int saved = errno;
	unsigned operation = (unsigned)a[1] & ~URING_REGISTER_REGISTERED;
	struct uring *ring =
	        uring_of(uring_descriptor(a[0], (unsigned)a[1] & URING_REGISTER_REGISTERED));
	if (result > 0 &&
	    (operation == URING_REGISTER_RINGS || operation == URING_REGISTER_RINGS + 1))
		uring_index((const void *)a[2], (unsigned)result,
		            operation == URING_REGISTER_RINGS);
	if (result >= 0 && ring && uring_take(ring, true)) {
		if (operation == URING_REGISTER_RESIZE)
			uring_resize(ring, (const void *)a[2]);
		fixed_registered(ring, operation, (const void *)a[2], (unsigned)a[3]);
		uring_give(ring);
	}
	uring_end(call, AIOT_CALL_io_uring_register, (unsigned)a[3], result);
	errno = saved;
}

/* `caller` NULL: hooked code. Returns what the kernel does, like those below. */
static long uring_setup(const long a[6], const void *caller)
{
	struct call call;
	bool wanted = inner_begin(&call, NULL, caller);
	long result = SYS2(io_uring_setup, a[0], a[1]);
	if (wanted)
		uring_set_up(&call, a, result, caller);
	return result;
}

static long uring_enter(const long a[6], const void *caller)
{
	struct call call;
	if (!inner_begin(&call, NULL, caller))
		return SYS6(io_uring_enter, a[0], a[1], a[2], a[3], a[4], a[5]);
	uint64_t start_ns = uring_before(&call, uring_entered_by(a));
	long result = SYS6(io_uring_enter, a[0], a[1], a[2], a[3], a[4], a[5]);
	uring_entered(&call, AIOT_CALL_io_uring_enter, a, start_ns, result);
	return result;
}

static long uring_register(const long a[6], const void *caller)
{
	struct call call;
	bool wanted = inner_begin(&call, NULL, caller);
	if (wanted)
		uring_before_resize(&call, a);
	long result = SYS4(io_uring_register, a[0], a[1], a[2], a[3]);
	if (wanted)
		uring_registered(&call, a, result);
	return result;
}

long uring_syscall_setup(long entries, long parameters)
{
	return sys_returned(
	        uring_setup((long[6]){entries, parameters}, __builtin_return_address(0)));
}

long uring_syscall_enter(long fd, long count, long least, long flags, long mask, long size)
{
	return sys_returned(uring_enter((long[6]){fd, count, least, flags, mask, size},
	                                __builtin_return_address(0)));
}

long uring_syscall_register(long fd, long operation, long argument, long count)
{
	return sys_returned(uring_register((long[6]){fd, operation, argument, count},
	                                   __builtin_return_address(0)));
}

long uring_site_call(const long registers[7])
{
	int saved = errno;
	long result;
	switch ((int)registers[0]) {
	case SYS_io_uring_setup: result = uring_setup(registers + 1, NULL); break;
	case SYS_io_uring_enter: result = uring_enter(registers + 1, NULL); break;
	default: result = uring_register(registers + 1, NULL); break;
	}
	errno = saved;
	return result;
}

/* liburing's functions return -errno. */
int io_uring_setup(unsigned entries, struct io_uring_params *parameters)
{
	struct call call;
	if (!URING_BEGIN(&call, io_uring_setup))
		return REAL_NEAR(io_uring_setup)(entries, parameters);
	int result = REAL_NEAR(io_uring_setup)(entries, parameters);
	uring_set_up(&call, (long[6]){entries, (long)parameters}, result,
	             __builtin_return_address(0));
	return result;
}

int io_uring_enter(unsigned fd, unsigned count, unsigned least, unsigned flags, sigset_t *mask)
{
	struct call call;
	if (!URING_BEGIN(&call, io_uring_enter))
		return REAL_NEAR(io_uring_enter)(fd, count, least, flags, mask);
	const long a[6] = {fd, count, least, flags};
	uint64_t start_ns = uring_before(&call, uring_entered_by(a));
	int result = REAL_NEAR(io_uring_enter)(fd, count, least, flags, mask);
	uring_entered(&call, AIOT_CALL_io_uring_enter, a, start_ns, result);
	return result;
}

int io_uring_enter2(unsigned fd, unsigned count, unsigned least, unsigned flags, sigset_t *mask,
                    size_t size)
{
	struct call call;
	if (!URING_BEGIN(&call, io_uring_enter2))
		return REAL_NEAR(io_uring_enter2)(fd, count, least, flags, mask, size);
	const long a[6] = {fd, count, least, flags};
	uint64_t start_ns = uring_before(&call, uring_entered_by(a));
	int result = REAL_NEAR(io_uring_enter2)(fd, count, least, flags, mask, size);
	uring_entered(&call, AIOT_CALL_io_uring_enter2, a, start_ns, result);
	return result;
}

int io_uring_register(unsigned fd, unsigned operation, const void *argument, unsigned count)
{
	struct call call;
	if (!URING_BEGIN(&call, io_uring_register))
		return REAL_NEAR(io_uring_register)(fd, operation, argument, count);
	const long a[6] = {fd, operation, (long)argument, count};
	uring_before_resize(&call, a);
	int result = REAL_NEAR(io_uring_register)(fd, operation, argument, count);
	uring_registered(&call, a, result);
	return result;
}
