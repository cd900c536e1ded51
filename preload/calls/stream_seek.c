/* SPDX-License-Identifier: Apache-2.0
 *
 * A stream's position, asked for and set. Often libc answers without the kernel.
 */
#include "calls/stream.h"

/* The result is the position reached, as for lseek. */
static int stream_sought(const struct stream *stream, enum aiot_call id, int64_t offset, int whence,
                         int returned)
{
	int64_t reached = stream_position(stream->file, &stream->call.fd);
	reached = reached < 0 ? 0 : reached;
	stream_moved(stream, id, offset, whence, returned < 0 ? -1 : reached);
	return returned;
}

int fseek(FILE *file, long offset, int whence)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(fseek)(file, offset, whence);
	return stream_sought(&stream, AIOT_CALL_fseek, offset, whence,
	                     REAL(fseek)(file, offset, whence));
}

int fseeko(FILE *file, off_t offset, int whence)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(fseeko)(file, offset, whence);
	return stream_sought(&stream, AIOT_CALL_fseeko, offset, whence,
	                     REAL(fseeko)(file, offset, whence));
}

int fseeko64(FILE *file, off64_t offset, int whence)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(fseeko64)(file, offset, whence);
	return stream_sought(&stream, AIOT_CALL_fseeko64, offset, whence,
	                     REAL(fseeko64)(file, offset, whence));
}

void rewind(FILE *file)
{
	struct stream stream;
	bool wanted = stream_begin(&stream, file);
	REAL(rewind)(file);
	if (wanted)
		stream_sought(&stream, AIOT_CALL_rewind, 0, SEEK_SET, 0);
}

long ftell(FILE *file)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(ftell)(file);
	long position = REAL(ftell)(file);
	stream_moved(&stream, AIOT_CALL_ftell, 0, SEEK_CUR, position);
	return position;
}

off_t ftello(FILE *file)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(ftello)(file);
	off_t position = REAL(ftello)(file);
	stream_moved(&stream, AIOT_CALL_ftello, 0, SEEK_CUR, position);
	return position;
}

off64_t ftello64(FILE *file)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(ftello64)(file);
	off64_t position = REAL(ftello64)(file);
	stream_moved(&stream, AIOT_CALL_ftello64, 0, SEEK_CUR, position);
	return position;
}

int fgetpos(FILE *file, fpos_t *position)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(fgetpos)(file, position);
	int returned = REAL(fgetpos)(file, position);
	int64_t at = returned == 0 ? position->__pos : -1;
	stream_moved(&stream, AIOT_CALL_fgetpos, 0, SEEK_CUR, at);
	return returned;
}

int fgetpos64(FILE *file, fpos64_t *position)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(fgetpos64)(file, position);
	int returned = REAL(fgetpos64)(file, position);
	int64_t at = returned == 0 ? position->__pos : -1;
	stream_moved(&stream, AIOT_CALL_fgetpos64, 0, SEEK_CUR, at);
	return returned;
}

int fsetpos(FILE *file, const fpos_t *position)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(fsetpos)(file, position);
	int returned = REAL(fsetpos)(file, position);
	return stream_sought(&stream, AIOT_CALL_fsetpos, position->__pos, SEEK_SET, returned);
}

int fsetpos64(FILE *file, const fpos64_t *position)
{
	struct stream stream;
	if (!stream_begin(&stream, file))
		return REAL(fsetpos64)(file, position);
	int returned = REAL(fsetpos64)(file, position);
	return stream_sought(&stream, AIOT_CALL_fsetpos64, position->__pos, SEEK_SET, returned);
}
