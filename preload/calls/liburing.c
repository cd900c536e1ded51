/* SPDX-License-Identifier: Apache-2.0
 *
 * liburing as a shared library. Much of it is inline in the program: an entry is
 * filled, a completion is taken without a call. But whoever submits or waits
 * passes through here, and each time the ring is looked at.
 */
#include "calls/uring.h"
#include "uring/fixed.h"
#include "uring/look.h"

static int liburing_made(const struct call *call, enum aiot_call id, unsigned entries,
                         const struct io_uring *ring, int result)
{
	if (result >= 0) {
		struct uring_layout layout = layout_of_liburing(ring);
		uring_made(ring->ring_fd, &layout, URING_BY_CALLS);
	}
	uring_end(call, id, entries, result);
	return result;
}

int io_uring_queue_init(unsigned entries, struct io_uring *ring, unsigned flags)
{
	struct call call;
	if (!URING_BEGIN(&call, io_uring_queue_init))
		return REAL_NEAR(io_uring_queue_init)(entries, ring, flags);
	return liburing_made(&call, AIOT_CALL_io_uring_queue_init, entries, ring,
	                     REAL_NEAR(io_uring_queue_init)(entries, ring, flags));
}

int io_uring_queue_init_params(unsigned entries, struct io_uring *ring,
                               struct io_uring_params *parameters)
{
	struct call call;
	if (!URING_BEGIN(&call, io_uring_queue_init_params))
		return REAL_NEAR(io_uring_queue_init_params)(entries, ring, parameters);
	return liburing_made(&call, AIOT_CALL_io_uring_queue_init_params, entries, ring,
	                     REAL_NEAR(io_uring_queue_init_params)(entries, ring, parameters));
}

int io_uring_queue_mmap(int fd, struct io_uring_params *parameters, struct io_uring *ring)
{
	int result = REAL_NEAR(io_uring_queue_mmap)(fd, parameters, ring);
	if (result >= 0 && !inner_is(__builtin_return_address(0)) && event_wanted()) {
		struct uring_layout layout = layout_of_liburing(ring);
		uring_made(fd, &layout, URING_BY_CALLS);
		event_none();
	}
	return result;
}

void io_uring_queue_exit(struct io_uring *ring)
{
	struct call call;
	int fd = ring->ring_fd;
	bool wanted = URING_BEGIN(&call, io_uring_queue_exit);
	if (!thread_vfork) {
		uring_closed(fd);
		fd_closed(fd);
	}
	REAL_NEAR(io_uring_queue_exit)(ring);
	if (wanted)
		uring_end(&call, AIOT_CALL_io_uring_queue_exit, 0, 0);
}

/* A call that submits whatever was filled in, and returns how many that were. */
static int liburing_submitted(const struct call *call, enum aiot_call id, unsigned least,
                              const struct io_uring *ring, int result)
{
	int saved = errno;
	uint64_t start_ns = uring_end(call, id, least, result);
	uring_look(call, start_ns, ring->ring_fd, result);
	errno = saved;
	return result;
}

/* One that may do so too, and does not say. */
static int liburing_waited(const struct call *call, enum aiot_call id, unsigned least,
                           const struct io_uring *ring, int result)
{
	int saved = errno;
	uint64_t start_ns = uring_end(call, id, least, result);
	uring_look(call, start_ns, ring->ring_fd, -1);
	errno = saved;
	return result;
}

int io_uring_submit(struct io_uring *ring)
{
	struct call call;
	if (!URING_BEGIN(&call, io_uring_submit))
		return REAL_NEAR(io_uring_submit)(ring);
	return liburing_submitted(&call, AIOT_CALL_io_uring_submit, 0, ring,
	                          REAL_NEAR(io_uring_submit)(ring));
}

int io_uring_submit_and_wait(struct io_uring *ring, unsigned least)
{
	struct call call;
	if (!URING_BEGIN(&call, io_uring_submit_and_wait))
		return REAL_NEAR(io_uring_submit_and_wait)(ring, least);
	return liburing_submitted(&call, AIOT_CALL_io_uring_submit_and_wait, least, ring,
	                          REAL_NEAR(io_uring_submit_and_wait)(ring, least));
}

int io_uring_submit_and_wait_timeout(struct io_uring *ring, struct io_uring_cqe **cqe,
                                     unsigned least, struct __kernel_timespec *timeout,
                                     sigset_t *mask)
{
	struct call call;
	if (!URING_BEGIN(&call, io_uring_submit_and_wait_timeout))
		return REAL_NEAR(io_uring_submit_and_wait_timeout)(ring, cqe, least, timeout, mask);
	return liburing_waited(
	        &call, AIOT_CALL_io_uring_submit_and_wait_timeout, least, ring,
	        REAL_NEAR(io_uring_submit_and_wait_timeout)(ring, cqe, least, timeout, mask));
}

int io_uring_submit_and_get_events(struct io_uring *ring)
{
	struct call call;
	if (!URING_BEGIN(&call, io_uring_submit_and_get_events))
		return REAL_NEAR(io_uring_submit_and_get_events)(ring);
	return liburing_submitted(&call, AIOT_CALL_io_uring_submit_and_get_events, 0, ring,
	                          REAL_NEAR(io_uring_submit_and_get_events)(ring));
}

int io_uring_get_events(struct io_uring *ring)
{
	struct call call;
	if (!URING_BEGIN(&call, io_uring_get_events))
		return REAL_NEAR(io_uring_get_events)(ring);
	return liburing_waited(&call, AIOT_CALL_io_uring_get_events, 0, ring,
	                       REAL_NEAR(io_uring_get_events)(ring));
}

int __io_uring_get_cqe(struct io_uring *ring, struct io_uring_cqe **cqe, unsigned submit,
                       unsigned least, sigset_t *mask)
{
	struct call call;
	if (!URING_BEGIN(&call, __io_uring_get_cqe))
		return REAL_NEAR(__io_uring_get_cqe)(ring, cqe, submit, least, mask);
	return liburing_waited(&call, AIOT_CALL___io_uring_get_cqe, least, ring,
	                       REAL_NEAR(__io_uring_get_cqe)(ring, cqe, submit, least, mask));
}

int io_uring_wait_cqes(struct io_uring *ring, struct io_uring_cqe **cqe, unsigned least,
                       struct __kernel_timespec *timeout, sigset_t *mask)
{
	struct call call;
	if (!URING_BEGIN(&call, io_uring_wait_cqes))
		return REAL_NEAR(io_uring_wait_cqes)(ring, cqe, least, timeout, mask);
	return liburing_waited(&call, AIOT_CALL_io_uring_wait_cqes, least, ring,
	                       REAL_NEAR(io_uring_wait_cqes)(ring, cqe, least, timeout, mask));
}

int io_uring_wait_cqe_timeout(struct io_uring *ring, struct io_uring_cqe **cqe,
                              struct __kernel_timespec *timeout)
{
	struct call call;
	if (!URING_BEGIN(&call, io_uring_wait_cqe_timeout))
		return REAL_NEAR(io_uring_wait_cqe_timeout)(ring, cqe, timeout);
	return liburing_waited(&call, AIOT_CALL_io_uring_wait_cqe_timeout, 1, ring,
	                       REAL_NEAR(io_uring_wait_cqe_timeout)(ring, cqe, timeout));
}

/* Programs call this in a loop: a look that finds nothing is cheap, an event
 * would not be. */
unsigned io_uring_peek_batch_cqe(struct io_uring *ring, struct io_uring_cqe **cqes, unsigned count)
{
	struct call call;
	unsigned got = REAL_NEAR(io_uring_peek_batch_cqe)(ring, cqes, count);
	int saved = errno;
	if (!inner_is(__builtin_return_address(0)) && call_begin(&call))
		uring_look(&call, 0, ring->ring_fd, -1);
	event_none();
	errno = saved;
	return got;
}

/* The files of a ring after a registration that succeeded. */
static int liburing_files(const struct io_uring *ring, int result, uint32_t first, const int *files,
                          uint32_t count, bool fresh)
{
	int saved = errno;
	struct uring *known = result >= 0 && event_wanted() ? uring_of(ring->ring_fd) : NULL;
	if (known && uring_take(known, true)) {
		if (fresh)
			fixed_make(known, count);
		if (files)
			fixed_set(known, first, files, count);
		uring_give(known);
	}
	event_none();
	errno = saved;
	return result;
}

int io_uring_register_files(struct io_uring *ring, const int *files, unsigned count)
{
	int result = REAL_NEAR(io_uring_register_files)(ring, files, count);
	return liburing_files(ring, result, 0, files, count, true);
}

int io_uring_register_files_tags(struct io_uring *ring, const int *files, const __u64 *tags,
                                 unsigned count)
{
	int result = REAL_NEAR(io_uring_register_files_tags)(ring, files, tags, count);
	return liburing_files(ring, result, 0, files, count, true);
}

int io_uring_register_files_sparse(struct io_uring *ring, unsigned count)
{
	int result = REAL_NEAR(io_uring_register_files_sparse)(ring, count);
	return liburing_files(ring, result, 0, NULL, count, true);
}

int io_uring_register_files_update(struct io_uring *ring, unsigned first, const int *files,
                                   unsigned count)
{
	int result = REAL_NEAR(io_uring_register_files_update)(ring, first, files, count);
	return liburing_files(ring, result, first, files, count, false);
}

int io_uring_register_files_update_tag(struct io_uring *ring, unsigned first, const int *files,
                                       const __u64 *tags, unsigned count)
{
	int result = REAL_NEAR(io_uring_register_files_update_tag)(ring, first, files, tags, count);
	return liburing_files(ring, result, first, files, count, false);
}

int io_uring_unregister_files(struct io_uring *ring)
{
	int result = REAL_NEAR(io_uring_unregister_files)(ring);
	return liburing_files(ring, result, 0, NULL, 0, true);
}
