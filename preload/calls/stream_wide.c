/* SPDX-License-Identifier: Apache-2.0
 *
 * Streams of wide characters. Sizes are those of the characters in the program's
 * memory; what they are in the file, libc's own reads and writes tell.
 */
#include <stdarg.h>
#include <wchar.h>

#include "calls/stream.h"

static void wide_line(const struct stream *stream, enum aiot_call id, int size, const wchar_t *line)
{
	uint64_t most = size > 0 ? (uint64_t)size - 1 : 0;
	size_t taken = line ? wcsnlen(line, most) : 0;
	stream_read(stream, id, most * sizeof *line, (int64_t)(taken * sizeof *line));
}

static int wide_text(const struct stream *stream, enum aiot_call id, size_t length, int returned)
{
	uint64_t size = length * sizeof(wchar_t);
	stream_wrote(stream, id, size, returned < 0 ? 0 : (int64_t)size);
	return returned;
}

static int wide_printed(const struct stream *stream, enum aiot_call id, int returned)
{
	return wide_text(stream, id, returned > 0 ? (size_t)returned : 0, returned);
}

wchar_t *fgetws(wchar_t *buffer, int size, FILE *file)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(fgetws)(buffer, size, file);
	wchar_t *line = REAL(fgetws)(buffer, size, file);
	wide_line(&stream, AIOT_CALL_fgetws, size, line);
	return line;
}

wchar_t *fgetws_unlocked(wchar_t *buffer, int size, FILE *file)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(fgetws_unlocked)(buffer, size, file);
	wchar_t *line = REAL(fgetws_unlocked)(buffer, size, file);
	wide_line(&stream, AIOT_CALL_fgetws_unlocked, size, line);
	return line;
}

wchar_t *__fgetws_chk(wchar_t *buffer, size_t bound, int size, FILE *file)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(__fgetws_chk)(buffer, bound, size, file);
	wchar_t *line = REAL(__fgetws_chk)(buffer, bound, size, file);
	wide_line(&stream, AIOT_CALL___fgetws_chk, size, line);
	return line;
}

wchar_t *__fgetws_unlocked_chk(wchar_t *buffer, size_t bound, int size, FILE *file)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(__fgetws_unlocked_chk)(buffer, bound, size, file);
	wchar_t *line = REAL(__fgetws_unlocked_chk)(buffer, bound, size, file);
	wide_line(&stream, AIOT_CALL___fgetws_unlocked_chk, size, line);
	return line;
}

int fputws(const wchar_t *text, FILE *file)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(fputws)(text, file);
	return wide_text(&stream, AIOT_CALL_fputws, wcslen(text), REAL(fputws)(text, file));
}

int fputws_unlocked(const wchar_t *text, FILE *file)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(fputws_unlocked)(text, file);
	return wide_text(&stream, AIOT_CALL_fputws_unlocked, wcslen(text),
	                 REAL(fputws_unlocked)(text, file));
}

int vfwprintf(FILE *file, const wchar_t *format, va_list arguments)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(vfwprintf)(file, format, arguments);
	return wide_printed(&stream, AIOT_CALL_vfwprintf, REAL(vfwprintf)(file, format, arguments));
}

int __vfwprintf_chk(FILE *file, int flag, const wchar_t *format, va_list arguments)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(__vfwprintf_chk)(file, flag, format, arguments);
	return wide_printed(&stream, AIOT_CALL___vfwprintf_chk,
	                    REAL(__vfwprintf_chk)(file, flag, format, arguments));
}

int vwprintf(const wchar_t *format, va_list arguments)
{
	struct stream stream;
	if (!stream_begin(&stream, stdout))
		return REAL(vwprintf)(format, arguments);
	return wide_printed(&stream, AIOT_CALL_vwprintf, REAL(vwprintf)(format, arguments));
}

int __vwprintf_chk(int flag, const wchar_t *format, va_list arguments)
{
	struct stream stream;
	if (!stream_begin(&stream, stdout))
		return REAL(__vwprintf_chk)(flag, format, arguments);
	return wide_printed(&stream, AIOT_CALL___vwprintf_chk,
	                    REAL(__vwprintf_chk)(flag, format, arguments));
}

int fwprintf(FILE *file, const wchar_t *format, ...)
{
	struct stream stream;
	va_list arguments;
	va_start(arguments, format);
	bool wanted = stream_begin(&stream, file);
	int returned = REAL(vfwprintf)(file, format, arguments);
	va_end(arguments);
	return wanted ? wide_printed(&stream, AIOT_CALL_fwprintf, returned) : returned;
}

int __fwprintf_chk(FILE *file, int flag, const wchar_t *format, ...)
{
	struct stream stream;
	va_list arguments;
	va_start(arguments, format);
	bool wanted = stream_begin(&stream, file);
	int returned = REAL(__vfwprintf_chk)(file, flag, format, arguments);
	va_end(arguments);
	return wanted ? wide_printed(&stream, AIOT_CALL___fwprintf_chk, returned) : returned;
}

int wprintf(const wchar_t *format, ...)
{
	struct stream stream;
	va_list arguments;
	va_start(arguments, format);
	bool wanted = stream_begin(&stream, stdout);
	int returned = REAL(vwprintf)(format, arguments);
	va_end(arguments);
	return wanted ? wide_printed(&stream, AIOT_CALL_wprintf, returned) : returned;
}

int __wprintf_chk(int flag, const wchar_t *format, ...)
{
	struct stream stream;
	va_list arguments;
	va_start(arguments, format);
	bool wanted = stream_begin(&stream, stdout);
	int returned = REAL(__vwprintf_chk)(flag, format, arguments);
	va_end(arguments);
	return wanted ? wide_printed(&stream, AIOT_CALL___wprintf_chk, returned) : returned;
}
