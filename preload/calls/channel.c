/* SPDX-License-Identifier: Apache-2.0
 *
 * Pipes, sockets and memory that processes talk through. Both ends of a pair
 * are defined at once; the pipe's name has its inode, by which the ends are
 * found together in other processes' traces.
 */
#include <sys/socket.h>

#include "base/room.h"
#include "calls/call.h"

/* The event is about the first descriptor; the second one stands in aux. */
static int channel_paired(const struct call *call, enum aiot_call id, const int fds[2],
                          int returned)
{
	int saved = errno;
	struct aiot_event event = call_event(call, id, returned);
	if (returned == 0) {
		struct fd first = fd_opened(fds[0], "", false, 0);
		fd_opened(fds[1], "", false, 0);
		event.file = first.file;
		event.stage = first.stage;
		event.handle = first.description ? first.description->handle : 0;
		event.aux = (uint32_t)fds[0] | (uint32_t)fds[1] << 16;
	}
	event_store(&event);
	errno = saved;
	return returned;
}

int pipe(int fds[2])
{
	struct call call;
	if (!call_begin(&call))
		return REAL(pipe)(fds);
	return channel_paired(&call, AIOT_CALL_pipe, fds, REAL(pipe)(fds));
}

int pipe2(int fds[2], int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(pipe2)(fds, flags);
	return channel_paired(&call, AIOT_CALL_pipe2, fds, REAL(pipe2)(fds, flags));
}

int socketpair(int domain, int type, int protocol, int fds[2])
{
	struct call call;
	if (!call_begin(&call))
		return REAL(socketpair)(domain, type, protocol, fds);
	return channel_paired(&call, AIOT_CALL_socketpair, fds,
	                      REAL(socketpair)(domain, type, protocol, fds));
}

/* Where libc keeps shared memory of this name. */
static void channel_shared(const char *name, char path[PATH_BYTES])
{
	snprintf(path, PATH_BYTES, "/dev/shm/%s", name + strspn(name, "/"));
}

int shm_open(const char *name, int flags, mode_t mode)
{
	struct call call;
	ROOM(path);
	if (!call_begin(&call))
		return REAL(shm_open)(name, flags, mode);
	int fd = REAL(shm_open)(name, flags, mode);
	channel_shared(name, path);
	return call_opened(&call, AIOT_CALL_shm_open, AT_FDCWD, path, flags, fd);
}

int shm_unlink(const char *name)
{
	struct call call;
	ROOM(path);
	if (!call_begin(&call))
		return REAL(shm_unlink)(name);
	int returned = REAL(shm_unlink)(name);
	channel_shared(name, path);
	return call_ended_on_path(&call, AIOT_CALL_shm_unlink, AT_FDCWD, path, 0, returned);
}

int memfd_create(const char *name, unsigned flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(memfd_create)(name, flags);
	return call_opened(&call, AIOT_CALL_memfd_create, AT_FDCWD, NULL, O_RDWR,
	                   REAL(memfd_create)(name, flags));
}
