/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole folders and trees in one call. What they open and read in libc is not
 * seen; the program's functions that they call back are.
 */
#include <dirent.h>
#include <ftw.h>

#include "calls/call.h"

int scandir(const char *path, struct dirent ***list, int (*filter)(const struct dirent *),
            int (*compare)(const struct dirent **, const struct dirent **))
{
	struct call call;
	if (!call_begin(&call))
		return REAL(scandir)(path, list, filter, compare);
	return call_ended_on_path(&call, AIOT_CALL_scandir, AT_FDCWD, path, 0,
	                          REAL(scandir)(path, list, filter, compare));
}

int scandir64(const char *path, struct dirent64 ***list, int (*filter)(const struct dirent64 *),
              int (*compare)(const struct dirent64 **, const struct dirent64 **))
{
	struct call call;
	if (!call_begin(&call))
		return REAL(scandir64)(path, list, filter, compare);
	return call_ended_on_path(&call, AIOT_CALL_scandir64, AT_FDCWD, path, 0,
	                          REAL(scandir64)(path, list, filter, compare));
}

int scandirat(int directory, const char *path, struct dirent ***list,
              int (*filter)(const struct dirent *),
              int (*compare)(const struct dirent **, const struct dirent **))
{
	struct call call;
	if (!call_begin(&call))
		return REAL(scandirat)(directory, path, list, filter, compare);
	return call_ended_on_path(&call, AIOT_CALL_scandirat, directory, path, 0,
	                          REAL(scandirat)(directory, path, list, filter, compare));
}

int scandirat64(int directory, const char *path, struct dirent64 ***list,
                int (*filter)(const struct dirent64 *),
                int (*compare)(const struct dirent64 **, const struct dirent64 **))
{
	struct call call;
	if (!call_begin(&call))
		return REAL(scandirat64)(directory, path, list, filter, compare);
	return call_ended_on_path(&call, AIOT_CALL_scandirat64, directory, path, 0,
	                          REAL(scandirat64)(directory, path, list, filter, compare));
}

int ftw(const char *path, __ftw_func_t function, int depth)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(ftw)(path, function, depth);
	return call_ended_on_path(&call, AIOT_CALL_ftw, AT_FDCWD, path, 0,
	                          REAL(ftw)(path, function, depth));
}

int ftw64(const char *path, __ftw64_func_t function, int depth)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(ftw64)(path, function, depth);
	return call_ended_on_path(&call, AIOT_CALL_ftw64, AT_FDCWD, path, 0,
	                          REAL(ftw64)(path, function, depth));
}

int nftw(const char *path, __nftw_func_t function, int depth, int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(nftw)(path, function, depth, flags);
	return call_ended_on_path(&call, AIOT_CALL_nftw, AT_FDCWD, path, flags,
	                          REAL(nftw)(path, function, depth, flags));
}

int nftw64(const char *path, __nftw64_func_t function, int depth, int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(nftw64)(path, function, depth, flags);
	return call_ended_on_path(&call, AIOT_CALL_nftw64, AT_FDCWD, path, flags,
	                          REAL(nftw64)(path, function, depth, flags));
}
