/* SPDX-License-Identifier: Apache-2.0
 *
 * cuFile, NVIDIA's GPUDirect storage. Where it falls back on reads and writes of
 * its own, from whichever thread, those are told from the program's by where
 * they are called from, and left out: see cufile_is_caller.
 */
#include "calls/cufile.h"

#include "calls/cufile_handle.h"

static int64_t cufile_result(struct cufile_status status)
{
	return status.error ? -(int64_t)(status.error > 0 ? status.error : -status.error) : 0;
}

static struct cufile_status cufile_ended(const struct call *call, enum aiot_call id, uint64_t size,
                                         struct cufile_status status)
{
	int saved = errno;
	struct aiot_event event = call_event(call, id, 0);
	event.size = size;
	event.result = cufile_result(status);
	event_store(&event);
	errno = saved;
	return status;
}

bool cufile_begin(struct call *call, const void *caller)
{
	if (call_is_cufile(caller))
		return false;
	cufile_async_look();
	return call_begin(call);
}

/* Begins a call on a registered handle. False also if its file is filtered out. */
static bool cufile_begin_on(struct call *call, const void *handle, const void *caller)
{
	if (!cufile_begin(call, caller))
		return false;
	call->fd = cufile_handle_look(handle).fd;
	const struct description *held = call->fd.description;
	call->start = clock_ticks();
	return !held || !(held->traits & DESCRIPTION_UNWANTED);
}

/* Below -1 it is an error of cuFile, with the sign turned. */
static ssize_t cufile_moved(const struct call *call, enum aiot_call id, int64_t offset,
                            uint64_t size, ssize_t returned)
{
	int saved = errno;
	struct aiot_event event = call_event(call, id, 0);
	event.offset = offset;
	event.size = size;
	event.result = returned == -1 ? -(int64_t)saved : returned;
	event_store(&event);
	errno = saved;
	return returned;
}

ssize_t cuFileRead(void *handle, void *buffer, size_t size, off_t offset, off_t in_buffer)
{
	struct call call;
	if (!cufile_begin_on(&call, handle, CUFILE_CALLER))
		return REAL_NEAR(cuFileRead)(handle, buffer, size, offset, in_buffer);
	return cufile_moved(&call, AIOT_CALL_cuFileRead, offset, size,
	                    REAL_NEAR(cuFileRead)(handle, buffer, size, offset, in_buffer));
}

ssize_t cuFileWrite(void *handle, const void *buffer, size_t size, off_t offset, off_t in_buffer)
{
	struct call call;
	if (!cufile_begin_on(&call, handle, CUFILE_CALLER))
		return REAL_NEAR(cuFileWrite)(handle, buffer, size, offset, in_buffer);
	return cufile_moved(&call, AIOT_CALL_cuFileWrite, offset, size,
	                    REAL_NEAR(cuFileWrite)(handle, buffer, size, offset, in_buffer));
}

struct cufile_status cuFileHandleRegister(void **handle, struct cufile_file *file)
{
	struct call call;
	bool fd = file && file->type == CUFILE_FILE_FD;
	if (!event_wanted() || !call_begin_on(&call, fd ? file->handle.fd : -1))
		return REAL_NEAR(cuFileHandleRegister)(handle, file);
	struct cufile_status status = REAL_NEAR(cuFileHandleRegister)(handle, file);
	if (!status.error && fd)
		cufile_handle_add(*handle, file->handle.fd);
	return cufile_ended(&call, AIOT_CALL_cuFileHandleRegister, 0, status);
}

void cuFileHandleDeregister(void *handle)
{
	struct call call;
	bool wanted = cufile_begin_on(&call, handle, CUFILE_CALLER);
	cufile_handle_remove(handle);
	REAL_NEAR(cuFileHandleDeregister)(handle);
	if (wanted)
		cufile_ended(&call, AIOT_CALL_cuFileHandleDeregister, 0,
		             (struct cufile_status){0, 0});
}

struct cufile_status cuFileDriverOpen(void)
{
	struct call call;
	if (!cufile_begin(&call, CUFILE_CALLER))
		return REAL_NEAR(cuFileDriverOpen)();
	return cufile_ended(&call, AIOT_CALL_cuFileDriverOpen, 0, REAL_NEAR(cuFileDriverOpen)());
}

struct cufile_status cuFileDriverClose(void)
{
	struct call call;
	if (!cufile_begin(&call, CUFILE_CALLER))
		return REAL_NEAR(cuFileDriverClose)();
	return cufile_ended(&call, AIOT_CALL_cuFileDriverClose, 0, REAL_NEAR(cuFileDriverClose)());
}

struct cufile_status cuFileDriverClose_v2(void)
{
	struct call call;
	if (!cufile_begin(&call, CUFILE_CALLER))
		return REAL_NEAR(cuFileDriverClose_v2)();
	return cufile_ended(&call, AIOT_CALL_cuFileDriverClose_v2, 0,
	                    REAL_NEAR(cuFileDriverClose_v2)());
}

struct cufile_status cuFileBufRegister(const void *buffer, size_t size, int flags)
{
	struct call call;
	if (!cufile_begin(&call, CUFILE_CALLER))
		return REAL_NEAR(cuFileBufRegister)(buffer, size, flags);
	return cufile_ended(&call, AIOT_CALL_cuFileBufRegister, size,
	                    REAL_NEAR(cuFileBufRegister)(buffer, size, flags));
}

struct cufile_status cuFileBufDeregister(const void *buffer)
{
	struct call call;
	if (!cufile_begin(&call, CUFILE_CALLER))
		return REAL_NEAR(cuFileBufDeregister)(buffer);
	return cufile_ended(&call, AIOT_CALL_cuFileBufDeregister, 0,
	                    REAL_NEAR(cuFileBufDeregister)(buffer));
}

/* The operation's size and offset are read when it is submitted: a program may
 * still change them, and hardly does. */
static struct flight cufile_flight(const struct call *call, enum aiot_call id, const size_t *size,
                                   const off_t *offset)
{
	return (struct flight){.start = call->start,
	                       .fd = call->fd,
	                       .offset = offset ? *offset : -1,
	                       .size = size ? *size : 0,
	                       .descriptor = -1,
	                       .call = (uint16_t)id};
}

struct cufile_status cuFileReadAsync(void *handle, void *buffer, size_t *size, off_t *offset,
                                     off_t *in_buffer, ssize_t *moved, void *stream)
{
	struct call call;
	if (!cufile_begin_on(&call, handle, CUFILE_CALLER))
		return REAL_NEAR(cuFileReadAsync)(handle, buffer, size, offset, in_buffer, moved,
		                                  stream);
	struct flight flight = cufile_flight(&call, AIOT_CALL_cuFileReadAsync, size, offset);
	cufile_async_begin(moved, &flight);
	return cufile_async_submitted(
	        moved,
	        REAL_NEAR(cuFileReadAsync)(handle, buffer, size, offset, in_buffer, moved, stream));
}

struct cufile_status cuFileWriteAsync(void *handle, void *buffer, size_t *size, off_t *offset,
                                      off_t *in_buffer, ssize_t *moved, void *stream)
{
	struct call call;
	if (!cufile_begin_on(&call, handle, CUFILE_CALLER))
		return REAL_NEAR(cuFileWriteAsync)(handle, buffer, size, offset, in_buffer, moved,
		                                   stream);
	struct flight flight = cufile_flight(&call, AIOT_CALL_cuFileWriteAsync, size, offset);
	cufile_async_begin(moved, &flight);
	return cufile_async_submitted(moved,
	                              REAL_NEAR(cuFileWriteAsync)(handle, buffer, size, offset,
	                                                          in_buffer, moved, stream));
}
