/* SPDX-License-Identifier: Apache-2.0 */
#include "calls/data.h"

#include "file/stale.h"

/* The position after the call, less what was moved. */
static int64_t data_ask_position(struct description *held, int fd, int64_t moved)
{
	long position = SYS3(lseek, fd, 0, SEEK_CUR);
	if (position < 0)
		return -1;
	__atomic_store_n(&held->position, position, __ATOMIC_RELAXED);
	return position - moved;
}

struct data_place data_ask(const struct call *call, int fd, int64_t moved, bool write)
{
	struct description *held = call->fd.description;
	bool append = write && held->traits & DESCRIPTION_APPEND;
	if (append || held->traits & DESCRIPTION_ASK)
		return (struct data_place){data_ask_position(held, fd, moved),
		                           append ? AIOT_EVENT_APPEND : 0};
	return (struct data_place){__atomic_fetch_add(&held->position, moved, __ATOMIC_RELAXED), 0};
}

void data_sample(struct call *call, int fd, int64_t offset, uint64_t size)
{
	uint64_t start = call->start;
	bool due = sample_due();
	if (due)
		stale_check(fd, &call->fd);
	if (offset == DATA_AT_POSITION)
		offset = data_position(call);
	if (!sample_before(&call->sample, fd, &call->fd, offset, size) && !due)
		return;
	call->start = clock_ticks();
	sample_pay(clock_span(clock_at(call->start), call->start - start));
}

uint8_t data_flags(const struct call *call, int64_t offset, uint64_t read_ns, int64_t result)
{
	struct description *held = call->fd.description;
	if (held && held->traits & DESCRIPTION_DIRECT)
		return AIOT_EVENT_DIRECT;
	if (call->fd.kind != AIOT_FILE_REGULAR)
		return 0;
	if (offset == DATA_AT_POSITION)
		offset = data_position(call);
	return sample_after(&call->sample, call->fd.description, offset, read_ns, result);
}

void data_store_write_at(const struct call *call, struct aiot_event *event, int fd, int64_t offset)
{
	struct description *held = call->fd.description;
	struct stat about;
	event->offset = offset;
	if (held && held->traits & DESCRIPTION_APPEND && event->result > 0 &&
	    SYS2(fstat, fd, &about) == 0) {
		event->flags |= AIOT_EVENT_APPEND;
		event->offset = about.st_size - event->result;
	}
	event_store(event);
}

int64_t data_seek(const struct call *call, enum aiot_call id, int64_t offset, int whence,
                  int64_t returned)
{
	struct aiot_event event = call_event(call, id, returned);
	struct description *held = call->fd.description;
	if (held && returned >= 0)
		__atomic_store_n(&held->position, returned, __ATOMIC_RELAXED);
	event.offset = offset;
	event.aux = (uint32_t)whence;
	event_store(&event);
	return returned;
}
