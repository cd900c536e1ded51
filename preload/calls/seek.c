/* SPDX-License-Identifier: Apache-2.0
 *
 * lseek: where the next read or write begins.
 */
#include "calls/data.h"

BY_KERNEL off_t lseek(int fd, off_t offset, int whence)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(lseek)(fd, offset, whence);
	return data_seek(&call, AIOT_CALL_lseek, offset, whence, REAL(lseek)(fd, offset, whence));
}

BY_KERNEL off64_t lseek64(int fd, off64_t offset, int whence)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(lseek64)(fd, offset, whence);
	return data_seek(&call, AIOT_CALL_lseek64, offset, whence,
	                 REAL(lseek64)(fd, offset, whence));
}
