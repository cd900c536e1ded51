/* SPDX-License-Identifier: Apache-2.0
 *
 * Single characters, read and written.
 */
#include "calls/stream.h"

int fgetc(FILE *file)
{
	struct stream stream;
	if (!stream_begin_get(&stream, file))
		return REAL(fgetc)(file);
	return stream_got(&stream, AIOT_CALL_fgetc, REAL(fgetc)(file));
}

int getc(FILE *file)
{
	struct stream stream;
	if (!stream_begin_get(&stream, file))
		return REAL(getc)(file);
	return stream_got(&stream, AIOT_CALL_getc, REAL(getc)(file));
}

int _IO_getc(FILE *file)
{
	struct stream stream;
	if (!stream_begin_get(&stream, file))
		return REAL(_IO_getc)(file);
	return stream_got(&stream, AIOT_CALL__IO_getc, REAL(_IO_getc)(file));
}

int fgetc_unlocked(FILE *file)
{
	struct stream stream;
	if (!stream_begin_get(&stream, file))
		return REAL(fgetc_unlocked)(file);
	return stream_got(&stream, AIOT_CALL_fgetc_unlocked, REAL(fgetc_unlocked)(file));
}

int getc_unlocked(FILE *file)
{
	struct stream stream;
	if (!stream_begin_get(&stream, file))
		return REAL(getc_unlocked)(file);
	return stream_got(&stream, AIOT_CALL_getc_unlocked, REAL(getc_unlocked)(file));
}

int getchar(void)
{
	struct stream stream;
	if (!stream_begin_get(&stream, stdin))
		return REAL(getchar)();
	return stream_got(&stream, AIOT_CALL_getchar, REAL(getchar)());
}

int getchar_unlocked(void)
{
	struct stream stream;
	if (!stream_begin_get(&stream, stdin))
		return REAL(getchar_unlocked)();
	return stream_got(&stream, AIOT_CALL_getchar_unlocked, REAL(getchar_unlocked)());
}

int fputc(int character, FILE *file)
{
	struct stream stream;
	if (!stream_begin_put(&stream, file))
		return REAL(fputc)(character, file);
	return stream_put(&stream, AIOT_CALL_fputc, REAL(fputc)(character, file));
}

int putc(int character, FILE *file)
{
	struct stream stream;
	if (!stream_begin_put(&stream, file))
		return REAL(putc)(character, file);
	return stream_put(&stream, AIOT_CALL_putc, REAL(putc)(character, file));
}

int _IO_putc(int character, FILE *file)
{
	struct stream stream;
	if (!stream_begin_put(&stream, file))
		return REAL(_IO_putc)(character, file);
	return stream_put(&stream, AIOT_CALL__IO_putc, REAL(_IO_putc)(character, file));
}

int fputc_unlocked(int character, FILE *file)
{
	struct stream stream;
	if (!stream_begin_put(&stream, file))
		return REAL(fputc_unlocked)(character, file);
	return stream_put(&stream, AIOT_CALL_fputc_unlocked, REAL(fputc_unlocked)(character, file));
}

int putc_unlocked(int character, FILE *file)
{
	struct stream stream;
	if (!stream_begin_put(&stream, file))
		return REAL(putc_unlocked)(character, file);
	return stream_put(&stream, AIOT_CALL_putc_unlocked, REAL(putc_unlocked)(character, file));
}

int putchar(int character)
{
	struct stream stream;
	if (!stream_begin_put(&stream, stdout))
		return REAL(putchar)(character);
	return stream_put(&stream, AIOT_CALL_putchar, REAL(putchar)(character));
}

int putchar_unlocked(int character)
{
	struct stream stream;
	if (!stream_begin_put(&stream, stdout))
		return REAL(putchar_unlocked)(character);
	return stream_put(&stream, AIOT_CALL_putchar_unlocked, REAL(putchar_unlocked)(character));
}
