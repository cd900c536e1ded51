/* SPDX-License-Identifier: Apache-2.0
 *
 * What reads and writes share: where in the file the bytes were.
 */
#ifndef PRELOAD_CALLS_DATA_H
#define PRELOAD_CALLS_DATA_H

#include "calls/call.h"

/* Where a call was that began at the position, or appended. */
struct data_place {
	int64_t offset; /* -1: nowhere */
	uint8_t flags;  /* of its event */
};

/* The place of one that moved `moved` bytes, where the kernel is to be asked:
 * appends, stdio, a process that inherited the descriptor by exec. */
struct data_place data_ask(const struct call *call, int fd, int64_t moved, bool write);

/* The same for any. The position moves by what was moved. */
static inline struct data_place data_place(const struct call *call, int fd, int64_t result,
                                           bool write)
{
	struct description *held = call->fd.description;
	uint32_t traits = held ? held->traits : 0;
	int64_t moved = result > 0 ? result : 0;
	if (!(traits & DESCRIPTION_SEEKABLE))
		return (struct data_place){-1, 0};
	if (__builtin_expect(traits & (DESCRIPTION_ASK | DESCRIPTION_APPEND), 0))
		return data_ask(call, fd, moved, write);
	return (struct data_place){__atomic_fetch_add(&held->position, moved, __ATOMIC_RELAXED), 0};
}

/* Completes and stores the event of a read that began at the position, or of a
 * write. */
__attribute__((always_inline)) static inline void
data_store_at_position(const struct call *call, struct aiot_event *event, int fd, bool write)
{
	struct data_place place = data_place(call, fd, event->result, write);
	event->offset = place.offset;
	event->flags |= place.flags;
	event_store(event);
}

/* The same for a write at `offset`: with O_APPEND it went to the end instead. */
void data_store_write_at(const struct call *call, struct aiot_event *event, int fd, int64_t offset);

/* The event of a call that moved the position; `returned` is where to. */
int64_t data_seek(const struct call *call, enum aiot_call id, int64_t offset, int whence,
                  int64_t returned);

/* The bytes asked for by a vector; 0 where the call failed, since the vector
 * may not be readable: of one that would have waited the kernel had read it. */
static inline uint64_t data_vector_bytes(const struct iovec *vector, int count, ssize_t returned)
{
	bool readable = returned >= 0 || errno == EAGAIN;
	uint64_t bytes = 0;
	for (int i = 0; readable && i < count; i++)
		bytes += vector[i].iov_len;
	return bytes;
}

/* Where a read at the position will begin; -1 where only the kernel knows. */
static inline int64_t data_position(const struct call *call)
{
	const struct description *held = call->fd.description;
	bool known = held && (held->traits & (DESCRIPTION_SEEKABLE | DESCRIPTION_ASK)) ==
	                             DESCRIPTION_SEEKABLE;
	return known ? __atomic_load_n(&held->position, __ATOMIC_RELAXED) : -1;
}

#define DATA_AT_POSITION INT64_MIN

/* Takes a sample and begins the call anew, so that it does not count. */
void data_sample(struct call *call, int fd, int64_t offset, uint64_t size);

/* A read that has begun is about to be made: `size` bytes (0: not known yet) at
 * `offset` or DATA_AT_POSITION. */
static inline void data_reads(struct call *call, int fd, int64_t offset, uint64_t size)
{
	call->sample.armed = thread_self.away.armed;
	if (sample_begins())
		data_sample(call, fd, offset, size);
}

/* Begins such a read. Returns false if it is not to be traced. */
static inline bool data_read_begin(struct call *call, int fd, int64_t offset, uint64_t size)
{
	if (!call_begin_on(call, fd))
		return false;
	data_reads(call, fd, offset, size);
	return true;
}

/* What was found out about a read at `offset` (or DATA_AT_POSITION, not moved yet)
 * that took so long and returned `result`: flags of its event. */
uint8_t data_flags(const struct call *call, int64_t offset, uint64_t read_ns, int64_t result);

static inline bool data_has_flags(const struct call *call, uint64_t read_ns)
{
	const struct description *held = call->fd.description;
	return sample_ends(&call->sample, read_ns) || (held && held->traits & DESCRIPTION_DIRECT);
}

/* The event of a read that just returned, at `offset` or DATA_AT_POSITION. */
__attribute__((always_inline)) static inline struct aiot_event
data_read_event(const struct call *call, enum aiot_call id, int64_t offset, uint64_t size,
                ssize_t returned)
{
	struct aiot_event event = call_event_of_data(call, id, returned);
	event.size = size;
	if (__builtin_expect(data_has_flags(call, event.duration_ns), 0))
		event.flags = data_flags(call, offset, event.duration_ns, event.result);
	return event;
}

__attribute__((always_inline)) static inline ssize_t
data_read(const struct call *call, enum aiot_call id, int fd, uint64_t size, ssize_t returned)
{
	struct aiot_event event = data_read_event(call, id, DATA_AT_POSITION, size, returned);
	data_store_at_position(call, &event, fd, false);
	return returned;
}

static inline ssize_t data_write(const struct call *call, enum aiot_call id, int fd, uint64_t size,
                                 ssize_t returned)
{
	struct aiot_event event = call_event_of_data(call, id, returned);
	event.size = size;
	data_store_at_position(call, &event, fd, true);
	return returned;
}

__attribute__((always_inline)) static inline ssize_t data_read_at(const struct call *call,
                                                                  enum aiot_call id, int64_t offset,
                                                                  uint64_t size, ssize_t returned)
{
	struct aiot_event event = data_read_event(call, id, offset, size, returned);
	event.offset = offset;
	event_store(&event);
	return returned;
}

static inline ssize_t data_write_at(const struct call *call, enum aiot_call id, int fd,
                                    int64_t offset, uint64_t size, ssize_t returned)
{
	struct aiot_event event = call_event_of_data(call, id, returned);
	event.size = size;
	data_store_write_at(call, &event, fd, offset);
	return returned;
}

#endif
