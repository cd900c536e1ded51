/* SPDX-License-Identifier: Apache-2.0
 *
 * Waiting for another thread: semaphores, condition variables, a thread's end.
 * The event's offset is the address of what was waited for.
 */
#include <linux/futex.h>

#include "calls/syscall.h"
#include "calls/wait.h"

/* `error` is 0 or an errno; errno itself is as the call left it. */
static void lock_store(const struct call *call, enum aiot_call id, const void *address, int error)
{
	int saved = errno;
	struct aiot_event event = wait_event(call, id, 0);
	event.result = -error;
	event.offset = (intptr_t)address;
	wait_store(&event);
	errno = saved;
}

/* For those that set errno, and those that return it. */
static int lock_ended(const struct call *call, enum aiot_call id, const void *address, int returned)
{
	if (wait_was_long(call))
		lock_store(call, id, address, returned < 0 ? errno : 0);
	return returned;
}

static int lock_ended_with(const struct call *call, enum aiot_call id, const void *address,
                           int error)
{
	if (wait_was_long(call))
		lock_store(call, id, address, error);
	return error;
}

int sem_wait(sem_t *semaphore)
{
	struct call call;
	if (!wait_begin(&call))
		return REAL(sem_wait)(semaphore);
	return lock_ended(&call, AIOT_CALL_sem_wait, semaphore, REAL(sem_wait)(semaphore));
}

int sem_timedwait(sem_t *semaphore, const struct timespec *until)
{
	struct call call;
	if (!wait_begin(&call))
		return REAL(sem_timedwait)(semaphore, until);
	return lock_ended(&call, AIOT_CALL_sem_timedwait, semaphore,
	                  REAL(sem_timedwait)(semaphore, until));
}

int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *until)
{
	struct call call;
	if (!wait_begin(&call))
		return REAL(sem_clockwait)(semaphore, clock, until);
	return lock_ended(&call, AIOT_CALL_sem_clockwait, semaphore,
	                  REAL(sem_clockwait)(semaphore, clock, until));
}

int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
	struct call call;
	if (!wait_begin(&call))
		return REAL(pthread_cond_wait)(condition, mutex);
	return lock_ended_with(&call, AIOT_CALL_pthread_cond_wait, condition,
	                       REAL(pthread_cond_wait)(condition, mutex));
}

int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                           const struct timespec *until)
{
	struct call call;
	if (!wait_begin(&call))
		return REAL(pthread_cond_timedwait)(condition, mutex, until);
	return lock_ended_with(&call, AIOT_CALL_pthread_cond_timedwait, condition,
	                       REAL(pthread_cond_timedwait)(condition, mutex, until));
}

int pthread_cond_clockwait(pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock,
                           const struct timespec *until)
{
	struct call call;
	if (!wait_begin(&call))
		return REAL(pthread_cond_clockwait)(condition, mutex, clock, until);
	return lock_ended_with(&call, AIOT_CALL_pthread_cond_clockwait, condition,
	                       REAL(pthread_cond_clockwait)(condition, mutex, clock, until));
}

int pthread_join(pthread_t thread, void **result)
{
	struct call call;
	if (!wait_begin(&call))
		return REAL(pthread_join)(thread, result);
	return lock_ended_with(&call, AIOT_CALL_pthread_join, NULL,
	                       REAL(pthread_join)(thread, result));
}

int pthread_barrier_wait(pthread_barrier_t *barrier)
{
	struct call call;
	if (!wait_begin(&call))
		return REAL(pthread_barrier_wait)(barrier);
	int returned = REAL(pthread_barrier_wait)(barrier);
	lock_ended_with(&call, AIOT_CALL_pthread_barrier_wait, barrier,
	                returned == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : returned);
	return returned;
}

/* By syscall(2), as Rust's and C++'s locks do it. */
long lock_syscall_futex(long address, long operation, long value, long timeout, long other,
                        long value3)
{
	struct call call;
	int command = (int)operation & FUTEX_CMD_MASK;
	bool waits =
	        command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET || command == FUTEX_LOCK_PI;
	if (!waits || !wait_begin(&call))
		return sys_returned(SYS6(futex, address, operation, value, timeout, other, value3));
	return lock_ended(
	        &call, AIOT_CALL_futex, (void *)address,
	        (int)sys_returned(SYS6(futex, address, operation, value, timeout, other, value3)));
}
