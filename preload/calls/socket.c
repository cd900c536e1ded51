/* SPDX-License-Identifier: Apache-2.0
 *
 * Sockets' own reads and writes: they move bytes between processes, and how
 * long they take tells who waits for whom.
 */
#include "calls/data.h"

static ssize_t socket_moved(const struct call *call, enum aiot_call id, uint64_t size, int flags,
                            ssize_t returned)
{
	struct aiot_event event = call_event(call, id, returned);
	event.size = size;
	event.aux = (uint32_t)flags;
	event_store(&event);
	return returned;
}

ssize_t recv(int fd, void *buffer, size_t size, int flags)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(recv)(fd, buffer, size, flags);
	return socket_moved(&call, AIOT_CALL_recv, size, flags,
	                    REAL(recv)(fd, buffer, size, flags));
}

ssize_t __recv_chk(int fd, void *buffer, size_t size, size_t bound, int flags)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(__recv_chk)(fd, buffer, size, bound, flags);
	return socket_moved(&call, AIOT_CALL___recv_chk, size, flags,
	                    REAL(__recv_chk)(fd, buffer, size, bound, flags));
}

ssize_t recvfrom(int fd, void *buffer, size_t size, int flags, __SOCKADDR_ARG name,
                 socklen_t *name_size)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(recvfrom)(fd, buffer, size, flags, name, name_size);
	return socket_moved(&call, AIOT_CALL_recvfrom, size, flags,
	                    REAL(recvfrom)(fd, buffer, size, flags, name, name_size));
}

ssize_t __recvfrom_chk(int fd, void *buffer, size_t size, size_t bound, int flags,
                       __SOCKADDR_ARG name, socklen_t *name_size)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(__recvfrom_chk)(fd, buffer, size, bound, flags, name, name_size);
	return socket_moved(&call, AIOT_CALL___recvfrom_chk, size, flags,
	                    REAL(__recvfrom_chk)(fd, buffer, size, bound, flags, name, name_size));
}

static uint64_t socket_message_bytes(const struct msghdr *message, ssize_t returned)
{
	return returned < 0
	               ? 0
	               : data_vector_bytes(message->msg_iov, (int)message->msg_iovlen, returned);
}

/* Calls `each` on the descriptors that a message carries. */
static void socket_each_right(const struct msghdr *message, void (*each)(int fd))
{
	struct msghdr copy = *message;
	for (struct cmsghdr *head = CMSG_FIRSTHDR(&copy); head; head = CMSG_NXTHDR(&copy, head)) {
		if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = CMSG_LEN(0); at + sizeof(int) <= head->cmsg_len;
		     at += sizeof(int)) {
			int fd;
			memcpy(&fd, (char *)head + at, sizeof fd);
			each(fd);
		}
	}
}

/* Whoever has it from now on may move its position. */
static void socket_sent(const struct msghdr *message, ssize_t returned)
{
	if (returned >= 0 && message->msg_controllen)
		socket_each_right(message, fd_distrust);
}

/* A number that was another file's before; which file it is, the kernel is
 * asked when it is used. */
static void socket_received(const struct msghdr *message, ssize_t returned)
{
	if (returned >= 0 && message->msg_controllen)
		socket_each_right(message, fd_closed);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(recvmsg)(fd, message, flags);
	ssize_t returned = REAL(recvmsg)(fd, message, flags);
	socket_received(message, returned);
	return socket_moved(&call, AIOT_CALL_recvmsg, socket_message_bytes(message, returned),
	                    flags, returned);
}

ssize_t send(int fd, const void *buffer, size_t size, int flags)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(send)(fd, buffer, size, flags);
	return socket_moved(&call, AIOT_CALL_send, size, flags,
	                    REAL(send)(fd, buffer, size, flags));
}

ssize_t sendto(int fd, const void *buffer, size_t size, int flags, __CONST_SOCKADDR_ARG name,
               socklen_t name_size)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(sendto)(fd, buffer, size, flags, name, name_size);
	return socket_moved(&call, AIOT_CALL_sendto, size, flags,
	                    REAL(sendto)(fd, buffer, size, flags, name, name_size));
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(sendmsg)(fd, message, flags);
	ssize_t returned = REAL(sendmsg)(fd, message, flags);
	socket_sent(message, returned);
	return socket_moved(&call, AIOT_CALL_sendmsg, socket_message_bytes(message, returned),
	                    flags, returned);
}

/* Several messages: `returned` is how many, and the result their bytes. */
static int socket_moved_many(const struct call *call, enum aiot_call id,
                             const struct mmsghdr *messages, int flags, int returned,
                             void (*each)(const struct msghdr *message, ssize_t returned))
{
	uint64_t size = 0;
	int64_t bytes = returned < 0 ? -1 : 0;
	int saved = errno;
	for (int i = 0; i < returned; i++) {
		const struct mmsghdr *one = &messages[i];
		each(&one->msg_hdr, one->msg_len);
		size += socket_message_bytes(&one->msg_hdr, one->msg_len);
		bytes += one->msg_len;
	}
	errno = saved;
	socket_moved(call, id, size, flags, bytes);
	return returned;
}

int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(recvmmsg)(fd, messages, count, flags, timeout);
	return socket_moved_many(&call, AIOT_CALL_recvmmsg, messages, flags,
	                         REAL(recvmmsg)(fd, messages, count, flags, timeout),
	                         socket_received);
}

int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(sendmmsg)(fd, messages, count, flags);
	return socket_moved_many(&call, AIOT_CALL_sendmmsg, messages, flags,
	                         REAL(sendmmsg)(fd, messages, count, flags), socket_sent);
}

/* The new descriptor's number may have been another file's. */
static int socket_accepted(const struct call *call, enum aiot_call id, int flags, int returned)
{
	int saved = errno;
	struct aiot_event event = call_event(call, id, returned);
	event.aux = (uint32_t)flags;
	if (returned >= 0)
		fd_closed(returned);
	event_store(&event);
	errno = saved;
	return returned;
}

int accept(int fd, __SOCKADDR_ARG name, socklen_t *name_size)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(accept)(fd, name, name_size);
	return socket_accepted(&call, AIOT_CALL_accept, 0, REAL(accept)(fd, name, name_size));
}

int accept4(int fd, __SOCKADDR_ARG name, socklen_t *name_size, int flags)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(accept4)(fd, name, name_size, flags);
	return socket_accepted(&call, AIOT_CALL_accept4, flags,
	                       REAL(accept4)(fd, name, name_size, flags));
}

int connect(int fd, __CONST_SOCKADDR_ARG name, socklen_t name_size)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(connect)(fd, name, name_size);
	return call_ended(&call, AIOT_CALL_connect, REAL(connect)(fd, name, name_size));
}
