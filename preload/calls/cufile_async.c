/* SPDX-License-Identifier: Apache-2.0
 *
 * cuFile's stream-ordered operations: the result is written to the program's
 * memory when the stream comes to it. It is looked at whenever a call of cuFile
 * or the clock's pulse comes by, so that an operation's end is that or before.
 * One whose result is what stood there before is never seen to end, and lost.
 */
#include "peek.h"
#include "calls/cufile.h"
#include "trace/loss.h"

#define CUFILE_ASYNC      4096
#define CUFILE_LAST_ERROR 9999

static struct cufile_async {
	const ssize_t *moved; /* NULL: unused; atomic */
	ssize_t before;
} cufile_async[CUFILE_ASYNC];
static uint32_t cufile_waiting;
static uint16_t cufile_generation;

/* A forked child has none of its parent's. */
static bool cufile_async_is_ours(void)
{
	return __atomic_load_n(&cufile_waiting, __ATOMIC_ACQUIRE) &&
	       cufile_generation == state_generation;
}

static void cufile_async_keep(const ssize_t *moved, ssize_t before)
{
	if (cufile_generation != state_generation) {
		memset(cufile_async, 0, sizeof cufile_async);
		cufile_waiting = 0;
		cufile_generation = state_generation;
	}
	for (uint32_t i = 0; i < CUFILE_ASYNC; i++) {
		const ssize_t *unused = NULL;
		if (cufile_async[i].moved ||
		    !__atomic_compare_exchange_n(&cufile_async[i].moved, &unused, (ssize_t *)-1, 0,
		                                 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			continue;
		cufile_async[i].before = before;
		__atomic_fetch_add(&cufile_waiting, 1, __ATOMIC_RELAXED);
		__atomic_store_n(&cufile_async[i].moved, moved, __ATOMIC_RELEASE);
		return;
	}
}

void cufile_async_begin(const ssize_t *moved, const struct flight *flight)
{
	ssize_t before = 0;
	if (!moved || !peek(&before, moved, sizeof before))
		return;
	flight_begin((uintptr_t)moved, flight);
	cufile_async_keep(moved, before);
}

static bool cufile_async_take(uint32_t i, const ssize_t *moved)
{
	if (!__atomic_compare_exchange_n(&cufile_async[i].moved, &moved, NULL, 0, __ATOMIC_ACQUIRE,
	                                 __ATOMIC_RELAXED))
		return false;
	__atomic_fetch_sub(&cufile_waiting, 1, __ATOMIC_RELAXED);
	return true;
}

struct cufile_status cufile_async_submitted(const ssize_t *moved, struct cufile_status status)
{
	struct flight flight;
	int saved = errno;
	if (status.error && flight_end((uintptr_t)moved, &flight))
		flight_store(&flight, -(int64_t)status.error);
	cufile_async_look();
	event_none();
	errno = saved;
	return status;
}

static void cufile_async_check(uint32_t i)
{
	const ssize_t *moved = __atomic_load_n(&cufile_async[i].moved, __ATOMIC_ACQUIRE);
	ssize_t now = 0, before = cufile_async[i].before;
	struct flight flight;
	if (!moved || moved == (ssize_t *)-1)
		return;
	bool there = peek(&now, moved, sizeof now);
	if (there && now == before)
		return;
	if (!cufile_async_take(i, moved) || !flight_end((uintptr_t)moved, &flight))
		return;
	/* Memory that has been used for something else by now. */
	if (!there || now > (ssize_t)flight.size || now < -CUFILE_LAST_ERROR) {
		flight.call = AIOT_CALL_NONE;
		loss_count(AIOT_LOSS_ASYNC, 1);
	}
	flight_store(&flight, now);
}

void cufile_async_look(void)
{
	if (!cufile_async_is_ours() || !event_wanted())
		return;
	int saved = errno;
	for (uint32_t i = 0; i < CUFILE_ASYNC && cufile_waiting; i++)
		cufile_async_check(i);
	errno = saved;
}
