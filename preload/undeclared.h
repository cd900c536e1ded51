/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions that libc exports and programs import, but that no header
 * declares: what fortified code calls, and stat as it was before glibc 2.33.
 */
#ifndef PRELOAD_UNDECLARED_H
#define PRELOAD_UNDECLARED_H

#include <sys/stat.h>
#include <sys/types.h>

int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int directory, const char *path, int flags);
int __openat64_2(int directory, const char *path, int flags);
ssize_t __read_chk(int fd, void *buffer, size_t size, size_t bound);
ssize_t __pread_chk(int fd, void *buffer, size_t size, off_t offset, size_t bound);
ssize_t __pread64_chk(int fd, void *buffer, size_t size, off64_t offset, size_t bound);
int __xstat(int version, const char *path, struct stat *buffer);
int __xstat64(int version, const char *path, struct stat64 *buffer);
int __fxstat(int version, int fd, struct stat *buffer);
int __fxstat64(int version, int fd, struct stat64 *buffer);
int __lxstat(int version, const char *path, struct stat *buffer);
int __lxstat64(int version, const char *path, struct stat64 *buffer);
int __fxstatat(int version, int directory, const char *path, struct stat *buffer, int flags);
int __fxstatat64(int version, int directory, const char *path, struct stat64 *buffer, int flags);

#endif
