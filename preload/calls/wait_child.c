/* SPDX-License-Identifier: Apache-2.0
 *
 * Waiting for children. Each that was taken up is in the trace, with its pid
 * in aux, so that one without a trace of its own is known.
 */
#include "calls/wait.h"

static pid_t child_ended(const struct call *call, enum aiot_call id, pid_t child, pid_t returned)
{
	if (child <= 0 && !wait_was_long(call))
		return returned;
	int saved = errno;
	struct aiot_event event = wait_event(call, id, returned);
	if (child > 0)
		path_cwd_look();
	event.aux = child > 0 ? (uint32_t)child : 0;
	wait_store(&event);
	errno = saved;
	return returned;
}

pid_t wait(int *status)
{
	struct call call;
	if (!wait_begin(&call))
		return REAL(wait)(status);
	pid_t child = REAL(wait)(status);
	return child_ended(&call, AIOT_CALL_wait, child, child);
}

pid_t waitpid(pid_t pid, int *status, int flags)
{
	struct call call;
	if (!wait_begin(&call))
		return REAL(waitpid)(pid, status, flags);
	pid_t child = REAL(waitpid)(pid, status, flags);
	return child_ended(&call, AIOT_CALL_waitpid, child, child);
}

pid_t wait3(int *status, int flags, struct rusage *usage)
{
	struct call call;
	if (!wait_begin(&call))
		return REAL(wait3)(status, flags, usage);
	pid_t child = REAL(wait3)(status, flags, usage);
	return child_ended(&call, AIOT_CALL_wait3, child, child);
}

pid_t wait4(pid_t pid, int *status, int flags, struct rusage *usage)
{
	struct call call;
	if (!wait_begin(&call))
		return REAL(wait4)(pid, status, flags, usage);
	pid_t child = REAL(wait4)(pid, status, flags, usage);
	return child_ended(&call, AIOT_CALL_wait4, child, child);
}

int waitid(idtype_t kind, id_t id, siginfo_t *about, int flags)
{
	struct call call;
	if (!wait_begin(&call))
		return REAL(waitid)(kind, id, about, flags);
	int returned = REAL(waitid)(kind, id, about, flags);
	bool taken = returned == 0 && about && !(flags & WNOWAIT);
	return child_ended(&call, AIOT_CALL_waitid, taken ? about->si_pid : 0, returned);
}
