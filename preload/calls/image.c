/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls after which this process image is no more: its trace is completed
 * first. A failed exec leaves the process in the trace, its later events
 * written one by one.
 */
#include <stdarg.h>

#include "base/room.h"
#include "calls/call.h"
#include "program.h"

static void image_store(const struct call *call, enum aiot_call id, const char *path, int result)
{
	struct aiot_event event = call_event(call, id, 0);
	event.result = result;
	call_store_named(&event, AT_FDCWD, path, 0, NULL);
}

/* The program that will run: `path`, or found by it. NULL where there is none. */
static const char *image_program(const char *path, bool searched, char name[PATH_BYTES])
{
	if (searched && !strchr(path, '/'))
		return program_find(path, name) ? name : NULL;
	return program_is(path) ? path : NULL;
}

/* Before exec. One that is sure to fail is not worth ending the trace. */
static void image_leave(const struct call *call, enum aiot_call id, const char *path,
                        const char *program)
{
	if (!program)
		return;
	image_store(call, id, path, 0);
	program_starts(program);
	fd_distrust_all();
	tracer_finish();
}

/* Begins exec. A vfork child's is no event, and its parent's trace goes on. */
static bool image_begin(struct call *call, enum aiot_call id, const char *path, const char *program)
{
	bool wanted = !thread_is_vforked() && call_begin(call);
	if (wanted)
		image_leave(call, id, path, program);
	else if (program && call_in_vfork())
		program_starts(program);
	return wanted;
}

/* exec came back: it failed. */
static int image_stayed(const struct call *call, enum aiot_call id, const char *path)
{
	int saved = errno;
	image_store(call, id, path, -saved);
	errno = saved;
	return -1;
}

static int image_exec(enum aiot_call id, const char *path, char *const arguments[],
                      char *const environment[])
{
	struct call call;
	ROOM(name);
	const char *program = image_program(path, false, name);
	bool wanted = image_begin(&call, id, path, program);
	PROGRAM_ENVIRONMENT(list, program, environment);
	REAL(execve)(path, arguments, list);
	return wanted ? image_stayed(&call, id, path) : -1;
}

static int image_exec_found(enum aiot_call id, const char *file, char *const arguments[],
                            char *const environment[])
{
	struct call call;
	ROOM(name);
	const char *program = image_program(file, true, name);
	bool wanted = image_begin(&call, id, file, program);
	PROGRAM_ENVIRONMENT(list, program, environment);
	REAL(execvpe)(file, arguments, list);
	return wanted ? image_stayed(&call, id, file) : -1;
}

int execve(const char *path, char *const arguments[], char *const environment[])
{
	return image_exec(AIOT_CALL_execve, path, arguments, environment);
}

int execv(const char *path, char *const arguments[])
{
	return image_exec(AIOT_CALL_execv, path, arguments, environ);
}

int execvp(const char *file, char *const arguments[])
{
	return image_exec_found(AIOT_CALL_execvp, file, arguments, environ);
}

int execvpe(const char *file, char *const arguments[], char *const environment[])
{
	return image_exec_found(AIOT_CALL_execvpe, file, arguments, environment);
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
	va_list list;
	va_start(list, first);
	size_t count = first ? image_count(list) + 1 : 0;
	va_end(list);
	char *arguments[count + 1];
	va_start(list, first);
	image_collect(arguments, first, &list);
	va_end(list);
	return image_exec(AIOT_CALL_execl, path, arguments, environ);
}

int execlp(const char *file, const char *first, ...)
{
	va_list list;
	va_start(list, first);
	size_t count = first ? image_count(list) + 1 : 0;
	va_end(list);
	char *arguments[count + 1];
	va_start(list, first);
	image_collect(arguments, first, &list);
	va_end(list);
	return image_exec_found(AIOT_CALL_execlp, file, arguments, environ);
}

/* The environment stands behind the NULL. */
int execle(const char *path, const char *first, ...)
{
	va_list list;
	va_start(list, first);
	size_t count = first ? image_count(list) + 1 : 0;
	va_end(list);
	char *arguments[count + 1];
	va_start(list, first);
	image_collect(arguments, first, &list);
	char *const *environment = va_arg(list, char *const *);
	va_end(list);
	return image_exec(AIOT_CALL_execle, path, arguments, environment);
}

int fexecve(int fd, char *const arguments[], char *const environment[])
{
	struct call call;
	ROOM(name);
	const char *program = path_of_fd(fd, name) ? name : NULL;
	bool wanted = !thread_is_vforked() && call_begin_on(&call, fd);
	if (wanted && call.fd.kind == AIOT_FILE_REGULAR) {
		call_ended(&call, AIOT_CALL_fexecve, 0);
		program_starts(name);
		fd_distrust_all();
		tracer_finish();
	}
	PROGRAM_ENVIRONMENT(list, program, environment);
	REAL(fexecve)(fd, arguments, list);
	return wanted ? call_ended(&call, AIOT_CALL_fexecve, -1) : -1;
}

/* An empty path with AT_EMPTY_PATH stands for the descriptor's file. */
int execveat(int directory, const char *path, char *const arguments[], char *const environment[],
             int flags)
{
	struct call call;
	ROOM(name);
	name[0] = '\0';
	if (path && !*path && flags & AT_EMPTY_PATH)
		path_of_fd(directory, name);
	else if (path)
		path_absolute(directory, path, name);
	const char *program = program_is(name) ? name : NULL;
	bool wanted = image_begin(&call, AIOT_CALL_execveat, name, program);
	PROGRAM_ENVIRONMENT(list, program, environment);
	REAL(execveat)(directory, path, arguments, list, flags);
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
