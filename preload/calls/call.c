/* SPDX-License-Identifier: Apache-2.0 */
#include "calls/call.h"

#include "calls/cufile.h"
#include "file/unseen.h"
#include "uring/uring.h"
#include "base/room.h"

static void call_check_ring(struct uring *ring, uint64_t unused)
{
	(void)unused;
	uring_check(ring);
}

void call_pulse(void)
{
	unseen_find();
	uring_each(call_check_ring, 0);
	cufile_async_look();
	path_cwd_look();
}

bool call_begin_in_vfork(struct call *call, int fd)
{
	bool child = call_in_vfork();
	if (!child && !event_wanted())
		return false;
	call->fd = child ? fd_see(fd, &call->own) : fd_look(fd);
	call->start = clock_ticks();
	return fd_wanted(&call->fd);
}

static struct file call_file(int directory, const char *path)
{
	ROOM(name);
	thread_self.busy++;
	path_absolute(directory, path, name);
	struct file found = file_named(name, NULL);
	thread_self.busy--;
	return found;
}

void call_store_named(struct aiot_event *event, int directory, const char *path,
                      int other_directory, const char *other)
{
	int saved = errno;
	struct file file = {1, AIOT_STAGE_OTHER, AIOT_FILE_UNKNOWN};
	if (event->result != -EFAULT && path) {
		if (!event->handle) { /* else the descriptor's */
			file = call_file(directory, path);
			event->file = file.id;
			event->stage = file.stage;
		}
		if (other)
			event->aux = call_file(other_directory, other).id;
	}
	if (file.id)
		event_store(event);
	errno = saved;
}

void call_forget_name(int directory, const char *path)
{
	ROOM(name);
	thread_self.busy++;
	path_absolute(directory, path, name);
	file_forget(name);
	thread_self.busy--;
}

/* /proc and /dev have names that stand for whatever a descriptor is; not where
 * memory is shared, which loaders do for each batch, nor queues. */
static bool call_names_the_file(const char *path, int flags)
{
	if (!path || (flags & O_TMPFILE) == O_TMPFILE)
		return false;
	if (strncmp(path, "/dev/shm/", 9) == 0 || strncmp(path, "/dev/mqueue/", 12) == 0)
		return true;
	return strncmp(path, "/proc/", 6) != 0 && strncmp(path, "/dev/", 5) != 0;
}

/* What `fd` is now, asked for where its path does not say. */
static struct fd call_open(int fd, int directory, const char *path, int flags)
{
	struct fd opened;
	if (path && fd_reopened(fd, path, flags, &opened))
		return opened;
	ROOM(name);
	bool certain = path_absolute(directory, path, name) && call_names_the_file(path, flags);
	if (certain && strcmp(name, path) != 0 && fd_reopened(fd, name, flags, &opened))
		return opened;
	return fd_opened(fd, name, certain, flags);
}

int call_opened(const struct call *call, enum aiot_call id, int directory, const char *path,
                int flags, int fd)
{
	struct aiot_event event = call_event_alone(call, id, fd, clock_ticks());
	event.aux = (uint32_t)flags;
	if (fd < 0 || thread_is_vforked()) {
		event.stack = stack_of_opening(event.stage, true);
		call_store_named(&event, directory, path, 0, NULL);
		return fd;
	}
	int saved = errno;
	struct fd opened = call_open(fd, directory, path, flags);
	event.file = opened.file;
	event.stage = opened.stage;
	event.handle = opened.description ? opened.description->handle : 0;
	if (opened.file || !opened.description) {
		event.stack = stack_of_opening(event.stage, false);
		event_store(&event);
	}
	errno = saved;
	return fd;
}
