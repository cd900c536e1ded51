/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls that read from streams.
 */
#include "calls/stream.h"

size_t fread(void *buffer, size_t size, size_t count, FILE *file)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(fread)(buffer, size, count, file);
	size_t items = REAL(fread)(buffer, size, count, file);
	stream_read(&stream, AIOT_CALL_fread, size * count, (int64_t)(size * items));
	return items;
}

size_t fread_unlocked(void *buffer, size_t size, size_t count, FILE *file)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(fread_unlocked)(buffer, size, count, file);
	size_t items = REAL(fread_unlocked)(buffer, size, count, file);
	stream_read(&stream, AIOT_CALL_fread_unlocked, size * count, (int64_t)(size * items));
	return items;
}

size_t __fread_chk(void *buffer, size_t bound, size_t size, size_t count, FILE *file)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(__fread_chk)(buffer, bound, size, count, file);
	size_t items = REAL(__fread_chk)(buffer, bound, size, count, file);
	stream_read(&stream, AIOT_CALL___fread_chk, size * count, (int64_t)(size * items));
	return items;
}

size_t __fread_unlocked_chk(void *buffer, size_t bound, size_t size, size_t count, FILE *file)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(__fread_unlocked_chk)(buffer, bound, size, count, file);
	size_t items = REAL(__fread_unlocked_chk)(buffer, bound, size, count, file);
	stream_read(&stream, AIOT_CALL___fread_unlocked_chk, size * count, (int64_t)(size * items));
	return items;
}

char *fgets(char *buffer, int size, FILE *file)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(fgets)(buffer, size, file);
	char *line = REAL(fgets)(buffer, size, file);
	uint64_t most = size > 0 ? (uint64_t)size - 1 : 0;
	stream_read(&stream, AIOT_CALL_fgets, most, line ? (int64_t)strnlen(line, most) : 0);
	return line;
}

char *fgets_unlocked(char *buffer, int size, FILE *file)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(fgets_unlocked)(buffer, size, file);
	char *line = REAL(fgets_unlocked)(buffer, size, file);
	uint64_t most = size > 0 ? (uint64_t)size - 1 : 0;
	stream_read(&stream, AIOT_CALL_fgets_unlocked, most,
	            line ? (int64_t)strnlen(line, most) : 0);
	return line;
}

char *__fgets_chk(char *buffer, size_t bound, int size, FILE *file)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(__fgets_chk)(buffer, bound, size, file);
	char *line = REAL(__fgets_chk)(buffer, bound, size, file);
	uint64_t most = size > 0 ? (uint64_t)size - 1 : 0;
	stream_read(&stream, AIOT_CALL___fgets_chk, most, line ? (int64_t)strnlen(line, most) : 0);
	return line;
}

char *__fgets_unlocked_chk(char *buffer, size_t bound, int size, FILE *file)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(__fgets_unlocked_chk)(buffer, bound, size, file);
	char *line = REAL(__fgets_unlocked_chk)(buffer, bound, size, file);
	uint64_t most = size > 0 ? (uint64_t)size - 1 : 0;
	stream_read(&stream, AIOT_CALL___fgets_unlocked_chk, most,
	            line ? (int64_t)strnlen(line, most) : 0);
	return line;
}

/* A line has no size before it is read: what was read is what was asked for. */
static ssize_t stream_line(const struct stream *stream, enum aiot_call id, ssize_t returned)
{
	int64_t read = returned > 0 ? returned : 0;
	stream_read(stream, id, (uint64_t)read, read);
	return returned;
}

ssize_t getline(char **line, size_t *size, FILE *file)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(getline)(line, size, file);
	return stream_line(&stream, AIOT_CALL_getline, REAL(getline)(line, size, file));
}

ssize_t getdelim(char **line, size_t *size, int delimiter, FILE *file)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(getdelim)(line, size, delimiter, file);
	return stream_line(&stream, AIOT_CALL_getdelim,
	                   REAL(getdelim)(line, size, delimiter, file));
}

ssize_t __getdelim(char **line, size_t *size, int delimiter, FILE *file)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(__getdelim)(line, size, delimiter, file);
	return stream_line(&stream, AIOT_CALL___getdelim,
	                   REAL(__getdelim)(line, size, delimiter, file));
}
