/* SPDX-License-Identifier: Apache-2.0
 *
 * POSIX asynchronous I/O. glibc does it with threads that read and write inside
 * libc, out of our sight, so that nothing is counted twice. An operation's
 * event is stored by whoever first sees it finished: aio_suspend, lio_listio,
 * aio_error or aio_return.
 */
#include "calls/call.h"
#include "flight.h"

/* Puts an operation into flight before it is submitted: its completion may be
 * seen by another thread at once. `start_ns`: of the call on a list, or 0. */
static bool aio_begin(enum aiot_call id, const struct aiocb *block, bool write, uint64_t start_ns)
{
	struct call call;
	if (!block || !call_begin_on(&call, block->aio_fildes))
		return false;
	struct flight flight = {.start = call.start,
	                        .start_ns = start_ns,
	                        .fd = call.fd,
	                        .offset = block->aio_offset,
	                        .size = block->aio_nbytes,
	                        .descriptor = block->aio_fildes,
	                        .call = (uint16_t)id,
	                        .write = write};
	flight_begin((uintptr_t)block, &flight);
	event_none();
	return true;
}

static int aio_submitted(const struct aiocb *block, int returned)
{
	struct flight flight;
	if (returned < 0 && flight_end((uintptr_t)block, &flight))
		flight_store(&flight, event_result(returned));
	return returned;
}

/* Stores the event of `block` if it is in flight and finished with `error`. */
static void aio_reap(const struct aiocb *block, int error)
{
	struct flight flight;
	int saved = errno;
	if (error != EINPROGRESS && flight_end((uintptr_t)block, &flight))
		flight_store(&flight, error ? -error : block->__return_value);
	errno = saved;
}

static void aio_reap_list(const struct aiocb *const list[], int count)
{
	int saved = errno;
	for (int i = 0; i < count; i++)
		if (list[i])
			aio_reap(list[i], REAL(aio_error)(list[i]));
	errno = saved;
}

int aio_read(struct aiocb *block)
{
	if (!aio_begin(AIOT_CALL_aio_read, block, false, 0))
		return REAL(aio_read)(block);
	return aio_submitted(block, REAL(aio_read)(block));
}

int aio_read64(struct aiocb64 *block)
{
	if (!aio_begin(AIOT_CALL_aio_read64, (struct aiocb *)block, false, 0))
		return REAL(aio_read64)(block);
	return aio_submitted((struct aiocb *)block, REAL(aio_read64)(block));
}

int aio_write(struct aiocb *block)
{
	if (!aio_begin(AIOT_CALL_aio_write, block, true, 0))
		return REAL(aio_write)(block);
	return aio_submitted(block, REAL(aio_write)(block));
}

int aio_write64(struct aiocb64 *block)
{
	if (!aio_begin(AIOT_CALL_aio_write64, (struct aiocb *)block, true, 0))
		return REAL(aio_write64)(block);
	return aio_submitted((struct aiocb *)block, REAL(aio_write64)(block));
}

/* The block of an fsync holds nothing but the descriptor. */
static bool aio_begin_sync(enum aiot_call id, const struct aiocb *block, int operation)
{
	struct call call;
	if (!block || !call_begin_on(&call, block->aio_fildes))
		return false;
	struct flight flight = {.start = call.start,
	                        .fd = call.fd,
	                        .offset = -1,
	                        .descriptor = block->aio_fildes,
	                        .aux = (uint32_t)operation,
	                        .call = (uint16_t)id};
	flight_begin((uintptr_t)block, &flight);
	event_none();
	return true;
}

int aio_fsync(int operation, struct aiocb *block)
{
	if (!aio_begin_sync(AIOT_CALL_aio_fsync, block, operation))
		return REAL(aio_fsync)(operation, block);
	return aio_submitted(block, REAL(aio_fsync)(operation, block));
}

int aio_fsync64(int operation, struct aiocb64 *block)
{
	if (!aio_begin_sync(AIOT_CALL_aio_fsync64, (struct aiocb *)block, operation))
		return REAL(aio_fsync64)(operation, block);
	return aio_submitted((struct aiocb *)block, REAL(aio_fsync64)(operation, block));
}

int aio_error(const struct aiocb *block)
{
	int error = REAL(aio_error)(block);
	aio_reap(block, error);
	return error;
}

int aio_error64(const struct aiocb64 *block)
{
	int error = REAL(aio_error64)(block);
	aio_reap((const struct aiocb *)block, error);
	return error;
}

/* What aio_return would say of an operation that is not finished is undefined:
 * it stays in flight. */
ssize_t aio_return(struct aiocb *block)
{
	aio_reap(block, REAL(aio_error)(block));
	return REAL(aio_return)(block);
}

ssize_t aio_return64(struct aiocb64 *block)
{
	aio_reap((struct aiocb *)block, REAL(aio_error64)(block));
	return REAL(aio_return64)(block);
}

/* Records a call about several operations, and those that it shows finished. It
 * begins when they say that it did, unless `start_ns` is 0. */
static int aio_listed(const struct call *call, uint64_t start_ns, enum aiot_call id,
                      const struct aiocb *const list[], int count, int mode, int returned)
{
	struct aiot_event event = call_event(call, id, returned);
	event.start_ns = start_ns ? start_ns : event.start_ns;
	event.size = count > 0 ? (uint64_t)count : 0;
	event.aux = (uint32_t)mode;
	event_store(&event);
	aio_reap_list(list, count);
	return returned;
}

int aio_suspend(const struct aiocb *const list[], int count, const struct timespec *timeout)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(aio_suspend)(list, count, timeout);
	return aio_listed(&call, 0, AIOT_CALL_aio_suspend, list, count, 0,
	                  REAL(aio_suspend)(list, count, timeout));
}

int aio_suspend64(const struct aiocb64 *const list[], int count, const struct timespec *timeout)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(aio_suspend64)(list, count, timeout);
	return aio_listed(&call, 0, AIOT_CALL_aio_suspend64, (const struct aiocb *const *)list,
	                  count, 0, REAL(aio_suspend64)(list, count, timeout));
}

int aio_cancel(int fd, struct aiocb *block)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(aio_cancel)(fd, block);
	return call_ended(&call, AIOT_CALL_aio_cancel, REAL(aio_cancel)(fd, block));
}

int aio_cancel64(int fd, struct aiocb64 *block)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(aio_cancel64)(fd, block);
	return call_ended(&call, AIOT_CALL_aio_cancel64, REAL(aio_cancel64)(fd, block));
}

static void aio_begin_list(int mode, struct aiocb *const list[], int count, uint64_t start_ns)
{
	bool valid = mode == LIO_WAIT || mode == LIO_NOWAIT;
	for (int i = 0; valid && i < count; i++) {
		int opcode = list[i] ? list[i]->aio_lio_opcode : LIO_NOP;
		if (opcode == LIO_READ || opcode == LIO_WRITE)
			aio_begin(opcode == LIO_READ ? AIOT_CALL_lio_listio_read
			                             : AIOT_CALL_lio_listio_write,
			          list[i], opcode == LIO_WRITE, start_ns);
	}
}

int lio_listio(int mode, struct aiocb *const list[], int count, struct sigevent *event)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(lio_listio)(mode, list, count, event);
	uint64_t start_ns = clock_ns(clock_at(call.start), call.start);
	aio_begin_list(mode, list, count, start_ns);
	return aio_listed(&call, start_ns, AIOT_CALL_lio_listio, (const struct aiocb *const *)list,
	                  count, mode, REAL(lio_listio)(mode, list, count, event));
}

int lio_listio64(int mode, struct aiocb64 *const list[], int count, struct sigevent *event)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(lio_listio64)(mode, list, count, event);
	uint64_t start_ns = clock_ns(clock_at(call.start), call.start);
	aio_begin_list(mode, (struct aiocb *const *)list, count, start_ns);
	return aio_listed(&call, start_ns, AIOT_CALL_lio_listio64,
	                  (const struct aiocb *const *)list, count, mode,
	                  REAL(lio_listio64)(mode, list, count, event));
}
