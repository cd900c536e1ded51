/* SPDX-License-Identifier: Apache-2.0
 *
 * Waiting until descriptors are ready. The event's file is the first one that
 * was, or the only one asked about.
 */
#include "calls/wait.h"

/* Records what waited for `fd`, of `count` that were asked about. */
static int poll_store(struct call *call, enum aiot_call id, int fd, int count, int returned)
{
	int saved = errno;
	if (fd >= 0)
		call->fd = fd_look(fd);
	errno = saved;
	struct aiot_event event = wait_event(call, id, returned);
	event.size = (uint64_t)count;
	wait_store(&event);
	errno = saved;
	return returned;
}

static int poll_ended(struct call *call, enum aiot_call id, const struct pollfd *fds, nfds_t count,
                      int returned)
{
	int fd = -1;
	if (!wait_was_long(call))
		return returned;
	for (nfds_t i = 0; returned > 0 && fd < 0 && i < count; i++)
		fd = fds[i].revents ? fds[i].fd : -1;
	if (count == 1 && returned >= 0)
		fd = fds[0].fd;
	return poll_store(call, id, fd, (int)count, returned);
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
	struct call call;
	if (!wait_begin(&call))
		return REAL(poll)(fds, count, timeout);
	return poll_ended(&call, AIOT_CALL_poll, fds, count, REAL(poll)(fds, count, timeout));
}

int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t bound)
{
	struct call call;
	if (!wait_begin(&call))
		return REAL(__poll_chk)(fds, count, timeout, bound);
	return poll_ended(&call, AIOT_CALL___poll_chk, fds, count,
	                  REAL(__poll_chk)(fds, count, timeout, bound));
}

int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	struct call call;
	if (!wait_begin(&call))
		return REAL(ppoll)(fds, count, timeout, mask);
	return poll_ended(&call, AIOT_CALL_ppoll, fds, count,
	                  REAL(ppoll)(fds, count, timeout, mask));
}

int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
                const sigset_t *mask, size_t bound)
{
	struct call call;
	if (!wait_begin(&call))
		return REAL(__ppoll_chk)(fds, count, timeout, mask, bound);
	return poll_ended(&call, AIOT_CALL___ppoll_chk, fds, count,
	                  REAL(__ppoll_chk)(fds, count, timeout, mask, bound));
}

/* The first descriptor that is in one of the sets. */
static int poll_first(int count, const fd_set *sets[3])
{
	for (int fd = 0; fd < count; fd++)
		for (int i = 0; i < 3; i++)
			if (sets[i] && sets[i]->fds_bits[fd / NFDBITS] >> fd % NFDBITS & 1)
				return fd;
	return -1;
}

static int poll_select_ended(struct call *call, enum aiot_call id, int count, const fd_set *sets[3],
                             int returned)
{
	if (!wait_was_long(call))
		return returned;
	int fd = returned > 0 ? poll_first(count, sets) : -1;
	return poll_store(call, id, fd, count, returned);
}

int select(int count, fd_set *in, fd_set *out, fd_set *other, struct timeval *timeout)
{
	struct call call;
	if (!wait_begin(&call))
		return REAL(select)(count, in, out, other, timeout);
	return poll_select_ended(&call, AIOT_CALL_select, count, (const fd_set *[]){in, out, other},
	                         REAL(select)(count, in, out, other, timeout));
}

int pselect(int count, fd_set *in, fd_set *out, fd_set *other, const struct timespec *timeout,
            const sigset_t *mask)
{
	struct call call;
	if (!wait_begin(&call))
		return REAL(pselect)(count, in, out, other, timeout, mask);
	return poll_select_ended(&call, AIOT_CALL_pselect, count,
	                         (const fd_set *[]){in, out, other},
	                         REAL(pselect)(count, in, out, other, timeout, mask));
}

static int poll_epoll_ended(struct call *call, enum aiot_call id, int fd, int count, int returned)
{
	return wait_was_long(call) ? poll_store(call, id, fd, count, returned) : returned;
}

int epoll_wait(int fd, struct epoll_event *events, int count, int timeout)
{
	struct call call;
	if (!wait_begin(&call))
		return REAL(epoll_wait)(fd, events, count, timeout);
	return poll_epoll_ended(&call, AIOT_CALL_epoll_wait, fd, count,
	                        REAL(epoll_wait)(fd, events, count, timeout));
}

int epoll_pwait(int fd, struct epoll_event *events, int count, int timeout, const sigset_t *mask)
{
	struct call call;
	if (!wait_begin(&call))
		return REAL(epoll_pwait)(fd, events, count, timeout, mask);
	return poll_epoll_ended(&call, AIOT_CALL_epoll_pwait, fd, count,
	                        REAL(epoll_pwait)(fd, events, count, timeout, mask));
}

int epoll_pwait2(int fd, struct epoll_event *events, int count, const struct timespec *timeout,
                 const sigset_t *mask)
{
	struct call call;
	if (!wait_begin(&call))
		return REAL(epoll_pwait2)(fd, events, count, timeout, mask);
	return poll_epoll_ended(&call, AIOT_CALL_epoll_pwait2, fd, count,
	                        REAL(epoll_pwait2)(fd, events, count, timeout, mask));
}
