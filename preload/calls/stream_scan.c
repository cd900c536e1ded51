/* SPDX-License-Identifier: Apache-2.0
 *
 * Text that is read by a format. How much of it was asked for is not known
 * before it is read.
 */
#include <stdarg.h>

#include "calls/stream.h"

/* Not under the names of the table, so not made visible by it. */
#pragma GCC visibility push(default)
extern __typeof__(old_fscanf) old_fscanf;
extern __typeof__(old_scanf) old_scanf;
extern __typeof__(old_vfscanf) old_vfscanf;
extern __typeof__(old_vscanf) old_vscanf;
#pragma GCC visibility pop

static int stream_scanned(const struct stream *stream, enum aiot_call id, int returned)
{
	int64_t taken = stream_taken(stream, 0);
	stream_read(stream, id, (uint64_t)taken, taken);
	return returned;
}

int old_vfscanf(FILE *file, const char *format, va_list arguments)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(vfscanf)(file, format, arguments);
	int returned = REAL(vfscanf)(file, format, arguments);
	return stream_scanned(&stream, AIOT_CALL_vfscanf, returned);
}

int old_vscanf(const char *format, va_list arguments)
{
	struct stream stream;
	if (!stream_begin(&stream, stdin))
		return REAL(vscanf)(format, arguments);
	int returned = REAL(vscanf)(format, arguments);
	return stream_scanned(&stream, AIOT_CALL_vscanf, returned);
}

int __isoc99_vfscanf(FILE *file, const char *format, va_list arguments)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(__isoc99_vfscanf)(file, format, arguments);
	int returned = REAL(__isoc99_vfscanf)(file, format, arguments);
	return stream_scanned(&stream, AIOT_CALL___isoc99_vfscanf, returned);
}

int __isoc99_vscanf(const char *format, va_list arguments)
{
	struct stream stream;
	if (!stream_begin(&stream, stdin))
		return REAL(__isoc99_vscanf)(format, arguments);
	int returned = REAL(__isoc99_vscanf)(format, arguments);
	return stream_scanned(&stream, AIOT_CALL___isoc99_vscanf, returned);
}

int old_fscanf(FILE *file, const char *format, ...)
{
	struct stream stream;
	va_list arguments;
	va_start(arguments, format);
	bool wanted = stream_begin(&stream, file);
	int returned = REAL(vfscanf)(file, format, arguments);
	va_end(arguments);
	return wanted ? stream_scanned(&stream, AIOT_CALL_fscanf, returned) : returned;
}

int old_scanf(const char *format, ...)
{
	struct stream stream;
	va_list arguments;
	va_start(arguments, format);
	bool wanted = stream_begin(&stream, stdin);
	int returned = REAL(vscanf)(format, arguments);
	va_end(arguments);
	return wanted ? stream_scanned(&stream, AIOT_CALL_scanf, returned) : returned;
}

int __isoc99_fscanf(FILE *file, const char *format, ...)
{
	struct stream stream;
	va_list arguments;
	va_start(arguments, format);
	bool wanted = stream_begin(&stream, file);
	int returned = REAL(__isoc99_vfscanf)(file, format, arguments);
	va_end(arguments);
	return wanted ? stream_scanned(&stream, AIOT_CALL___isoc99_fscanf, returned) : returned;
}

int __isoc99_scanf(const char *format, ...)
{
	struct stream stream;
	va_list arguments;
	va_start(arguments, format);
	bool wanted = stream_begin(&stream, stdin);
	int returned = REAL(__isoc99_vscanf)(format, arguments);
	va_end(arguments);
	return wanted ? stream_scanned(&stream, AIOT_CALL___isoc99_scanf, returned) : returned;
}
