/* SPDX-License-Identifier: Apache-2.0
 *
 * Waiting for time to pass: of who reads, what it does between its reads. What sleeps inside
 * another call, as a library does that makes storage slow, is that call's.
 */
#include "calls/wait.h"

static bool sleep_begin(struct call *call)
{
	return wait_begin(call) && !(thread_self.region && thread_self.region->calling);
}

static void sleep_ended(const struct call *call, enum aiot_call id, int64_t result)
{
	int saved = errno;
	struct aiot_event event;

	if (!wait_was_long(call))
		return;
	event = wait_event(call, id, 0);
	event.result = result;
	wait_store(&event);
	errno = saved;
}

int nanosleep(const struct timespec *time, struct timespec *rest)
{
	struct call call;
	if (!sleep_begin(&call))
		return REAL(nanosleep)(time, rest);
	int returned = REAL(nanosleep)(time, rest);
	sleep_ended(&call, AIOT_CALL_nanosleep, returned ? -errno : 0);
	return returned;
}

/* Returns the error's number. */
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time, struct timespec *rest)
{
	struct call call;
	if (!sleep_begin(&call))
		return REAL(clock_nanosleep)(clock, flags, time, rest);
	int error = REAL(clock_nanosleep)(clock, flags, time, rest);
	sleep_ended(&call, AIOT_CALL_clock_nanosleep, -error);
	return error;
}

int usleep(useconds_t time)
{
	struct call call;
	if (!sleep_begin(&call))
		return REAL(usleep)(time);
	int returned = REAL(usleep)(time);
	sleep_ended(&call, AIOT_CALL_usleep, returned ? -errno : 0);
	return returned;
}

/* Returns the seconds that are left where a signal woke it. */
unsigned sleep(unsigned time)
{
	struct call call;
	if (!sleep_begin(&call))
		return REAL(sleep)(time);
	unsigned left = REAL(sleep)(time);
	sleep_ended(&call, AIOT_CALL_sleep, left);
	return left;
}

/* Returns -1 where a signal woke it, and another negative number where it failed. */
int thrd_sleep(const struct timespec *time, struct timespec *rest)
{
	struct call call;
	if (!sleep_begin(&call))
		return REAL(thrd_sleep)(time, rest);
	int returned = REAL(thrd_sleep)(time, rest);
	sleep_ended(&call, AIOT_CALL_thrd_sleep, returned == -1 ? -EINTR : returned ? -EINVAL : 0);
	return returned;
}
