/* SPDX-License-Identifier: Apache-2.0
 *
 * A stand-in for libcufile: the same interface over pread and pwrite, with host
 * memory for a GPU's. As the real one in its compatibility mode, it reads from
 * the caller's thread or from one of its own.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../preload/base/foreign.h"

#define OUT __attribute__((visibility("default")))

static const struct cufile_status done, invalid = {5022, 0};

struct handle {
	int fd;
};

OUT struct cufile_status cuFileDriverOpen(void)
{
	return done;
}

OUT struct cufile_status cuFileDriverClose(void)
{
	return done;
}

OUT struct cufile_status cuFileDriverClose_v2(void)
{
	return done;
}

OUT struct cufile_status cuFileHandleRegister(void **handle, struct cufile_file *file)
{
	struct handle *made = malloc(sizeof *made);
	if (!made || file->type != CUFILE_FILE_FD || file->handle.fd < 0) {
		free(made);
		return invalid;
	}
	made->fd = file->handle.fd;
	*handle = made;
	return done;
}

OUT void cuFileHandleDeregister(void *handle)
{
	free(handle);
}

OUT struct cufile_status cuFileBufRegister(const void *buffer, size_t size, int flags)
{
	return buffer && size && !flags ? done : invalid;
}

OUT struct cufile_status cuFileBufDeregister(const void *buffer)
{
	return buffer ? done : invalid;
}

OUT ssize_t cuFileRead(void *handle, void *buffer, size_t size, off_t offset, off_t in_buffer)
{
	ssize_t moved =
	        pread(((struct handle *)handle)->fd, (char *)buffer + in_buffer, size, offset);
	return moved;
}

OUT ssize_t cuFileWrite(void *handle, const void *buffer, size_t size, off_t offset,
                        off_t in_buffer)
{
	ssize_t moved = pwrite(((struct handle *)handle)->fd, (const char *)buffer + in_buffer,
	                       size, offset);
	return moved;
}

struct later {
	struct cufile_operation operation;
	ssize_t *moved;
	unsigned delay;
};

static ssize_t carry_out(const struct cufile_operation *o)
{
	return o->opcode == CUFILE_OPERATION_READ
	               ? cuFileRead(o->handle, o->buffer, o->size, o->offset, o->in_buffer)
	               : cuFileWrite(o->handle, o->buffer, o->size, o->offset, o->in_buffer);
}

static void *stream(void *argument)
{
	struct later *later = argument;
	usleep(later->delay);
	__atomic_store_n(later->moved, carry_out(&later->operation), __ATOMIC_RELEASE);
	free(later);
	return NULL;
}

static struct cufile_status enqueue(struct cufile_operation operation, ssize_t *moved)
{
	pthread_t thread;
	struct later *later = malloc(sizeof *later);
	*later = (struct later){operation, moved, 2000};
	if (pthread_create(&thread, NULL, stream, later))
		return invalid;
	pthread_detach(thread);
	return done;
}

OUT struct cufile_status cuFileReadAsync(void *handle, void *buffer, size_t *size, off_t *offset,
                                         off_t *in_buffer, ssize_t *moved, void *unused)
{
	(void)unused;
	return enqueue((struct cufile_operation){0, buffer, *offset, *in_buffer, *size, handle,
	                                         CUFILE_OPERATION_READ, NULL},
	               moved);
}

OUT struct cufile_status cuFileWriteAsync(void *handle, void *buffer, size_t *size, off_t *offset,
                                          off_t *in_buffer, ssize_t *moved, void *unused)
{
	(void)unused;
	return enqueue((struct cufile_operation){0, buffer, *offset, *in_buffer, *size, handle,
	                                         CUFILE_OPERATION_WRITE, NULL},
	               moved);
}

struct batch {
	unsigned room, used, told;
	struct cufile_completion list[];
};

OUT struct cufile_status cuFileBatchIOSetUp(void **batch, unsigned count)
{
	struct batch *made = calloc(1, sizeof *made + count * sizeof *made->list);
	made->room = count;
	*batch = made;
	return done;
}

OUT void cuFileBatchIODestroy(void *batch)
{
	free(batch);
}

OUT struct cufile_status cuFileBatchIOSubmit(void *memory, unsigned count,
                                             struct cufile_operation *list, unsigned flags)
{
	struct batch *batch = memory;
	(void)flags;
	if (batch->used + count > batch->room)
		return invalid;
	for (unsigned i = 0; i < count; i++) {
		ssize_t moved = carry_out(&list[i]);
		batch->list[batch->used++] = (struct cufile_completion){
		        list[i].cookie, moved < 0 ? CUFILE_STATUS_FAILED : CUFILE_STATUS_COMPLETE,
		        (size_t)moved};
	}
	return done;
}

OUT struct cufile_status cuFileBatchIOGetStatus(void *memory, unsigned least, unsigned *count,
                                                struct cufile_completion *list,
                                                struct timespec *timeout)
{
	struct batch *batch = memory;
	unsigned n = 0;
	(void)least;
	(void)timeout;
	while (n < *count && batch->told < batch->used)
		list[n++] = batch->list[batch->told++];
	*count = n;
	return done;
}
