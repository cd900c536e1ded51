/* SPDX-License-Identifier: Apache-2.0
 *
 * write and its kin.
 */
#include "calls/data.h"

BY_KERNEL ssize_t write(int fd, const void *buffer, size_t size)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(write)(fd, buffer, size);
	return data_write(&call, AIOT_CALL_write, fd, size, REAL(write)(fd, buffer, size));
}

BY_KERNEL ssize_t pwrite(int fd, const void *buffer, size_t size, off_t offset)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(pwrite)(fd, buffer, size, offset);
	return data_write_at(&call, AIOT_CALL_pwrite, fd, offset, size,
	                     REAL(pwrite)(fd, buffer, size, offset));
}

BY_KERNEL ssize_t pwrite64(int fd, const void *buffer, size_t size, off64_t offset)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(pwrite64)(fd, buffer, size, offset);
	return data_write_at(&call, AIOT_CALL_pwrite64, fd, offset, size,
	                     REAL(pwrite64)(fd, buffer, size, offset));
}

BY_KERNEL ssize_t writev(int fd, const struct iovec *vector, int count)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(writev)(fd, vector, count);
	ssize_t returned = REAL(writev)(fd, vector, count);
	uint64_t size = data_vector_bytes(vector, count, returned);
	return data_write(&call, AIOT_CALL_writev, fd, size, returned);
}

BY_KERNEL ssize_t pwritev(int fd, const struct iovec *vector, int count, off_t offset)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(pwritev)(fd, vector, count, offset);
	ssize_t returned = REAL(pwritev)(fd, vector, count, offset);
	uint64_t size = data_vector_bytes(vector, count, returned);
	return data_write_at(&call, AIOT_CALL_pwritev, fd, offset, size, returned);
}

BY_KERNEL ssize_t pwritev64(int fd, const struct iovec *vector, int count, off64_t offset)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(pwritev64)(fd, vector, count, offset);
	ssize_t returned = REAL(pwritev64)(fd, vector, count, offset);
	uint64_t size = data_vector_bytes(vector, count, returned);
	return data_write_at(&call, AIOT_CALL_pwritev64, fd, offset, size, returned);
}

/* An offset of -1 means the position; RWF_APPEND appends whatever the offset. */
static ssize_t write_v2_ended(const struct call *call, enum aiot_call id, int fd, int64_t offset,
                              int flags, uint64_t size, ssize_t returned)
{
	struct aiot_event event = call_event(call, id, returned);
	struct description appending = {.traits = DESCRIPTION_SEEKABLE | DESCRIPTION_APPEND};
	struct call appended = *call;
	appended.fd.description = &appending;
	event.size = size;
	event.aux = (uint32_t)flags;
	if (flags & RWF_APPEND && call->fd.description)
		data_store_write_at(&appended, &event, fd, offset);
	else if (offset == -1)
		data_store_at_position(call, &event, fd, true);
	else
		data_store_write_at(call, &event, fd, offset);
	if (offset == -1 && flags & RWF_APPEND)
		fd_distrust(fd);
	return returned;
}

BY_KERNEL ssize_t pwritev2(int fd, const struct iovec *vector, int count, off_t offset, int flags)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(pwritev2)(fd, vector, count, offset, flags);
	ssize_t returned = REAL(pwritev2)(fd, vector, count, offset, flags);
	uint64_t size = data_vector_bytes(vector, count, returned);
	return write_v2_ended(&call, AIOT_CALL_pwritev2, fd, offset, flags, size, returned);
}

BY_KERNEL ssize_t pwritev64v2(int fd, const struct iovec *vector, int count, off64_t offset,
                              int flags)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(pwritev64v2)(fd, vector, count, offset, flags);
	ssize_t returned = REAL(pwritev64v2)(fd, vector, count, offset, flags);
	uint64_t size = data_vector_bytes(vector, count, returned);
	return write_v2_ended(&call, AIOT_CALL_pwritev64v2, fd, offset, flags, size, returned);
}
