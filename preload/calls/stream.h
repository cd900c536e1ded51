/* SPDX-License-Identifier: Apache-2.0
 *
 * What calls on streams share. Their events are of level stdio: what the
 * program asked of libc, beside what libc did in the kernel. Nothing here asks
 * the kernel or changes the stream.
 *
 *	struct stream stream;
 *	if (!stream_begin(&stream, file))
 *		return REAL(fputs)(text, file);
 *	int returned = REAL(fputs)(text, file);
 *	stream_wrote(&stream, AIOT_CALL_fputs, strlen(text), returned < 0 ? -1 : …);
 */
#ifndef PRELOAD_CALLS_STREAM_H
#define PRELOAD_CALLS_STREAM_H

#include <wchar.h>

#include "calls/call.h"
#include "calls/stdio_kernel.h"

struct stream {
	struct call call;
	FILE *file;
	int64_t offset; /* where it stood, as ftell says; -1 = not known */
	int64_t left;   /* bytes read ahead; -1 = not to be counted */
	int flags;      /* of the stream */
	struct stdio_kernel before;
};

/* Begins a call on `file`. Returns false if it is not to be traced: also for
 * streams in memory, which have no descriptor. */
bool stream_begin(struct stream *stream, FILE *file);

/* Records a call that reads. `size` was asked for; `read` is what the returned
 * value tells of the bytes taken, used where the buffer does not tell more. */
void stream_read(const struct stream *stream, enum aiot_call id, uint64_t size, int64_t read);

/* The bytes that the call took, from the buffer and through it; `read` where the
 * buffer does not tell. */
int64_t stream_taken(const struct stream *stream, int64_t read);

/* Records a call that took over `written` of `size` bytes. */
void stream_wrote(const struct stream *stream, enum aiot_call id, uint64_t size, int64_t written);

/* One character at a time comes a billion times: such a call is begun only if
 * the buffer has no room or nothing more, and recorded only if the kernel was
 * called in it. */
static inline bool stream_begin_get(struct stream *stream, FILE *file)
{
	return file->_IO_read_ptr >= file->_IO_read_end && stream_begin(stream, file);
}

static inline bool stream_begin_put(struct stream *stream, FILE *file)
{
	return file->_IO_write_ptr >= file->_IO_write_end && stream_begin(stream, file);
}

/* Of libc's buffer of wide characters, which no header shows: how it begins. */
struct stream_wide {
	const wchar_t *read, *read_end, *read_base, *write_base, *write, *write_end;
};

/* The same for one wide character. */
static inline bool stream_begin_get_wide(struct stream *stream, FILE *file)
{
	const struct stream_wide *wide = (const void *)file->_wide_data;
	return (!wide || wide->read >= wide->read_end) && stream_begin(stream, file);
}

static inline bool stream_begin_put_wide(struct stream *stream, FILE *file)
{
	const struct stream_wide *wide = (const void *)file->_wide_data;
	return (!wide || wide->write >= wide->write_end) && stream_begin(stream, file);
}

int stream_got(const struct stream *stream, enum aiot_call id, int character);
int stream_put(const struct stream *stream, enum aiot_call id, int character);

/* Records a call that asks for the position, or for another one. */
void stream_moved(const struct stream *stream, enum aiot_call id, int64_t offset, int whence,
                  int64_t returned);

/* The position as ftell would give it; -1 where only the kernel knows. */
int64_t stream_position(const FILE *file, const struct fd *fd);

/* Where libc has mapped the file of a stream that was opened with the mode m, which
 * it then reads without calls; else NULL. */
const void *stream_mapping(const FILE *file);

/* The descriptor of a stream that has one, else -1. */
static inline int stream_fd(const FILE *file)
{
	return file && file->_flags & 0x2000 /* libc's _IO_IS_FILEBUF */ ? file->_fileno : -1;
}

#endif
