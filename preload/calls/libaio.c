/* SPDX-License-Identifier: Apache-2.0
 *
 * Linux AIO, by libaio's functions or by syscall(2). Operations are entered
 * after io_submit returned, when the kernel has found the control blocks
 * readable; a thread that reaps one before that waits for the submitter.
 */
#include <linux/aio_abi.h>

#include "calls/inner.h"
#include "calls/syscall.h"
#include "flight.h"

/* How often a reaper looks again for an operation that is being entered. */
#define LIBAIO_PATIENCE 10000

static uint32_t libaio_submitting; /* threads between io_submit and its entries; atomic */

/* What the call itself was, then what it tells of operations. */
typedef void libaio_ended(const struct call *call, const long arguments[6], int64_t result);

static bool libaio_begin(struct call *call, const void *function, const void *caller, bool submits)
{
	if (!inner_begin(call, function, caller))
		return false;
	if (submits)
		__atomic_fetch_add(&libaio_submitting, 1, __ATOMIC_SEQ_CST);
	return true;
}

#define LIBAIO_BEGIN(symbol, submits)                                                              \
	libaio_begin(&call, REAL_NEAR(symbol), __builtin_return_address(0), submits)

/* Returns when the call began. */
static uint64_t libaio_store(const struct call *call, enum aiot_call id, uint64_t size,
                             int64_t result)
{
	struct aiot_event event = call_event(call, id, 0);
	event.size = size;
	event.result = result;
	event_store(&event);
	return event.start_ns;
}

static uint64_t libaio_vector_bytes(const struct iocb *block)
{
	const struct iovec *vector = (const struct iovec *)(uintptr_t)block->aio_buf;
	uint64_t bytes = 0;
	for (uint64_t i = 0; i < block->aio_nbytes; i++)
		bytes += vector[i].iov_len;
	return bytes;
}

static struct flight libaio_flight(const struct iocb *block)
{
	struct flight flight = {.offset = block->aio_offset, .size = block->aio_nbytes};
	switch (block->aio_lio_opcode) {
	case IOCB_CMD_PREAD: flight.call = AIOT_CALL_libaio_read; return flight;
	case IOCB_CMD_PWRITE: flight.call = AIOT_CALL_libaio_write; return flight;
	case IOCB_CMD_PREADV: flight.call = AIOT_CALL_libaio_readv; break;
	case IOCB_CMD_PWRITEV: flight.call = AIOT_CALL_libaio_writev; break;
	case IOCB_CMD_FSYNC: return (struct flight){.offset = -1, .call = AIOT_CALL_libaio_fsync};
	case IOCB_CMD_FDSYNC:
		return (struct flight){.offset = -1, .call = AIOT_CALL_libaio_fdatasync};
	default:
		return (struct flight){
		        .offset = -1, .aux = block->aio_lio_opcode, .call = AIOT_CALL_libaio_other};
	}
	flight.size = libaio_vector_bytes(block);
	return flight;
}

static void libaio_enter(const struct call *call, uint64_t start_ns, const struct iocb *block)
{
	struct flight flight = libaio_flight(block);
	flight.start = call->start;
	flight.start_ns = start_ns;
	flight.descriptor = (int)block->aio_fildes;
	flight.fd = fd_look(flight.descriptor);
	flight.write =
	        flight.call == AIOT_CALL_libaio_write || flight.call == AIOT_CALL_libaio_writev;
	const struct description *held = flight.fd.description;
	if (held && held->traits & DESCRIPTION_UNWANTED)
		flight.call = AIOT_CALL_NONE;
	flight_begin((uintptr_t)block, &flight);
}

static void libaio_submitted(const struct call *call, const long a[6], int64_t result)
{
	struct iocb *const *list = (struct iocb *const *)a[2];
	uint64_t size = a[1] > 0 ? (uint64_t)a[1] : 0;
	uint64_t start_ns = libaio_store(call, AIOT_CALL_io_submit, size, result);
	for (int64_t i = 0; i < result; i++)
		libaio_enter(call, start_ns, list[i]);
	__atomic_fetch_sub(&libaio_submitting, 1, __ATOMIC_SEQ_CST);
}

static void libaio_reap(const struct io_event *event)
{
	struct flight flight;
	for (int i = 0; !flight_end(event->obj, &flight); i++) {
		if (i >= LIBAIO_PATIENCE || !__atomic_load_n(&libaio_submitting, __ATOMIC_SEQ_CST))
			return;
		SYS0(sched_yield);
	}
	flight_store(&flight, event->res);
}

static void libaio_reaped(const struct call *call, enum aiot_call id, const long a[6],
                          int64_t result)
{
	const struct io_event *events = (const struct io_event *)a[3];
	libaio_store(call, id, a[2] > 0 ? (uint64_t)a[2] : 0, result);
	for (int64_t i = 0; i < result; i++)
		libaio_reap(&events[i]);
}

static void libaio_got(const struct call *call, const long a[6], int64_t result)
{
	libaio_reaped(call, AIOT_CALL_io_getevents, a, result);
}

static void libaio_got_masked(const struct call *call, const long a[6], int64_t result)
{
	libaio_reaped(call, AIOT_CALL_io_pgetevents, a, result);
}

static void libaio_set_up(const struct call *call, const long a[6], int64_t result)
{
	libaio_store(call, AIOT_CALL_io_setup, a[0] > 0 ? (uint64_t)a[0] : 0, result);
}

static void libaio_destroyed(const struct call *call, const long a[6], int64_t result)
{
	(void)a;
	libaio_store(call, AIOT_CALL_io_destroy, 0, result);
}

static void libaio_cancelled(const struct call *call, const long a[6], int64_t result)
{
	(void)a;
	libaio_store(call, AIOT_CALL_io_cancel, 0, result);
}

/* Ends what libaio_begin began, with errno as it is. */
static int libaio_end(const struct call *call, libaio_ended *ended, const long a[6], int result)
{
	int saved = errno;
	inner_end();
	ended(call, a, result);
	errno = saved;
	return result;
}

int io_setup(int count, struct io_context **context)
{
	struct call call;
	if (!LIBAIO_BEGIN(io_setup, false))
		return REAL_NEAR(io_setup)(count, context);
	return libaio_end(&call, libaio_set_up, (long[6]){count},
	                  REAL_NEAR(io_setup)(count, context));
}

int io_destroy(struct io_context *context)
{
	struct call call;
	if (!LIBAIO_BEGIN(io_destroy, false))
		return REAL_NEAR(io_destroy)(context);
	return libaio_end(&call, libaio_destroyed, (long[6]){0}, REAL_NEAR(io_destroy)(context));
}

int io_submit(struct io_context *context, long count, struct iocb *list[])
{
	struct call call;
	if (!LIBAIO_BEGIN(io_submit, true))
		return REAL_NEAR(io_submit)(context, count, list);
	return libaio_end(&call, libaio_submitted, (long[6]){0, count, (long)list},
	                  REAL_NEAR(io_submit)(context, count, list));
}

int io_getevents(struct io_context *context, long least, long count, struct io_event *events,
                 struct timespec *timeout)
{
	struct call call;
	if (!LIBAIO_BEGIN(io_getevents, false))
		return REAL_NEAR(io_getevents)(context, least, count, events, timeout);
	return libaio_end(&call, libaio_got, (long[6]){0, least, count, (long)events},
	                  REAL_NEAR(io_getevents)(context, least, count, events, timeout));
}

int io_pgetevents(struct io_context *context, long least, long count, struct io_event *events,
                  struct timespec *timeout, sigset_t *mask)
{
	struct call call;
	if (!LIBAIO_BEGIN(io_pgetevents, false))
		return REAL_NEAR(io_pgetevents)(context, least, count, events, timeout, mask);
	return libaio_end(&call, libaio_got_masked, (long[6]){0, least, count, (long)events},
	                  REAL_NEAR(io_pgetevents)(context, least, count, events, timeout, mask));
}

int io_cancel(struct io_context *context, struct iocb *block, struct io_event *event)
{
	struct call call;
	if (!LIBAIO_BEGIN(io_cancel, false))
		return REAL_NEAR(io_cancel)(context, block, event);
	return libaio_end(&call, libaio_cancelled, (long[6]){0},
	                  REAL_NEAR(io_cancel)(context, block, event));
}

/* The calls themselves, by number. */
static long libaio_syscall(long number, libaio_ended *ended, const long a[6], const void *caller)
{
	struct call call;
	bool wanted = libaio_begin(&call, NULL, caller, number == SYS_io_submit);
	long result = sys_call(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (wanted)
		libaio_end(&call, ended, a, (int)result);
	return sys_returned(result);
}

long libaio_syscall_setup(long count, long context)
{
	return libaio_syscall(SYS_io_setup, libaio_set_up, (long[6]){count, context},
	                      __builtin_return_address(0));
}

long libaio_syscall_destroy(long context)
{
	return libaio_syscall(SYS_io_destroy, libaio_destroyed, (long[6]){context},
	                      __builtin_return_address(0));
}

long libaio_syscall_submit(long context, long count, long list)
{
	return libaio_syscall(SYS_io_submit, libaio_submitted, (long[6]){context, count, list},
	                      __builtin_return_address(0));
}

long libaio_syscall_getevents(long context, long least, long count, long events, long timeout)
{
	return libaio_syscall(SYS_io_getevents, libaio_got,
	                      (long[6]){context, least, count, events, timeout},
	                      __builtin_return_address(0));
}

long libaio_syscall_pgetevents(long context, long least, long count, long events, long timeout,
                               long mask)
{
	return libaio_syscall(SYS_io_pgetevents, libaio_got_masked,
	                      (long[6]){context, least, count, events, timeout, mask},
	                      __builtin_return_address(0));
}

long libaio_syscall_cancel(long context, long iocb, long event)
{
	return libaio_syscall(SYS_io_cancel, libaio_cancelled, (long[6]){context, iocb, event},
	                      __builtin_return_address(0));
}
