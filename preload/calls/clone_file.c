/* SPDX-License-Identifier: Apache-2.0
 *
 * ioctl: of its many uses those that are I/O on files, copies that move no bytes
 * because both files share the storage (cp --reflink). All others pass through.
 */
#include <linux/fs.h>
#include <stdarg.h>
#include <sys/ioctl.h>

#include "calls/call.h"

static bool clone_is_file(unsigned long command)
{
	return command == FICLONE || command == FICLONERANGE || command == FIDEDUPERANGE;
}

/* The range, where the call names one. */
static int clone_ended(const struct call *call, unsigned long command, const void *argument,
                       int returned)
{
	const struct file_clone_range *range =
	        command == FICLONERANGE && returned == 0 ? argument : NULL;
	return call_ended_over(call, AIOT_CALL_ioctl, range ? (int64_t)range->dest_offset : -1,
	                       range ? range->src_length : 0, (int)command, returned);
}

int ioctl(int fd, unsigned long command, ...)
{
	struct call call;
	va_list arguments;
	va_start(arguments, command);
	void *argument = va_arg(arguments, void *);
	va_end(arguments);
	if (!clone_is_file(command) || !call_begin_on(&call, fd))
		return REAL(ioctl)(fd, command, argument);
	return clone_ended(&call, command, argument, REAL(ioctl)(fd, command, argument));
}
