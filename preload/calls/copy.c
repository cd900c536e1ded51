/* SPDX-License-Identifier: Apache-2.0
 *
 * Copies inside the kernel: one call, two events, what it read and what it
 * wrote. vmsplice has memory on one side.
 */
#include "calls/data.h"

/* Stores one half. `moved_to` is the offset behind the bytes where the caller
 * gave one, as the kernel left it; NULL where the position was used. */
static void copy_store_half(const struct call *call, struct aiot_event event, int fd,
                            const off64_t *moved_to, bool write)
{
	const struct description *held = call->fd.description;
	event.file = call->fd.file;
	event.stage = call->fd.stage;
	event.handle = held ? held->handle : 0;
	if (held && held->traits & DESCRIPTION_UNWANTED)
		return;
	if (!moved_to) {
		data_store_at_position(call, &event, fd, write);
		return;
	}
	event.offset = event.result >= 0 ? *moved_to - event.result : -1;
	event_store(&event);
}

struct copy {
	struct call in, out;
	int in_fd, out_fd;
};

static bool copy_begin(struct copy *copy, int in_fd, int out_fd)
{
	copy->in_fd = in_fd;
	copy->out_fd = out_fd;
	bool child = call_in_vfork();
	if (!child && !event_wanted())
		return false;
	copy->in.fd = child ? fd_see(in_fd, &copy->in.own) : fd_look(in_fd);
	copy->out.fd = child ? fd_see(out_fd, &copy->out.own) : fd_look(out_fd);
	copy->in.start = clock_ticks();
	data_reads(&copy->in, in_fd, -1, 0);
	return true;
}

static ssize_t copy_ended(const struct copy *copy, enum aiot_call id, enum aiot_call out_id,
                          const off64_t *in_offset, const off64_t *out_offset, size_t size,
                          ssize_t returned)
{
	struct aiot_event event =
	        data_read_event(&copy->in, id, in_offset ? -1 : DATA_AT_POSITION, size, returned);
	copy_store_half(&copy->in, event, copy->in_fd, in_offset, false);
	event.flags = 0;
	event.call = (uint16_t)out_id;
	copy_store_half(&copy->out, event, copy->out_fd, out_offset, true);
	return returned;
}

ssize_t sendfile(int out, int in, off_t *offset, size_t size)
{
	struct copy copy;
	if (!copy_begin(&copy, in, out))
		return REAL(sendfile)(out, in, offset, size);
	ssize_t returned = REAL(sendfile)(out, in, offset, size);
	return copy_ended(&copy, AIOT_CALL_sendfile, AIOT_CALL_sendfile_out, offset, NULL, size,
	                  returned);
}

ssize_t sendfile64(int out, int in, off64_t *offset, size_t size)
{
	struct copy copy;
	if (!copy_begin(&copy, in, out))
		return REAL(sendfile64)(out, in, offset, size);
	ssize_t returned = REAL(sendfile64)(out, in, offset, size);
	return copy_ended(&copy, AIOT_CALL_sendfile64, AIOT_CALL_sendfile_out, offset, NULL, size,
	                  returned);
}

ssize_t copy_file_range(int in, off64_t *in_offset, int out, off64_t *out_offset, size_t size,
                        unsigned flags)
{
	struct copy copy;
	if (!copy_begin(&copy, in, out))
		return REAL(copy_file_range)(in, in_offset, out, out_offset, size, flags);
	ssize_t returned = REAL(copy_file_range)(in, in_offset, out, out_offset, size, flags);
	return copy_ended(&copy, AIOT_CALL_copy_file_range, AIOT_CALL_copy_file_range_out,
	                  in_offset, out_offset, size, returned);
}

ssize_t splice(int in, off64_t *in_offset, int out, off64_t *out_offset, size_t size,
               unsigned flags)
{
	struct copy copy;
	if (!copy_begin(&copy, in, out))
		return REAL(splice)(in, in_offset, out, out_offset, size, flags);
	ssize_t returned = REAL(splice)(in, in_offset, out, out_offset, size, flags);
	return copy_ended(&copy, AIOT_CALL_splice, AIOT_CALL_splice_out, in_offset, out_offset,
	                  size, returned);
}

/* What tee reads stays in the pipe. */
ssize_t tee(int in, int out, size_t size, unsigned flags)
{
	struct copy copy;
	if (!copy_begin(&copy, in, out))
		return REAL(tee)(in, out, size, flags);
	ssize_t returned = REAL(tee)(in, out, size, flags);
	return copy_ended(&copy, AIOT_CALL_tee, AIOT_CALL_tee_out, NULL, NULL, size, returned);
}

ssize_t vmsplice(int fd, const struct iovec *vector, size_t count, unsigned flags)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(vmsplice)(fd, vector, count, flags);
	ssize_t returned = REAL(vmsplice)(fd, vector, count, flags);
	uint64_t size = data_vector_bytes(vector, (int)count, returned);
	return data_write(&call, AIOT_CALL_vmsplice, fd, size, returned);
}
