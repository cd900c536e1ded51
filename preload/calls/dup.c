/* SPDX-License-Identifier: Apache-2.0
 *
 * Descriptors that share an open file description. A vfork child's are its own,
 * as in close.c.
 */
#include <stdarg.h>

#include "calls/call.h"
#include "calls/dup.h"

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

/* Whether a pidfd stands for the process itself. */
static bool dup_is_own(int pidfd)
{
	static const char key[] = "\nPid:\t";
	char name[] = "/proc/self/fdinfo/0123456789", text[512];
	char *digit = name + sizeof name - 1;
	for (unsigned rest = (unsigned)pidfd, i = 0; i < 10; i++, rest /= 10)
		*--digit = (char)('0' + rest % 10);
	size_t zeroes = strspn(digit, "0");
	zeroes -= zeroes == 10;
	memmove(digit, digit + zeroes, 11 - zeroes);
	const char *found = sys_read_file(name, text, sizeof text) > 0 ? strstr(text, key) : NULL;
	long pid = 0;
	for (found = found ? found + sizeof key - 1 : ""; *found >= '0' && *found <= '9'; found++)
		pid = pid * 10 + *found - '0';
	return pid == SYS0(getpid);
}

/* What another process's descriptor stands for is asked when it is used, its
 * position each time: that process moves it, too. */
int dup_from_process(int pidfd, int fd, unsigned flags)
{
	struct call call;
	bool wanted = !thread_is_vforked() && call_begin(&call);
	int copy = (int)sys_returned(SYS3(pidfd_getfd, pidfd, fd, flags));
	if (!wanted)
		return copy;
	int saved = errno;
	if (copy >= 0 && dup_is_own(pidfd))
		fd_copied(fd, copy);
	else if (copy >= 0)
		fd_forget(copy);
	call.fd = copy >= 0 ? fd_look(copy) : call.fd;
	errno = saved;
	return call_ended(&call, AIOT_CALL_pidfd_getfd, copy);
}

int pidfd_getfd(int pidfd, int fd, unsigned flags)
{
	return dup_from_process(pidfd, fd, flags);
}
