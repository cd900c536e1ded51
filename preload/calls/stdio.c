/* SPDX-License-Identifier: Apache-2.0
 *
 * Streams: their opening and closing. libc closes and replaces a stream's
 * descriptor itself.
 */
#include "calls/map.h"
#include "calls/stream.h"

/* The flags of open that a mode stands for. */
static int stdio_flags(const char *mode)
{
	int update = strchr(mode, '+') != NULL;
	switch (mode[0]) {
	case 'w': return O_CREAT | O_TRUNC | (update ? O_RDWR : O_WRONLY);
	case 'a': return O_CREAT | O_APPEND | (update ? O_RDWR : O_WRONLY);
	default: return update ? O_RDWR : O_RDONLY;
	}
}

/* Where streams can't be followed, the position is asked for when it is needed. */
static void stdio_follow(int fd, const char *mode)
{
	if (mode[0] == 'a')
		fd_appends(fd);
	if (!stdio_kernel_watch())
		fd_distrust(fd);
}

static int stdio_fd(FILE *stream)
{
	int saved = errno, fd = stream ? fileno(stream) : -1;
	errno = saved;
	return fd;
}

static FILE *stdio_opened(const struct call *call, enum aiot_call id, const char *path,
                          const char *mode, FILE *stream)
{
	int fd = stdio_fd(stream);
	call_opened(call, id, AT_FDCWD, path, stdio_flags(mode), fd);
	if (fd >= 0)
		stdio_follow(fd, mode);
	return stream;
}

/* libc seeks on a descriptor that nobody knows yet. */
static FILE *stdio_open(__typeof__(fopen) *open, const char *path, const char *mode)
{
	stdio_kernel.opening++;
	FILE *stream = open(path, mode);
	stdio_kernel.opening--;
	return stream;
}

FILE *fopen(const char *path, const char *mode)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(fopen)(path, mode);
	return stdio_opened(&call, AIOT_CALL_fopen, path, mode,
	                    stdio_open(REAL(fopen), path, mode));
}

FILE *fopen64(const char *path, const char *mode)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(fopen64)(path, mode);
	return stdio_opened(&call, AIOT_CALL_fopen64, path, mode,
	                    stdio_open(REAL(fopen64), path, mode));
}

/* The stream's descriptor closes inside the call, after what is buffered was
 * written to it: it is looked up before, and let go of behind. */
struct stdio_old {
	struct fd held;
	int fd;
};

static struct stdio_old stdio_before(FILE *stream)
{
	const void *mapped = stream ? stream_mapping(stream) : NULL;
	if (mapped && !thread_is_vforked())
		map_lost(mapped, (size_t)(stream->_IO_buf_end - stream->_IO_buf_base));
	struct stdio_old old = {.fd = thread_is_vforked() ? -1 : stdio_fd(stream)};
	if (old.fd >= 0)
		old.held = fd_look(old.fd);
	stdio_kernel.closed = -1;
	return old;
}

/* Where the tables showed the closing, what is known of the number may by now be of
 * another opening. */
static void stdio_after(const struct stdio_old *old)
{
	if (old->fd >= 0 && stdio_kernel.closed != old->fd)
		fd_closed_as(old->fd, old->held.description);
}

FILE *freopen(const char *path, const char *mode, FILE *stream)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(freopen)(path, mode, stream);
	struct stdio_old old = stdio_before(stream);
	FILE *opened = REAL(freopen)(path, mode, stream);
	stdio_after(&old);
	return stdio_opened(&call, AIOT_CALL_freopen, path, mode, opened);
}

FILE *freopen64(const char *path, const char *mode, FILE *stream)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(freopen64)(path, mode, stream);
	struct stdio_old old = stdio_before(stream);
	FILE *opened = REAL(freopen64)(path, mode, stream);
	stdio_after(&old);
	return stdio_opened(&call, AIOT_CALL_freopen64, path, mode, opened);
}

FILE *fdopen(int fd, const char *mode)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(fdopen)(fd, mode);
	FILE *stream = REAL(fdopen)(fd, mode);
	call_ended(&call, AIOT_CALL_fdopen, stream ? fd : -1);
	if (stream)
		stdio_follow(fd, mode);
	return stream;
}

int fclose(FILE *stream)
{
	struct call call;
	if (!call_begin(&call)) {
		int fd = thread_is_vforked() ? -1 : stdio_fd(stream);
		if (fd >= 0)
			fd_closed(fd);
		return REAL(fclose)(stream);
	}
	struct stdio_old old = stdio_before(stream);
	call.fd = old.held;
	call_closes(&call);
	int returned = REAL(fclose)(stream);
	struct aiot_event event = call_event(&call, AIOT_CALL_fclose, returned);
	stdio_after(&old);
	if (fd_wanted(&old.held))
		event_store(&event);
	return returned;
}
