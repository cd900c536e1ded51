/* SPDX-License-Identifier: Apache-2.0
 *
 * Descriptors that share an open file description. A vfork child's are its own,
 * as in close.c.
 */
#include <stdarg.h>

#include "calls/call.h"

static int dup_ended(const struct call *call, enum aiot_call id, int fd, int copy)
{
	int saved = errno;
	struct aiot_event event = call_event(call, id, copy);
	if (copy >= 0)
		fd_copied(fd, copy);
	event_store(&event);
	errno = saved;
	return copy;
}

/* A descriptor whose file is filtered out is shared all the same. */
static int dup_unrecorded(int fd, int copy)
{
	int saved = errno;
	if (copy >= 0 && !thread_is_vforked() && state_is(STATE_ON))
		fd_copied(fd, copy);
	errno = saved;
	return copy;
}

int dup(int fd)
{
	struct call call;
	if (thread_is_vforked() || !call_begin_on(&call, fd))
		return dup_unrecorded(fd, REAL(dup)(fd));
	return dup_ended(&call, AIOT_CALL_dup, fd, REAL(dup)(fd));
}

int dup2(int fd, int copy)
{
	struct call call;
	if (thread_is_vforked() || !call_begin_on(&call, fd))
		return dup_unrecorded(fd, REAL(dup2)(fd, copy));
	return dup_ended(&call, AIOT_CALL_dup2, fd, REAL(dup2)(fd, copy));
}

int dup3(int fd, int copy, int flags)
{
	struct call call;
	if (thread_is_vforked() || !call_begin_on(&call, fd))
		return dup_unrecorded(fd, REAL(dup3)(fd, copy, flags));
	return dup_ended(&call, AIOT_CALL_dup3, fd, REAL(dup3)(fd, copy, flags));
}

/* Flags that change how later reads and writes are done. */
static void dup_flags_set(const struct call *call, int flags)
{
	struct description *held = call->fd.description;
	uint32_t set = (flags & O_APPEND ? DESCRIPTION_APPEND : 0) |
	               (flags & O_DIRECT ? DESCRIPTION_DIRECT : 0);
	if (!held)
		return;
	__atomic_fetch_or(&held->traits, set, __ATOMIC_RELAXED);
	__atomic_fetch_and(&held->traits,
	                   set | ~(uint32_t)(DESCRIPTION_APPEND | DESCRIPTION_DIRECT),
	                   __ATOMIC_RELAXED);
}

static int dup_fcntl_ended(const struct call *call, enum aiot_call id, int fd, int command,
                           long argument, int returned)
{
	int saved = errno;
	struct aiot_event event = call_event(call, id, returned);
	event.aux = (uint32_t)command;
	if (returned >= 0 && (command == F_DUPFD || command == F_DUPFD_CLOEXEC))
		fd_copied(fd, returned);
	if (returned >= 0 && command == F_SETFL)
		dup_flags_set(call, (int)argument);
	event_store(&event);
	errno = saved;
	return returned;
}

#define DUP_ARGUMENT(last)                                                                         \
	({                                                                                         \
		va_list arguments_;                                                                \
		va_start(arguments_, last);                                                        \
		long argument_ = va_arg(arguments_, long);                                         \
		va_end(arguments_);                                                                \
		argument_;                                                                         \
	})

int fcntl(int fd, int command, ...)
{
	struct call call;
	long argument = DUP_ARGUMENT(command);
	if (thread_is_vforked() || !call_begin_on(&call, fd))
		return REAL(fcntl)(fd, command, argument);
	return dup_fcntl_ended(&call, AIOT_CALL_fcntl, fd, command, argument,
	                       REAL(fcntl)(fd, command, argument));
}

int fcntl64(int fd, int command, ...)
{
	struct call call;
	long argument = DUP_ARGUMENT(command);
	if (thread_is_vforked() || !call_begin_on(&call, fd))
		return REAL(fcntl64)(fd, command, argument);
	return dup_fcntl_ended(&call, AIOT_CALL_fcntl64, fd, command, argument,
	                       REAL(fcntl64)(fd, command, argument));
}
