/* SPDX-License-Identifier: Apache-2.0
 *
 * cuFile's batches. A completion names its operation by the batch and a cookie
 * of the program's choice, which need not be unique.
 */
#include "calls/cufile.h"
#include "calls/cufile_handle.h"
#include "trace/loss.h"
#include "uring/pending.h"

#define CUFILE_BATCHED 4096 /* operations in flight: a fourth of the room */

static struct pending cufile_batched;
static uint16_t cufile_batched_generation;
static uint64_t cufile_batch_lock; /* generation and thread id of its holder; atomic */

/* A signal handler's call inside does without. In a forked child, a thread of
 * the parent's that held it is no more. */
static bool cufile_batch_take(void)
{
	uint64_t self = (uint64_t)state_generation << 32 | thread_id(), holder = 0;
	while (!__atomic_compare_exchange_n(&cufile_batch_lock, &holder, self, 0, __ATOMIC_ACQUIRE,
	                                    __ATOMIC_RELAXED)) {
		if (holder == self)
			return false;
		if (holder >> 32 == state_generation) {
			SYS0(sched_yield);
			holder = 0;
		}
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

/* Before the batch is submitted: another thread may see the end at once. */
static void cufile_batch_add(const struct call *call, uint64_t start_ns, const void *batch,
                             const struct cufile_operation *one)
{
	struct cufile_handle file = cufile_handle_look(one->handle);
	const struct description *held = file.fd.description;
	struct operation operation = {.user_data = cufile_batch_key(batch, one->cookie),
	                              .flight = {.start = call->start,
	                                         .start_ns = start_ns,
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

static void cufile_batch_begin(const struct call *call, uint64_t start_ns, const void *batch,
                               const struct cufile_operation *list, unsigned count)
{
	if (!list || !cufile_batch_take())
		return;
	for (unsigned i = 0; i < count; i++)
		cufile_batch_add(call, start_ns, batch, &list[i]);
	cufile_batch_give();
}

/* It was not submitted after all. */
static void cufile_batch_refused(const void *batch, const struct cufile_operation *list,
                                 unsigned count)
{
	if (!cufile_batch_take())
		return;
	for (unsigned i = 0; i < count; i++) {
		uint64_t key = cufile_batch_key(batch, list[i].cookie);
		struct operation *found = pending_find(&cufile_batched, key, true);
		if (found)
			pending_remove(&cufile_batched, found);
	}
	cufile_batch_give();
}

/* Its operations' events may be timed by another pair of clocks than its own:
 * all say that they began when it did, and it stands before them. */
struct cufile_status cuFileBatchIOSubmit(void *batch, unsigned count, struct cufile_operation *list,
                                         unsigned flags)
{
	struct call call;
	if (!cufile_begin(&call, CUFILE_CALLER))
		return REAL_NEAR(cuFileBatchIOSubmit)(batch, count, list, flags);
	uint64_t start_ns = clock_ns(clock_at(call.start), call.start);
	cufile_batch_begin(&call, start_ns, batch, list, count);
	struct cufile_status status = REAL_NEAR(cuFileBatchIOSubmit)(batch, count, list, flags);
	int saved = errno;
	if (status.error)
		cufile_batch_refused(batch, list, count);
	struct aiot_event event = call_event(&call, AIOT_CALL_cuFileBatchIOSubmit, 0);
	event.start_ns = start_ns;
	event.size = count;
	event.result = status.error ? -(int64_t)status.error : count;
	event_store(&event);
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
