/* SPDX-License-Identifier: Apache-2.0
 *
 * Message queues: a descriptor each, in a file system of their own, through which
 * processes talk.
 */
#include <mqueue.h>
#include <stdarg.h>

#include "base/room.h"
#include "calls/call.h"

/* The name that it would have where that file system usually is mounted; NULL where
 * the program's own can't be read. */
static const char *queue_path(char *path, const char *name, bool failed)
{
	int saved = errno;
	if (failed && saved == EFAULT)
		return NULL;
	snprintf(path, PATH_BYTES, "/dev/mqueue/%s", name + strspn(name, "/"));
	errno = saved;
	return path;
}

static int queue_opened(const struct call *call, enum aiot_call id, const char *name, int flags,
                        mqd_t queue)
{
	ROOM(path);
	return call_opened(call, id, AT_FDCWD, queue_path(path, name, queue < 0), flags, queue);
}

mqd_t mq_open(const char *name, int flags, ...)
{
	struct call call;
	va_list arguments;
	va_start(arguments, flags);
	mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
	struct mq_attr *attributes = flags & O_CREAT ? va_arg(arguments, struct mq_attr *) : NULL;
	va_end(arguments);
	if (!call_begin(&call))
		return REAL(mq_open)(name, flags, mode, attributes);
	return queue_opened(&call, AIOT_CALL_mq_open, name, flags,
	                    REAL(mq_open)(name, flags, mode, attributes));
}

mqd_t __mq_open_2(const char *name, int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(__mq_open_2)(name, flags);
	return queue_opened(&call, AIOT_CALL___mq_open_2, name, flags,
	                    REAL(__mq_open_2)(name, flags));
}

int mq_close(mqd_t queue)
{
	struct call call;
	if (thread_is_vforked())
		return REAL(mq_close)(queue);
	bool wanted = call_begin_on(&call, queue);
	if (wanted)
		call_closes(&call);
	fd_closed(queue);
	if (!wanted)
		return REAL(mq_close)(queue);
	return call_ended(&call, AIOT_CALL_mq_close, REAL(mq_close)(queue));
}

int mq_unlink(const char *name)
{
	struct call call;
	ROOM(path);
	if (!call_begin(&call))
		return REAL(mq_unlink)(name);
	int returned = REAL(mq_unlink)(name);
	const char *unlinked = queue_path(path, name, returned < 0);
	return call_ended_on_path(&call, AIOT_CALL_mq_unlink, AT_FDCWD, unlinked, 0, returned);
}

static void queue_moved(const struct call *call, enum aiot_call id, size_t size, int64_t returned)
{
	struct aiot_event event = call_event(call, id, returned);
	event.size = size;
	event_store(&event);
}

ssize_t mq_receive(mqd_t queue, char *message, size_t size, unsigned *priority)
{
	struct call call;
	if (!call_begin_on(&call, queue))
		return REAL(mq_receive)(queue, message, size, priority);
	ssize_t returned = REAL(mq_receive)(queue, message, size, priority);
	queue_moved(&call, AIOT_CALL_mq_receive, size, returned);
	return returned;
}

ssize_t mq_timedreceive(mqd_t queue, char *message, size_t size, unsigned *priority,
                        const struct timespec *until)
{
	struct call call;
	if (!call_begin_on(&call, queue))
		return REAL(mq_timedreceive)(queue, message, size, priority, until);
	ssize_t returned = REAL(mq_timedreceive)(queue, message, size, priority, until);
	queue_moved(&call, AIOT_CALL_mq_timedreceive, size, returned);
	return returned;
}

/* All of a message is sent, or nothing. */
int mq_send(mqd_t queue, const char *message, size_t size, unsigned priority)
{
	struct call call;
	if (!call_begin_on(&call, queue))
		return REAL(mq_send)(queue, message, size, priority);
	int returned = REAL(mq_send)(queue, message, size, priority);
	queue_moved(&call, AIOT_CALL_mq_send, size, returned ? returned : (int64_t)size);
	return returned;
}

int mq_timedsend(mqd_t queue, const char *message, size_t size, unsigned priority,
                 const struct timespec *until)
{
	struct call call;
	if (!call_begin_on(&call, queue))
		return REAL(mq_timedsend)(queue, message, size, priority, until);
	int returned = REAL(mq_timedsend)(queue, message, size, priority, until);
	queue_moved(&call, AIOT_CALL_mq_timedsend, size, returned ? returned : (int64_t)size);
	return returned;
}
