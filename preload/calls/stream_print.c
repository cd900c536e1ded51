/* SPDX-License-Identifier: Apache-2.0
 *
 * Formatted text. Its size is known when it is written.
 */
#include <stdarg.h>

#include "calls/data.h"
#include "calls/stream.h"

static int stream_printed(const struct stream *stream, enum aiot_call id, int returned)
{
	int64_t size = returned > 0 ? returned : 0;
	stream_wrote(stream, id, (uint64_t)size, size);
	return returned;
}

int vfprintf(FILE *file, const char *format, va_list arguments)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(vfprintf)(file, format, arguments);
	int returned = REAL(vfprintf)(file, format, arguments);
	return stream_printed(&stream, AIOT_CALL_vfprintf, returned);
}

int vprintf(const char *format, va_list arguments)
{
	struct stream stream;
	if (!stream_begin(&stream, stdout))
		return REAL(vprintf)(format, arguments);
	int returned = REAL(vprintf)(format, arguments);
	return stream_printed(&stream, AIOT_CALL_vprintf, returned);
}

int __vfprintf_chk(FILE *file, int flag, const char *format, va_list arguments)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(__vfprintf_chk)(file, flag, format, arguments);
	int returned = REAL(__vfprintf_chk)(file, flag, format, arguments);
	return stream_printed(&stream, AIOT_CALL___vfprintf_chk, returned);
}

int __vprintf_chk(int flag, const char *format, va_list arguments)
{
	struct stream stream;
	if (!stream_begin(&stream, stdout))
		return REAL(__vprintf_chk)(flag, format, arguments);
	int returned = REAL(__vprintf_chk)(flag, format, arguments);
	return stream_printed(&stream, AIOT_CALL___vprintf_chk, returned);
}

int fprintf(FILE *file, const char *format, ...)
{
	struct stream stream;
	va_list arguments;
	va_start(arguments, format);
	bool wanted = stream_begin(&stream, file);
	int returned = REAL(vfprintf)(file, format, arguments);
	va_end(arguments);
	return wanted ? stream_printed(&stream, AIOT_CALL_fprintf, returned) : returned;
}

int printf(const char *format, ...)
{
	struct stream stream;
	va_list arguments;
	va_start(arguments, format);
	bool wanted = stream_begin(&stream, stdout);
	int returned = REAL(vprintf)(format, arguments);
	va_end(arguments);
	return wanted ? stream_printed(&stream, AIOT_CALL_printf, returned) : returned;
}

int __fprintf_chk(FILE *file, int flag, const char *format, ...)
{
	struct stream stream;
	va_list arguments;
	va_start(arguments, format);
	bool wanted = stream_begin(&stream, file);
	int returned = REAL(__vfprintf_chk)(file, flag, format, arguments);
	va_end(arguments);
	return wanted ? stream_printed(&stream, AIOT_CALL___fprintf_chk, returned) : returned;
}

int __printf_chk(int flag, const char *format, ...)
{
	struct stream stream;
	va_list arguments;
	va_start(arguments, format);
	bool wanted = stream_begin(&stream, stdout);
	int returned = REAL(__vprintf_chk)(flag, format, arguments);
	va_end(arguments);
	return wanted ? stream_printed(&stream, AIOT_CALL___printf_chk, returned) : returned;
}

/* Text for a descriptor: some versions of libc write it through a stream of
 * their own, others at once. */
struct stream_to_fd {
	struct call call;
	uint64_t calls;
	int fd;
};

static bool stream_begin_fd(struct stream_to_fd *to, int fd)
{
	to->fd = fd;
	to->calls = stdio_kernel.calls;
	return call_begin_on(&to->call, fd);
}

static int stream_printed_fd(const struct stream_to_fd *to, enum aiot_call id, int returned)
{
	struct aiot_event event = call_event_of_data(&to->call, id, returned);
	event.size = returned > 0 ? (uint64_t)returned : 0;
	event_store(&event);
	/* From glibc 2.37 on it writes without a stream. */
	if (returned > 0 && stdio_kernel.calls == to->calls)
		data_write(&to->call, AIOT_CALL_stdio_write, to->fd, (uint64_t)returned, returned);
	return returned;
}

int vdprintf(int fd, const char *format, va_list arguments)
{
	struct stream_to_fd to;
	if (!stream_begin_fd(&to, fd))
		return REAL(vdprintf)(fd, format, arguments);
	int returned = REAL(vdprintf)(fd, format, arguments);
	return stream_printed_fd(&to, AIOT_CALL_vdprintf, returned);
}

int __vdprintf_chk(int fd, int flag, const char *format, va_list arguments)
{
	struct stream_to_fd to;
	if (!stream_begin_fd(&to, fd))
		return REAL(__vdprintf_chk)(fd, flag, format, arguments);
	int returned = REAL(__vdprintf_chk)(fd, flag, format, arguments);
	return stream_printed_fd(&to, AIOT_CALL___vdprintf_chk, returned);
}

int dprintf(int fd, const char *format, ...)
{
	struct stream_to_fd to;
	va_list arguments;
	va_start(arguments, format);
	bool wanted = stream_begin_fd(&to, fd);
	int returned = REAL(vdprintf)(fd, format, arguments);
	va_end(arguments);
	return wanted ? stream_printed_fd(&to, AIOT_CALL_dprintf, returned) : returned;
}

int __dprintf_chk(int fd, int flag, const char *format, ...)
{
	struct stream_to_fd to;
	va_list arguments;
	va_start(arguments, format);
	bool wanted = stream_begin_fd(&to, fd);
	int returned = REAL(__vdprintf_chk)(fd, flag, format, arguments);
	va_end(arguments);
	return wanted ? stream_printed_fd(&to, AIOT_CALL___dprintf_chk, returned) : returned;
}
