/* SPDX-License-Identifier: Apache-2.0
 *
 * What all wrappers share. A wrapper begins the call, makes it, and hands the
 * returned value to a function of its family that records the event and
 * returns that value, with errno as the call left it:
 *
 *	struct call call;
 *	if (!call_begin_on(&call, fd))
 *		return REAL(fsync)(fd);
 *	return call_ended(&call, AIOT_CALL_fsync, REAL(fsync)(fd));
 */
#ifndef PRELOAD_CALLS_CALL_H
#define PRELOAD_CALLS_CALL_H

#include <string.h>

#include "base/real.h"
#include "base/sys.h"
#include "event.h"
#include "file/fd.h"
#include "file/file.h"
#include "file/path.h"
#include "sample.h"
#include "stack.h"

struct call {
	uint64_t start;         /* ticks */
	struct fd fd;           /* the descriptor's entry when the call began */
	struct sample sample;   /* of a read */
	struct description own; /* fd's, where it is no part of the table, or goes from it */
};

/* A vfork child's calls stand in the trace as its parent's, in whose memory and
 * buffer it runs. */
static inline bool call_in_vfork(void)
{
	return thread_vfork == THREAD_VFORKED && thread_self.region && !thread_self.busy &&
	       state_is(STATE_ON);
}

/* Begins a call. Returns false if it is not to be traced. */
static inline bool call_begin(struct call *call)
{
	if (!call_in_vfork() && !event_wanted())
		return false;
	call->fd = (struct fd){0};
	call->start = clock_ticks();
	return true;
}

/* Begins a call on `fd` of a vfork child or beside one. The child's descriptors
 * are not the parent's: the kernel is asked, and the table is left as it is. */
bool call_begin_in_vfork(struct call *call, int fd);

/* Whether a call comes from inside cuFile, whose own calls tell of it. */
bool call_is_cufile(const void *caller);

/* Whether the file is filtered out or may be cuFile's. */
static inline bool call_is_special(const struct fd *fd)
{
	return fd->description &&
	       fd->description->traits & (DESCRIPTION_UNWANTED | DESCRIPTION_CUFILE);
}

/* The same for a call on `fd`, whose entry is looked up first; false also if
 * the file is filtered out. */
__attribute__((always_inline)) static inline bool call_begin_on(struct call *call, int fd)
{
	if (__builtin_expect(thread_vfork, 0))
		return call_begin_in_vfork(call, fd);
	if (!event_wanted())
		return false;
	call->fd = fd_look(fd);
	if (__builtin_expect(call_is_special(&call->fd), 0) &&
	    (!fd_wanted(&call->fd) || call_is_cufile(__builtin_return_address(0))))
		return false;
	call->start = clock_ticks();
	return true;
}

/* The call closes its descriptor: what that stood for may stand for another opening
 * before the event is made. */
static inline void call_closes(struct call *call)
{
	if (!call->fd.description)
		return;
	call->own.handle = call->fd.description->handle;
	call->own.traits = call->fd.description->traits;
	call->fd.description = &call->own;
}

/* What is due ten times a second, from whichever call comes by: a look for
 * io_uring instances that the program made by itself. Keeps errno. */
void call_pulse(void);

/* The event of a call that returned at `now`, without its stack. */
__attribute__((always_inline)) static inline struct aiot_event
call_event_alone(const struct call *call, enum aiot_call id, int64_t returned, uint64_t now)
{
	const struct description *held = call->fd.description;
	const struct clock_pair *pair = __atomic_load_n(&clock_pair, __ATOMIC_ACQUIRE);
	if (__builtin_expect(now >= pair->until, 0)) {
		call_pulse();
		pair = clock_at(now);
	}
	return (struct aiot_event){.start_ns = clock_ns(pair, call->start),
	                           .duration_ns = clock_span(pair, now - call->start),
	                           .offset = -1,
	                           .result = event_result(returned),
	                           .file = call->fd.file,
	                           .handle = held ? held->handle : 0,
	                           .call = (uint16_t)id,
	                           .stage = call->fd.stage};
}

/* The event of a call that just returned; offset, size and aux may be added. */
__attribute__((always_inline)) static inline struct aiot_event
call_event(const struct call *call, enum aiot_call id, int64_t returned)
{
	struct aiot_event event = call_event_alone(call, id, returned, clock_ticks());
	event.stack = stack_of_call(event.stage);
	return event;
}

/* The same of one that moves data, or is as rare and slow: now and then its stack
 * has native frames. */
__attribute__((always_inline)) static inline struct aiot_event
call_event_of_data(const struct call *call, enum aiot_call id, int64_t returned)
{
	uint64_t now = clock_ticks();
	struct aiot_event event = call_event_alone(call, id, returned, now);
	event.stack = stack_of_data(event.stage, now, event.duration_ns);
	return event;
}

/* Records a call that has neither offset nor size. */
static inline int call_ended(const struct call *call, enum aiot_call id, int returned)
{
	struct aiot_event event = call_event(call, id, returned);
	event_store(&event);
	return returned;
}

/* Records a call on `size` bytes from `offset` on that moves none of them. */
static inline int call_ended_over(const struct call *call, enum aiot_call id, int64_t offset,
                                  uint64_t size, int flags, int returned)
{
	struct aiot_event event = call_event(call, id, returned);
	event.offset = offset;
	event.size = size;
	event.aux = (uint32_t)flags;
	event_store(&event);
	return returned;
}

/* Records a call that returns an error's number and leaves errno alone. */
static inline int call_ended_with(const struct call *call, enum aiot_call id, int64_t offset,
                                  uint64_t size, int flags, int error)
{
	struct aiot_event event = call_event(call, id, 0);
	event.offset = offset;
	event.size = size;
	event.aux = (uint32_t)flags;
	event.result = -error;
	event_store(&event);
	return error;
}

/* Records `event` of a call on a path seen from `directory`, and a second path
 * in aux if `other` is not NULL. Names are looked at after the call, when the
 * kernel has found them readable. Keeps errno. */
void call_store_named(struct aiot_event *event, int directory, const char *path,
                      int other_directory, const char *other);

/* The name now stands for another file, or none. Keeps errno. */
void call_forget_name(int directory, const char *path);

/* Records a call that opened `path` as `fd`, or failed to if `fd` is -1, with
 * open's flags. Without a path, /proc knows the file's name. Returns `fd`. */
int call_opened(const struct call *call, enum aiot_call id, int directory, const char *path,
                int flags, int fd);

/* Records a call on one path. */
static inline int call_ended_on_path(const struct call *call, enum aiot_call id, int directory,
                                     const char *path, int flags, int returned)
{
	struct aiot_event event = call_event(call, id, returned);
	event.aux = (uint32_t)flags;
	call_store_named(&event, directory, path, 0, NULL);
	return returned;
}

/* Records a call on two paths. */
static inline int call_ended_on_paths(const struct call *call, enum aiot_call id,
                                      int from_directory, const char *from, int to_directory,
                                      const char *to, int returned)
{
	struct aiot_event event = call_event(call, id, returned);
	call_store_named(&event, from_directory, from, to_directory, to);
	return returned;
}

#endif
