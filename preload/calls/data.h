/* SPDX-License-Identifier: Apache-2.0
 *
 * What reads and writes share: where in the file the bytes were.
 */
#ifndef PRELOAD_CALLS_DATA_H
#define PRELOAD_CALLS_DATA_H

#include "calls/call.h"

/* Completes and stores the event of a read that began at the position, or of a
 * write; the position moves by what was moved. */
void data_store_at_position(const struct call *call, struct aiot_event *event, int fd, bool write);

/* The same for a write at `offset`: with O_APPEND it went to the end instead. */
void data_store_write_at(const struct call *call, struct aiot_event *event, int fd, int64_t offset);

/* The event of a call that moved the position; `returned` is where to. */
int64_t data_seek(const struct call *call, enum aiot_call id, int64_t offset, int whence,
                  int64_t returned);

/* The bytes asked for by a vector; 0 where the call failed, since the vector
 * may not be readable. */
static inline uint64_t data_vector_bytes(const struct iovec *vector, int count, ssize_t returned)
{
	uint64_t bytes = 0;
	for (int i = 0; returned >= 0 && i < count; i++)
		bytes += vector[i].iov_len;
	return bytes;
}

static inline ssize_t data_read(const struct call *call, enum aiot_call id, int fd, uint64_t size,
                                ssize_t returned)
{
	struct aiot_event event = call_event(call, id, returned);
	event.size = size;
	data_store_at_position(call, &event, fd, false);
	return returned;
}

static inline ssize_t data_write(const struct call *call, enum aiot_call id, int fd, uint64_t size,
                                 ssize_t returned)
{
	struct aiot_event event = call_event(call, id, returned);
	event.size = size;
	data_store_at_position(call, &event, fd, true);
	return returned;
}

static inline ssize_t data_read_at(const struct call *call, enum aiot_call id, int64_t offset,
                                   uint64_t size, ssize_t returned)
{
	struct aiot_event event = call_event(call, id, returned);
	event.size = size;
	event.offset = offset;
	event_store(&event);
	return returned;
}

static inline ssize_t data_write_at(const struct call *call, enum aiot_call id, int fd,
                                    int64_t offset, uint64_t size, ssize_t returned)
{
	struct aiot_event event = call_event(call, id, returned);
	event.size = size;
	data_store_write_at(call, &event, fd, offset);
	return returned;
}

#endif
