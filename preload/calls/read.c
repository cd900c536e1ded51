/* SPDX-License-Identifier: Apache-2.0
 *
 * read and its kin.
 */
#include "calls/data.h"

BY_KERNEL ssize_t read(int fd, void *buffer, size_t size)
{
	struct call call;
	if (!data_read_begin(&call, fd, DATA_AT_POSITION, size))
		return REAL(read)(fd, buffer, size);
	return data_read(&call, AIOT_CALL_read, fd, size, REAL(read)(fd, buffer, size));
}

BY_KERNEL ssize_t pread(int fd, void *buffer, size_t size, off_t offset)
{
	struct call call;
	if (!data_read_begin(&call, fd, offset, size))
		return REAL(pread)(fd, buffer, size, offset);
	return data_read_at(&call, AIOT_CALL_pread, offset, size,
	                    REAL(pread)(fd, buffer, size, offset));
}

BY_KERNEL ssize_t pread64(int fd, void *buffer, size_t size, off64_t offset)
{
	struct call call;
	if (!data_read_begin(&call, fd, offset, size))
		return REAL(pread64)(fd, buffer, size, offset);
	return data_read_at(&call, AIOT_CALL_pread64, offset, size,
	                    REAL(pread64)(fd, buffer, size, offset));
}

BY_KERNEL ssize_t __read_chk(int fd, void *buffer, size_t size, size_t bound)
{
	struct call call;
	if (!data_read_begin(&call, fd, DATA_AT_POSITION, size))
		return REAL(__read_chk)(fd, buffer, size, bound);
	return data_read(&call, AIOT_CALL___read_chk, fd, size,
	                 REAL(__read_chk)(fd, buffer, size, bound));
}

BY_KERNEL ssize_t __pread_chk(int fd, void *buffer, size_t size, off_t offset, size_t bound)
{
	struct call call;
	if (!data_read_begin(&call, fd, offset, size))
		return REAL(__pread_chk)(fd, buffer, size, offset, bound);
	return data_read_at(&call, AIOT_CALL___pread_chk, offset, size,
	                    REAL(__pread_chk)(fd, buffer, size, offset, bound));
}

BY_KERNEL ssize_t __pread64_chk(int fd, void *buffer, size_t size, off64_t offset, size_t bound)
{
	struct call call;
	if (!data_read_begin(&call, fd, offset, size))
		return REAL(__pread64_chk)(fd, buffer, size, offset, bound);
	return data_read_at(&call, AIOT_CALL___pread64_chk, offset, size,
	                    REAL(__pread64_chk)(fd, buffer, size, offset, bound));
}

BY_KERNEL ssize_t readv(int fd, const struct iovec *vector, int count)
{
	struct call call;
	if (!data_read_begin(&call, fd, DATA_AT_POSITION, 0))
		return REAL(readv)(fd, vector, count);
	ssize_t returned = REAL(readv)(fd, vector, count);
	uint64_t size = data_vector_bytes(vector, count, returned);
	return data_read(&call, AIOT_CALL_readv, fd, size, returned);
}

BY_KERNEL ssize_t preadv(int fd, const struct iovec *vector, int count, off_t offset)
{
	struct call call;
	if (!data_read_begin(&call, fd, offset, 0))
		return REAL(preadv)(fd, vector, count, offset);
	ssize_t returned = REAL(preadv)(fd, vector, count, offset);
	uint64_t size = data_vector_bytes(vector, count, returned);
	return data_read_at(&call, AIOT_CALL_preadv, offset, size, returned);
}

BY_KERNEL ssize_t preadv64(int fd, const struct iovec *vector, int count, off64_t offset)
{
	struct call call;
	if (!data_read_begin(&call, fd, offset, 0))
		return REAL(preadv64)(fd, vector, count, offset);
	ssize_t returned = REAL(preadv64)(fd, vector, count, offset);
	uint64_t size = data_vector_bytes(vector, count, returned);
	return data_read_at(&call, AIOT_CALL_preadv64, offset, size, returned);
}

static ssize_t read_v2_ended(const struct call *call, enum aiot_call id, int fd, int64_t offset,
                             int flags, uint64_t size, ssize_t returned)
{
	bool positioned = offset != -1;
	struct aiot_event event =
	        data_read_event(call, id, positioned ? offset : DATA_AT_POSITION, size, returned);
	event.aux = (uint32_t)flags;
	if (!positioned) {
		data_store_at_position(call, &event, fd, false);
		return returned;
	}
	event.offset = offset;
	event_store(&event);
	return returned;
}

BY_KERNEL ssize_t preadv2(int fd, const struct iovec *vector, int count, off_t offset, int flags)
{
	struct call call;
	if (!data_read_begin(&call, fd, offset == -1 ? DATA_AT_POSITION : offset, 0))
		return REAL(preadv2)(fd, vector, count, offset, flags);
	ssize_t returned = REAL(preadv2)(fd, vector, count, offset, flags);
	uint64_t size = data_vector_bytes(vector, count, returned);
	return read_v2_ended(&call, AIOT_CALL_preadv2, fd, offset, flags, size, returned);
}

BY_KERNEL ssize_t preadv64v2(int fd, const struct iovec *vector, int count, off64_t offset,
                             int flags)
{
	struct call call;
	if (!data_read_begin(&call, fd, offset == -1 ? DATA_AT_POSITION : offset, 0))
		return REAL(preadv64v2)(fd, vector, count, offset, flags);
	ssize_t returned = REAL(preadv64v2)(fd, vector, count, offset, flags);
	uint64_t size = data_vector_bytes(vector, count, returned);
	return read_v2_ended(&call, AIOT_CALL_preadv64v2, fd, offset, flags, size, returned);
}
