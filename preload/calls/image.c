/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls after which this process image is no more: its trace is completed
 * first. A failed exec leaves the process in the trace, its later events
 * written one by one.
 */
#include <stdarg.h>

#include "calls/call.h"
#include "config.h"
#include "room.h"

static void image_store(const struct call *call, enum aiot_call id, const char *path, int result)
{
	struct aiot_event event = call_event(call, id, 0);
	event.result = result;
	call_store_named(&event, AT_FDCWD, path, 0, NULL);
}

static bool image_is_program(const char *path)
{
	struct stat about;
	return SYS2(stat, path, &about) == 0 && S_ISREG(about.st_mode) &&
	       SYS3(faccessat, AT_FDCWD, path, X_OK) == 0;
}

/* Whether one of PATH's folders has the program. */
static bool image_is_found(const char *file)
{
	const char *list = config_variable("PATH");
	ROOM(path);
	for (list = list ? list : "/bin:/usr/bin"; *list;) {
		size_t length = strcspn(list, ":");
		if (length + strlen(file) + 2 < PATH_BYTES) {
			memcpy(path, list, length);
			path[length] = '/';
			strcpy(path + length + 1, file);
			if (image_is_program(length ? path : file))
				return true;
		}
		list += length + (list[length] == ':');
	}
	return false;
}

/* Before exec. One that is sure to fail is not worth ending the trace. */
static void image_leave(const struct call *call, enum aiot_call id, const char *path, bool searched)
{
	bool found = searched && !strchr(path, '/') ? image_is_found(path) : image_is_program(path);
	if (!found)
		return;
	image_store(call, id, path, 0);
	fd_distrust_all();
	tracer_finish();
}

/* exec came back: it failed. */
static int image_stayed(const struct call *call, enum aiot_call id, const char *path)
{
	int saved = errno;
	image_store(call, id, path, -saved);
	errno = saved;
	return -1;
}

int execve(const char *path, char *const arguments[], char *const environment[])
{
	struct call call;
	bool wanted = !thread_is_vforked() && call_begin(&call);
	if (wanted)
		image_leave(&call, AIOT_CALL_execve, path, false);
	REAL(execve)(path, arguments, environment);
	return wanted ? image_stayed(&call, AIOT_CALL_execve, path) : -1;
}

int execv(const char *path, char *const arguments[])
{
	struct call call;
	bool wanted = !thread_is_vforked() && call_begin(&call);
	if (wanted)
		image_leave(&call, AIOT_CALL_execv, path, false);
	REAL(execv)(path, arguments);
	return wanted ? image_stayed(&call, AIOT_CALL_execv, path) : -1;
}

int execvp(const char *file, char *const arguments[])
{
	struct call call;
	bool wanted = !thread_is_vforked() && call_begin(&call);
	if (wanted)
		image_leave(&call, AIOT_CALL_execvp, file, true);
	REAL(execvp)(file, arguments);
	return wanted ? image_stayed(&call, AIOT_CALL_execvp, file) : -1;
}

int execvpe(const char *file, char *const arguments[], char *const environment[])
{
	struct call call;
	bool wanted = !thread_is_vforked() && call_begin(&call);
	if (wanted)
		image_leave(&call, AIOT_CALL_execvpe, file, true);
	REAL(execvpe)(file, arguments, environment);
	return wanted ? image_stayed(&call, AIOT_CALL_execvpe, file) : -1;
}

/* The arguments of execl's kind, which end with NULL, as execv wants them. */
static size_t image_count(va_list list)
{
	size_t count = 0;
	while (va_arg(list, char *))
		count++;
	return count;
}

static void image_collect(char **arguments, const char *first, va_list *list)
{
	*arguments = (char *)first;
	while (*arguments)
		*++arguments = va_arg(*list, char *);
}

int execl(const char *path, const char *first, ...)
{
	struct call call;
	va_list list;
	va_start(list, first);
	size_t count = first ? image_count(list) + 1 : 0;
	va_end(list);
	char *arguments[count + 1];
	va_start(list, first);
	image_collect(arguments, first, &list);
	va_end(list);
	bool wanted = !thread_is_vforked() && call_begin(&call);
	if (wanted)
		image_leave(&call, AIOT_CALL_execl, path, false);
	REAL(execv)(path, arguments);
	return wanted ? image_stayed(&call, AIOT_CALL_execl, path) : -1;
}

int execlp(const char *file, const char *first, ...)
{
	struct call call;
	va_list list;
	va_start(list, first);
	size_t count = first ? image_count(list) + 1 : 0;
	va_end(list);
	char *arguments[count + 1];
	va_start(list, first);
	image_collect(arguments, first, &list);
	va_end(list);
	bool wanted = !thread_is_vforked() && call_begin(&call);
	if (wanted)
		image_leave(&call, AIOT_CALL_execlp, file, true);
	REAL(execvp)(file, arguments);
	return wanted ? image_stayed(&call, AIOT_CALL_execlp, file) : -1;
}

/* The environment stands behind the NULL. */
int execle(const char *path, const char *first, ...)
{
	struct call call;
	va_list list;
	va_start(list, first);
	size_t count = first ? image_count(list) + 1 : 0;
	va_end(list);
	char *arguments[count + 1];
	va_start(list, first);
	image_collect(arguments, first, &list);
	char *const *environment = va_arg(list, char *const *);
	va_end(list);
	bool wanted = !thread_is_vforked() && call_begin(&call);
	if (wanted)
		image_leave(&call, AIOT_CALL_execle, path, false);
	REAL(execve)(path, arguments, environment);
	return wanted ? image_stayed(&call, AIOT_CALL_execle, path) : -1;
}

int fexecve(int fd, char *const arguments[], char *const environment[])
{
	struct call call;
	bool wanted = !thread_is_vforked() && call_begin_on(&call, fd);
	if (wanted && call.fd.kind == AIOT_FILE_REGULAR) {
		call_ended(&call, AIOT_CALL_fexecve, 0);
		fd_distrust_all();
		tracer_finish();
	}
	REAL(fexecve)(fd, arguments, environment);
	return wanted ? call_ended(&call, AIOT_CALL_fexecve, -1) : -1;
}

/* An empty path with AT_EMPTY_PATH stands for the descriptor's file. */
int execveat(int directory, const char *path, char *const arguments[], char *const environment[],
             int flags)
{
	struct call call;
	ROOM(name);
	bool wanted = !thread_is_vforked() && call_begin(&call);
	name[0] = '\0';
	if (wanted && path && !*path && flags & AT_EMPTY_PATH)
		path_of_fd(directory, name);
	else if (wanted)
		path_absolute(directory, path, name);
	if (wanted)
		image_leave(&call, AIOT_CALL_execveat, name, false);
	REAL(execveat)(directory, path, arguments, environment, flags);
	return wanted ? image_stayed(&call, AIOT_CALL_execveat, path ? name : NULL) : -1;
}

static void image_exit(enum aiot_call id, int status)
{
	struct call call;
	if (!thread_is_vforked() && call_begin(&call))
		call_ended(&call, id, status & 0377);
	tracer_finish();
}

void _exit(int status)
{
	image_exit(AIOT_CALL__exit, status);
	REAL(_exit)(status);
	__builtin_unreachable();
}

void _Exit(int status)
{
	image_exit(AIOT_CALL__Exit, status);
	REAL(_Exit)(status);
	__builtin_unreachable();
}

/* The parent's side of vfork; see vfork.S. `pid` is what the kernel returned. */
pid_t image_vforked(long pid);

pid_t image_vforked(long pid)
{
	struct call call;
	thread_vfork = THREAD_NO_CHILD;
	path_cwd_part(false);
	if (pid < 0)
		errno = (int)-pid;
	else
		fd_distrust_all();
	pid_t returned = pid < 0 ? -1 : (pid_t)pid;
	return call_begin(&call) ? call_ended(&call, AIOT_CALL_vfork, returned) : returned;
}
