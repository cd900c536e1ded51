/* SPDX-License-Identifier: Apache-2.0
 *
 * cuFile's batches. A completion names its operation by the batch and a cookie
 * of the program's choice, which need not be unique.
 */
#include "calls/cufile.h"
#include "calls/cufile_handle.h"
#include "loss.h"
#include "uring/pending.h"

#define CUFILE_BATCHED 4096 /* operations in flight: a fourth of the room */

static struct pending cufile_batched;
static uint16_t cufile_batched_generation;
static uint32_t cufile_batch_lock; /* thread id of its holder; atomic */

/* A signal handler's call inside does without. */
static bool cufile_batch_take(void)
{
	uint32_t self = thread_id(), holder;
	while (holder = 0, !__atomic_compare_exchange_n(&cufile_batch_lock, &holder, self, 0,
	                                                __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
		if (holder == self)
			return false;
		SYS0(sched_yield);
	}
	if (cufile_batched_generation != state_generation) {
		pending_make(&cufile_batched, CUFILE_BATCHED);
		cufile_batched_generation = state_generation;
	}
	return true;
}

static void cufile_batch_give(void)
{
	__atomic_store_n(&cufile_batch_lock, 0, __ATOMIC_RELEASE);
}

static uint64_t cufile_batch_key(const void *batch, const void *cookie)
{
	return (uintptr_t)batch * 0x9E3779B97F4A7C15u ^ (uintptr_t)cookie;
}

static void cufile_batch_add(const struct call *call, const void *batch,
                             const struct cufile_operation *one)
{
	struct cufile_handle file = cufile_handle_look(one->handle);
	const struct description *held = file.fd.description;
	struct operation operation = {.user_data = cufile_batch_key(batch, one->cookie),
	                              .flight = {.start = call->start,
	                                         .fd = file.fd,
	                                         .offset = one->offset,
	                                         .size = one->size,
	                                         .descriptor = -1,
	                                         .call = one->opcode == CUFILE_OPERATION_READ
	                                                         ? AIOT_CALL_cufile_batch_read
	                                                         : AIOT_CALL_cufile_batch_write}};
	if (held && held->traits & DESCRIPTION_UNWANTED)
		operation.flight.call = AIOT_CALL_NONE;
	if (!pending_add(&cufile_batched, &operation))
		loss_count(AIOT_LOSS_ASYNC, 1);
}

static struct cufile_status cufile_batch_ended(const struct call *call, enum aiot_call id,
                                               uint64_t size, int64_t result,
                                               struct cufile_status status)
{
	struct aiot_event event = call_event(call, id, 0);
	event.size = size;
	event.result = status.error ? -(int64_t)status.error : result;
	event_store(&event);
	return status;
}

struct cufile_status cuFileBatchIOSubmit(void *batch, unsigned count, struct cufile_operation *list,
                                         unsigned flags)
{
	struct call call;
	if (!cufile_begin(&call, CUFILE_CALLER))
		return REAL_NEAR(cuFileBatchIOSubmit)(batch, count, list, flags);
	bool ours = cufile_batch_take();
	struct cufile_status status = REAL_NEAR(cuFileBatchIOSubmit)(batch, count, list, flags);
	int saved = errno;
	for (unsigned i = 0; ours && !status.error && i < count; i++)
		cufile_batch_add(&call, batch, &list[i]);
	if (ours)
		cufile_batch_give();
	cufile_batch_ended(&call, AIOT_CALL_cuFileBatchIOSubmit, count, count, status);
	errno = saved;
	return status;
}

static int64_t cufile_batch_result(const struct cufile_completion *one)
{
	switch (one->status) {
	case CUFILE_STATUS_COMPLETE: return (int64_t)one->moved;
	case CUFILE_STATUS_CANCELED: return -ECANCELED;
	case CUFILE_STATUS_TIMEOUT: return -ETIMEDOUT;
	default: return (int64_t)one->moved < 0 ? (int64_t)one->moved : -EIO;
	}
}

static void cufile_batch_completed(const void *batch, const struct cufile_completion *one)
{
	if (one->status == CUFILE_STATUS_WAITING || one->status == CUFILE_STATUS_PENDING)
		return;
	struct operation *found =
	        pending_find(&cufile_batched, cufile_batch_key(batch, one->cookie), false);
	if (!found)
		return;
	flight_store_at(&found->flight, cufile_batch_result(one), clock_ticks(), 0);
	pending_remove(&cufile_batched, found);
}

struct cufile_status cuFileBatchIOGetStatus(void *batch, unsigned least, unsigned *count,
                                            struct cufile_completion *list,
                                            struct timespec *timeout)
{
	struct call call;
	if (!cufile_begin(&call, CUFILE_CALLER))
		return REAL_NEAR(cuFileBatchIOGetStatus)(batch, least, count, list, timeout);
	unsigned room = *count;
	struct cufile_status status =
	        REAL_NEAR(cuFileBatchIOGetStatus)(batch, least, count, list, timeout);
	int saved = errno;
	cufile_batch_ended(&call, AIOT_CALL_cuFileBatchIOGetStatus, room, *count, status);
	bool ours = !status.error && cufile_batch_take();
	for (unsigned i = 0; ours && i < *count; i++)
		cufile_batch_completed(batch, &list[i]);
	if (ours)
		cufile_batch_give();
	errno = saved;
	return status;
}

struct cufile_status cuFileBatchIOSetUp(void **batch, unsigned count)
{
	struct call call;
	if (!cufile_begin(&call, CUFILE_CALLER))
		return REAL_NEAR(cuFileBatchIOSetUp)(batch, count);
	struct cufile_status status = REAL_NEAR(cuFileBatchIOSetUp)(batch, count);
	int saved = errno;
	cufile_batch_ended(&call, AIOT_CALL_cuFileBatchIOSetUp, count, 0, status);
	errno = saved;
	return status;
}

/* Operations whose end was not asked for are lost when the trace ends. */
void cuFileBatchIODestroy(void *batch)
{
	struct call call;
	bool wanted = cufile_begin(&call, CUFILE_CALLER);
	REAL_NEAR(cuFileBatchIODestroy)(batch);
	if (wanted)
		cufile_batch_ended(&call, AIOT_CALL_cuFileBatchIODestroy, 0, 0,
		                   (struct cufile_status){0, 0});
}

static bool cufile_batch_any(const struct operation *operation, uint32_t unused)
{
	(void)operation;
	(void)unused;
	return true;
}

void cufile_batch_finish(void)
{
	if (cufile_batched_generation != state_generation || !cufile_batch_take())
		return;
	loss_count(AIOT_LOSS_ASYNC, pending_drop(&cufile_batched, cufile_batch_any, 0));
	cufile_batch_give();
}
