/* SPDX-License-Identifier: Apache-2.0 */
#include "calls/stream.h"

#include "calls/map.h"
#include "fault/mapping.h"

/* libc's names for bits of _flags. */
#define STREAM_IN_BACKUP 0x0100 /* characters pushed back lie elsewhere */
#define STREAM_FAILED    0x0020
#define STREAM_MAPS      0x0001 /* of _flags2: opened with the mode m */

/* Bytes that were read ahead; -1 where the buffer holds something else. */
static int64_t stream_left(const FILE *file)
{
	if (file->_flags & STREAM_IN_BACKUP || file->_mode > 0)
		return -1;
	return file->_IO_read_end - file->_IO_read_ptr;
}

/* Where the kernel stands; of a stream that libc reads through a mapping, where
 * what it has ends. */
static int64_t stream_kernel_position(const FILE *file, const struct description *held)
{
	uint32_t known = DESCRIPTION_SEEKABLE | DESCRIPTION_ASK;
	if (!held || !(held->traits & DESCRIPTION_SEEKABLE))
		return -1;
	if (stream_mapping(file))
		return file->_offset;
	if ((held->traits & known) == DESCRIPTION_SEEKABLE && stdio_kernel_watch())
		return __atomic_load_n(&held->position, __ATOMIC_RELAXED);
	return file->_offset;
}

int64_t stream_position(const FILE *file, const struct fd *fd)
{
	int64_t kernel = stream_kernel_position(file, fd->description);
	if (kernel < 0 || stream_left(file) < 0)
		return -1;
	if (file->_IO_write_ptr <= file->_IO_write_base)
		return kernel - stream_left(file);
	if (fd->description->traits & DESCRIPTION_APPEND)
		return -1;
	return kernel + (file->_IO_write_ptr - file->_IO_read_end);
}

bool stream_begin(struct stream *stream, FILE *file)
{
	int fd = stream_fd(file);
	if (fd < 0 || !call_begin_on(&stream->call, fd))
		return false;
	stream->file = file;
	stream->offset = stream_position(file, &stream->call.fd);
	stream->left = stream_left(file);
	stream->flags = file->_flags;
	stream->before = stdio_kernel;
	return true;
}

/* What came from the kernel and is not in the buffer went to the program. */
int64_t stream_taken(const struct stream *stream, int64_t read)
{
	int64_t left = stream_left(stream->file);
	if (stream->left < 0 || left < 0 || stream_mapping(stream->file) || !stdio_kernel_watch())
		return read;
	return (int64_t)(stdio_kernel.read_bytes - stream->before.read_bytes) + stream->left - left;
}

/* Either the kernel refused, or libc did: a stream of the wrong direction. */
static bool stream_failed(const struct stream *stream)
{
	return stdio_kernel.failures != stream->before.failures ||
	       stream->file->_flags & ~stream->flags & STREAM_FAILED;
}

/* Where streams can't be followed into the kernel, what was moved stands for
 * what they did there. */
static void stream_store_instead(struct aiot_event event, bool write)
{
	event.call = write ? AIOT_CALL_stdio_write : AIOT_CALL_stdio_read;
	if (event.result > 0 && !stdio_kernel_watch())
		event_store(&event);
}

const void *stream_mapping(const FILE *file)
{
	bool asked = stream_fd(file) >= 0 && file->_flags2 & STREAM_MAPS;
	uintptr_t buffer = (uintptr_t)file->_IO_buf_base;
	return asked && buffer && buffer % sys_page() == 0 ? file->_IO_buf_base : NULL;
}

/* libc maps the file when it is first read: from then on its faults are told. */
static void stream_find_mapping(const struct stream *stream)
{
	const void *at = stream_mapping(stream->file);
	struct mapping known;
	if (at && !mapping_find((uintptr_t)at, &known))
		map_found(&stream->call, at,
		          (size_t)(stream->file->_IO_buf_end - stream->file->_IO_buf_base));
}

static void stream_store(const struct stream *stream, enum aiot_call id, uint64_t size,
                         int64_t moved, bool write)
{
	if (__builtin_expect(stream->file->_flags2 & STREAM_MAPS, 0))
		stream_find_mapping(stream);
	bool failed = moved <= 0 && stream_failed(stream);
	struct aiot_event event = call_event_of_data(&stream->call, id, failed ? -1 : moved);
	event.offset = stream->offset;
	event.size = size;
	event_store(&event);
	stream_store_instead(event, write);
}

void stream_read(const struct stream *stream, enum aiot_call id, uint64_t size, int64_t read)
{
	stream_store(stream, id, size, stream_taken(stream, read), false);
}

void stream_wrote(const struct stream *stream, enum aiot_call id, uint64_t size, int64_t written)
{
	stream_store(stream, id, size, written, true);
}

static bool stream_is_quiet(const struct stream *stream)
{
	if (__builtin_expect(stream->file->_flags2 & STREAM_MAPS, 0))
		stream_find_mapping(stream);
	return stdio_kernel.calls == stream->before.calls && stdio_kernel_watch();
}

int stream_got(const struct stream *stream, enum aiot_call id, int character)
{
	if (!stream_is_quiet(stream))
		stream_store(stream, id, 1, character != EOF, false);
	return character;
}

int stream_put(const struct stream *stream, enum aiot_call id, int character)
{
	if (!stream_is_quiet(stream))
		stream_store(stream, id, 1, character != EOF, true);
	return character;
}

void stream_moved(const struct stream *stream, enum aiot_call id, int64_t offset, int whence,
                  int64_t returned)
{
	struct aiot_event event = call_event(&stream->call, id, returned);
	event.offset = offset;
	event.aux = (uint32_t)whence;
	event_store(&event);
}
