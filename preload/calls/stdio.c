/* SPDX-License-Identifier: Apache-2.0
 *
 * Streams: their opening and closing. libc moves a stream's position by calls
 * of its own, so the position is asked for where one is needed.
 */
#include "calls/call.h"

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

static FILE *stdio_opened(const struct call *call, enum aiot_call id, const char *path,
                          const char *mode, FILE *stream)
{
	int saved = errno;
	int fd = stream ? fileno(stream) : -1;
	errno = saved;
	struct aiot_event event = call_event(call, id, stream ? fd : -1);
	char name[PATH_BYTES];
	event.aux = (uint32_t)stdio_flags(mode);
	if (!stream || !path || thread_vfork) {
		call_store_named(&event, AT_FDCWD, path, 0, NULL);
		return stream;
	}
	bool certain = path_absolute(AT_FDCWD, path, name);
	struct fd opened = fd_opened(fd, name, certain, (int)event.aux);
	fd_distrust(fd);
	event.file = opened.file;
	event.stage = opened.stage;
	event.handle = opened.description ? opened.description->handle : 0;
	if (opened.file || !opened.description)
		event_store(&event);
	errno = saved;
	return stream;
}

FILE *fopen(const char *path, const char *mode)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(fopen)(path, mode);
	return stdio_opened(&call, AIOT_CALL_fopen, path, mode, REAL(fopen)(path, mode));
}

FILE *fopen64(const char *path, const char *mode)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(fopen64)(path, mode);
	return stdio_opened(&call, AIOT_CALL_fopen64, path, mode, REAL(fopen64)(path, mode));
}

/* The stream's old descriptor is closed inside. */
static void stdio_forget(FILE *stream)
{
	int saved = errno;
	int fd = stream && !thread_vfork ? fileno(stream) : -1;
	if (fd >= 0)
		fd_closed(fd);
	errno = saved;
}

FILE *freopen(const char *path, const char *mode, FILE *stream)
{
	struct call call;
	bool wanted = call_begin(&call);
	stdio_forget(stream);
	if (!wanted)
		return REAL(freopen)(path, mode, stream);
	return stdio_opened(&call, AIOT_CALL_freopen, path, mode,
	                    REAL(freopen)(path, mode, stream));
}

FILE *freopen64(const char *path, const char *mode, FILE *stream)
{
	struct call call;
	bool wanted = call_begin(&call);
	stdio_forget(stream);
	if (!wanted)
		return REAL(freopen64)(path, mode, stream);
	return stdio_opened(&call, AIOT_CALL_freopen64, path, mode,
	                    REAL(freopen64)(path, mode, stream));
}

FILE *fdopen(int fd, const char *mode)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(fdopen)(fd, mode);
	FILE *stream = REAL(fdopen)(fd, mode);
	call_ended(&call, AIOT_CALL_fdopen, stream ? fd : -1);
	if (stream)
		fd_distrust(fd);
	return stream;
}

int fclose(FILE *stream)
{
	struct call call;
	int saved = errno;
	int fd = fileno(stream);
	errno = saved;
	bool wanted = call_begin_on(&call, fd);
	if (fd >= 0 && !thread_vfork)
		fd_closed(fd);
	if (!wanted)
		return REAL(fclose)(stream);
	return call_ended(&call, AIOT_CALL_fclose, REAL(fclose)(stream));
}
