/* SPDX-License-Identifier: Apache-2.0
 *
 * Files under names that libc makes up: a template holds the name afterwards,
 * a stream of tmpfile has none.
 */
#include "calls/call.h"
#include "calls/stdio_kernel.h"

#define TEMPORARY_FLAGS (O_RDWR | O_CREAT | O_EXCL)

int mkstemp(char *template)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(mkstemp)(template);
	int fd = REAL(mkstemp)(template);
	return call_opened(&call, AIOT_CALL_mkstemp, AT_FDCWD, template, TEMPORARY_FLAGS, fd);
}

int mkstemp64(char *template)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(mkstemp64)(template);
	int fd = REAL(mkstemp64)(template);
	return call_opened(&call, AIOT_CALL_mkstemp64, AT_FDCWD, template, TEMPORARY_FLAGS, fd);
}

int mkostemp(char *template, int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(mkostemp)(template, flags);
	int fd = REAL(mkostemp)(template, flags);
	return call_opened(&call, AIOT_CALL_mkostemp, AT_FDCWD, template, TEMPORARY_FLAGS | flags,
	                   fd);
}

int mkostemp64(char *template, int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(mkostemp64)(template, flags);
	int fd = REAL(mkostemp64)(template, flags);
	return call_opened(&call, AIOT_CALL_mkostemp64, AT_FDCWD, template, TEMPORARY_FLAGS | flags,
	                   fd);
}

int mkstemps(char *template, int length)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(mkstemps)(template, length);
	int fd = REAL(mkstemps)(template, length);
	return call_opened(&call, AIOT_CALL_mkstemps, AT_FDCWD, template, TEMPORARY_FLAGS, fd);
}

int mkstemps64(char *template, int length)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(mkstemps64)(template, length);
	int fd = REAL(mkstemps64)(template, length);
	return call_opened(&call, AIOT_CALL_mkstemps64, AT_FDCWD, template, TEMPORARY_FLAGS, fd);
}

int mkostemps(char *template, int length, int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(mkostemps)(template, length, flags);
	int fd = REAL(mkostemps)(template, length, flags);
	return call_opened(&call, AIOT_CALL_mkostemps, AT_FDCWD, template, TEMPORARY_FLAGS | flags,
	                   fd);
}

int mkostemps64(char *template, int length, int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(mkostemps64)(template, length, flags);
	int fd = REAL(mkostemps64)(template, length, flags);
	return call_opened(&call, AIOT_CALL_mkostemps64, AT_FDCWD, template,
	                   TEMPORARY_FLAGS | flags, fd);
}

char *mkdtemp(char *template)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(mkdtemp)(template);
	char *made = REAL(mkdtemp)(template);
	call_ended_on_path(&call, AIOT_CALL_mkdtemp, AT_FDCWD, template, 0, made ? 0 : -1);
	return made;
}

static FILE *temporary_opened(const struct call *call, enum aiot_call id, FILE *stream)
{
	int fd = stream ? fileno(stream) : -1;
	call_opened(call, id, AT_FDCWD, NULL, TEMPORARY_FLAGS, fd);
	if (stream && !stdio_kernel_watch())
		fd_distrust(fd);
	return stream;
}

FILE *tmpfile(void)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(tmpfile)();
	return temporary_opened(&call, AIOT_CALL_tmpfile, REAL(tmpfile)());
}

FILE *tmpfile64(void)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(tmpfile64)();
	return temporary_opened(&call, AIOT_CALL_tmpfile64, REAL(tmpfile64)());
}
