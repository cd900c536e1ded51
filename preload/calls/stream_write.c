/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls that write to streams, and fflush, which sends on what they left.
 */
#include "calls/stream.h"

size_t fwrite(const void *buffer, size_t size, size_t count, FILE *file)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(fwrite)(buffer, size, count, file);
	size_t items = REAL(fwrite)(buffer, size, count, file);
	stream_wrote(&stream, AIOT_CALL_fwrite, size * count, (int64_t)(size * items));
	return items;
}

size_t fwrite_unlocked(const void *buffer, size_t size, size_t count, FILE *file)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(fwrite_unlocked)(buffer, size, count, file);
	size_t items = REAL(fwrite_unlocked)(buffer, size, count, file);
	stream_wrote(&stream, AIOT_CALL_fwrite_unlocked, size * count, (int64_t)(size * items));
	return items;
}

int fputs(const char *text, FILE *file)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(fputs)(text, file);
	int returned = REAL(fputs)(text, file);
	size_t size = strlen(text);
	stream_wrote(&stream, AIOT_CALL_fputs, size, returned < 0 ? 0 : (int64_t)size);
	return returned;
}

int fputs_unlocked(const char *text, FILE *file)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(fputs_unlocked)(text, file);
	int returned = REAL(fputs_unlocked)(text, file);
	size_t size = strlen(text);
	stream_wrote(&stream, AIOT_CALL_fputs_unlocked, size, returned < 0 ? 0 : (int64_t)size);
	return returned;
}

int puts(const char *text)
{
	struct stream stream;
	if (!stream_begin(&stream, stdout))
		return REAL(puts)(text);
	int returned = REAL(puts)(text);
	size_t size = strlen(text) + 1;
	stream_wrote(&stream, AIOT_CALL_puts, size, returned < 0 ? 0 : (int64_t)size);
	return returned;
}

int fflush(FILE *file)
{
	struct stream stream;
	if (file ? !stream_begin(&stream, file) : !call_begin(&stream.call))
		return REAL(fflush)(file);
	return call_ended(&stream.call, AIOT_CALL_fflush, REAL(fflush)(file));
}

int fflush_unlocked(FILE *file)
{
	struct stream stream;
	if (file ? !stream_begin(&stream, file) : !call_begin(&stream.call))
		return REAL(fflush_unlocked)(file);
	return call_ended(&stream.call, AIOT_CALL_fflush_unlocked, REAL(fflush_unlocked)(file));
}
