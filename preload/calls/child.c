/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls that make processes. A forked child notices by itself that it is one;
 * the parent's trace says who it is. A program started inside libc inherits
 * descriptors and may move their positions.
 */
#include <pty.h>
#include <sched.h>
#include <spawn.h>
#include <stdarg.h>

#include "base/room.h"
#include "calls/call.h"
#include "calls/stdio_kernel.h"
#include "program.h"

pid_t fork(void)
{
	struct call call = {0};
	bool wanted = call_begin(&call);
	pid_t pid = REAL(fork)();
	return wanted && pid != 0 ? call_ended(&call, AIOT_CALL_fork, pid) : pid;
}

/* The same without the handlers of pthread_atfork, which ours is one of. */
pid_t _Fork(void)
{
	struct call call = {0};
	bool wanted = call_begin(&call);
	if (wanted)
		fd_before_fork();
	pid_t pid = REAL(_Fork)();
	if (pid != 0)
		fd_after_fork();
	else
		mark_forked();
	return wanted && pid != 0 ? call_ended(&call, AIOT_CALL__Fork, pid) : pid;
}

/* A program was started: `pid` where it is known. */
static int child_started(const struct call *call, enum aiot_call id, const char *path, pid_t pid,
                         int64_t result)
{
	struct aiot_event event = call_event(call, id, 0);
	event.result = result;
	event.aux = (uint32_t)pid;
	fd_distrust_all();
	if (path)
		call_store_named(&event, AT_FDCWD, path, 0, NULL);
	else
		event_store(&event);
	return (int)result;
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const arguments[],
                char *const environment[])
{
	struct call call;
	pid_t made = 0;
	PROGRAM_ENVIRONMENT(list, path, environment);
	if (!call_begin(&call))
		return REAL(posix_spawn)(pid, path, actions, attributes, arguments, list);
	int error =
	        REAL(posix_spawn)(pid ? pid : &made, path, actions, attributes, arguments, list);
	made = error ? 0 : pid ? *pid : made;
	if (!error)
		program_starts(path);
	child_started(&call, AIOT_CALL_posix_spawn, path, made, -error);
	return error;
}

int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const arguments[],
                 char *const environment[])
{
	struct call call;
	pid_t made = 0;
	ROOM(name);
	const char *program = strchr(file, '/') ? file : program_find(file, name) ? name : NULL;
	PROGRAM_ENVIRONMENT(list, program, environment);
	if (!call_begin(&call))
		return REAL(posix_spawnp)(pid, file, actions, attributes, arguments, list);
	int error =
	        REAL(posix_spawnp)(pid ? pid : &made, file, actions, attributes, arguments, list);
	if (!error && program)
		program_starts(program);
	made = error ? 0 : pid ? *pid : made;
	child_started(&call, AIOT_CALL_posix_spawnp, strchr(file, '/') ? file : NULL, made, -error);
	return error;
}

int system(const char *command)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(system)(command);
	int status = REAL(system)(command);
	int64_t result = event_result(status);
	path_cwd_look();
	child_started(&call, AIOT_CALL_system, NULL, 0, result);
	return status;
}

FILE *popen(const char *command, const char *mode)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(popen)(command, mode);
	FILE *stream = REAL(popen)(command, mode);
	int64_t result = stream ? fileno(stream) : -errno;
	if (stream)
		call.fd = fd_opened(fileno(stream), "", false, 0);
	child_started(&call, AIOT_CALL_popen, NULL, 0, result);
	return stream;
}

int pclose(FILE *stream)
{
	struct call call;
	int fd = fileno(stream);
	bool wanted = call_begin_on(&call, fd);
	struct description *held = wanted ? call.fd.description : NULL;
	if (wanted)
		call_closes(&call);
	int status = REAL(pclose)(stream);
	if (held)
		fd_closed_as(fd, held);
	return wanted ? call_ended(&call, AIOT_CALL_pclose, status) : status;
}

/* What clone's child begins with where it shares our memory and is no thread.
 * It lies on the child's own stack: the parent may go on at once. */
struct child {
	int (*function)(void *argument);
	void *argument;
	uint32_t kind; /* enum thread_child */
};

static int child_begin(void *data)
{
	struct child *child = data;
	thread_vfork = child->kind;
	return child->function(child->argument);
}

#define CHILD_SHARES(flags) (((flags) & (CLONE_VM | CLONE_THREAD)) == CLONE_VM)

static struct child *child_prepare(int (*function)(void *), void *stack, int flags, void *argument)
{
	struct child *child = (struct child *)((uintptr_t)stack & ~(uintptr_t)15) - 2;
	*child = (struct child){function, argument, THREAD_CLONED};
	if (flags & CLONE_VFORK)
		child->kind = THREAD_VFORKED;
	thread_id();
	return child;
}

static pid_t child_cloned(const struct call *call, int flags, pid_t pid)
{
	int saved = errno;
	fd_after_fork();
	struct aiot_event event = call_event(call, AIOT_CALL_clone, pid);
	event.aux = (uint32_t)flags;
	if (pid > 0 && flags & CLONE_VM)
		fd_distrust_all();
	event_store(&event);
	errno = saved;
	return pid;
}

/* A child for which its parent waits, with a thread's storage of its own that libc did not
 * make: what the library keeps for a thread is not in there. The parent's serves both. */
static int child_flags(int flags, void *const *storage)
{
#if defined(__x86_64__)
	const int asked = CLONE_VM | CLONE_VFORK | CLONE_SETTLS;
	if ((flags & (asked | CLONE_THREAD)) == asked && storage && *storage != storage)
		return flags & ~CLONE_SETTLS;
#endif
	return flags;
}

int clone(int (*function)(void *), void *stack, int flags, void *argument, ...)
{
	struct call call;
	va_list more;
	va_start(more, argument);
	pid_t *parent = va_arg(more, pid_t *);
	void *storage = va_arg(more, void *);
	pid_t *tid = va_arg(more, pid_t *);
	va_end(more);
	int saved = errno, own = flags;
	bool wanted = call_begin(&call);
	flags = child_flags(flags, storage);
	if (wanted && !(flags & CLONE_VM))
		fd_before_fork();
	if (!wanted || !function || !stack || !CHILD_SHARES(flags)) {
		pid_t pid = REAL(clone)(function, stack, flags, argument, parent, storage, tid);
		if (pid > 0 && flags != own)
			errno = saved;
		return wanted ? child_cloned(&call, flags, pid) : pid;
	}
	struct child *child = child_prepare(function, stack, flags, argument);
	pid_t pid = REAL(clone)(child_begin, child, flags, child, parent, storage, tid);
	if (flags & CLONE_VFORK) {
		thread_vfork = THREAD_NO_CHILD;
		path_cwd_part(false);
	}
	if (pid > 0 && flags != own)
		errno = saved;
	return child_cloned(&call, flags, pid);
}

/* Two forks inside libc; the caller's process ends there. */
int daemon(int keep_directory, int keep_streams)
{
	struct call call;
	if (call_begin(&call)) {
		call_ended(&call, AIOT_CALL_daemon, 0);
		tracer_finish();
	}
	int returned = REAL(daemon)(keep_directory, keep_streams);
	int saved = errno;
	if (returned == 0 && !keep_streams)
		fd_closed_from(STDIN_FILENO, STDERR_FILENO);
	if (returned == 0 && !keep_directory)
		path_cwd_changed();
	errno = saved;
	return returned;
}

/* The child's first three descriptors are the terminal from now on. */
int forkpty(int *fd, char *name, const struct termios *terminal, const struct winsize *window)
{
	struct call call;
	bool wanted = call_begin(&call);
	pid_t pid = REAL(forkpty)(fd, name, terminal, window);
	if (pid == 0)
		fd_closed_from(STDIN_FILENO, STDERR_FILENO);
	return wanted && pid != 0 ? call_ended(&call, AIOT_CALL_forkpty, pid) : pid;
}
