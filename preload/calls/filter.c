/* SPDX-License-Identifier: Apache-2.0
 *
 * Programs that forbid themselves system calls, by prctl or by number.
 */
#include <linux/seccomp.h>
#include <stdarg.h>
#include <sys/prctl.h>

#include "calls/call.h"
#include "calls/syscall.h"
#include "sandbox.h"

struct filter {
	bool by_prctl;
	unsigned long operation, flags;
	const void *program;
};

static long filter_install(const void *argument)
{
	const struct filter *filter = argument;
	if (filter->by_prctl)
		return SYS6(prctl, PR_SET_SECCOMP, filter->operation, filter->program, 0, 0, 0);
	return SYS3(seccomp, filter->operation, filter->flags, filter->program);
}

/* A filter whose calls another process answers can't be tried, nor the oldest
 * kind, which lets pass next to nothing. */
static void filter_comes(const struct filter *filter, bool strict)
{
	int saved = errno;
	thread_self.busy++;
	if (strict || filter->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER)
		sandbox_close();
	else
		sandbox_before(filter_install, filter);
	thread_self.busy--;
	errno = saved;
}

int prctl(int option, ...)
{
	unsigned long a[4];
	va_list arguments;
	struct call call;
	va_start(arguments, option);
	for (int i = 0; i < 4; i++)
		a[i] = va_arg(arguments, unsigned long);
	va_end(arguments);
	if (option == PR_SET_SECCOMP && !thread_is_vforked() && call_begin(&call)) {
		struct filter filter = {true, a[0], 0, (const void *)a[1]};
		event_none();
		filter_comes(&filter, a[0] == SECCOMP_MODE_STRICT);
	}
	return REAL(prctl)(option, a[0], a[1], a[2], a[3]);
}

long filter_syscall_seccomp(long operation, long flags, long program)
{
	struct call call;
	bool sets = operation == SECCOMP_SET_MODE_STRICT || operation == SECCOMP_SET_MODE_FILTER;
	if (sets && !thread_is_vforked() && call_begin(&call)) {
		struct filter filter = {false, (unsigned long)operation, (unsigned long)flags,
		                        (const void *)program};
		event_none();
		filter_comes(&filter, operation == SECCOMP_SET_MODE_STRICT);
	}
	return sys_returned(SYS3(seccomp, operation, flags, program));
}

long filter_syscall_prctl(long option, long a, long b, long c, long d)
{
	return prctl((int)option, a, b, c, d);
}
