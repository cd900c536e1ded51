/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions that libc exports and programs import, but that no header
 * declares: what fortified code calls, and stat as it was before glibc 2.33.
 */
#ifndef PRELOAD_UNDECLARED_H
#define PRELOAD_UNDECLARED_H

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <wchar.h>

int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int directory, const char *path, int flags);
int __openat64_2(int directory, const char *path, int flags);
ssize_t __read_chk(int fd, void *buffer, size_t size, size_t bound);
ssize_t __pread_chk(int fd, void *buffer, size_t size, off_t offset, size_t bound);
ssize_t __pread64_chk(int fd, void *buffer, size_t size, off64_t offset, size_t bound);
ssize_t __readlink_chk(const char *path, char *buffer, size_t size, size_t bound);
ssize_t __readlinkat_chk(int directory, const char *path, char *buffer, size_t size, size_t bound);
char *__realpath_chk(const char *path, char *buffer, size_t bound);
size_t __fread_chk(void *buffer, size_t bound, size_t size, size_t count, FILE *file);
size_t __fread_unlocked_chk(void *buffer, size_t bound, size_t size, size_t count, FILE *file);
char *__fgets_chk(char *buffer, size_t bound, int size, FILE *file);
char *__fgets_unlocked_chk(char *buffer, size_t bound, int size, FILE *file);
int __fprintf_chk(FILE *file, int flag, const char *format, ...);
int __printf_chk(int flag, const char *format, ...);
int __vfprintf_chk(FILE *file, int flag, const char *format, va_list arguments);
int __vprintf_chk(int flag, const char *format, va_list arguments);
int __dprintf_chk(int fd, int flag, const char *format, ...);
int __vdprintf_chk(int fd, int flag, const char *format, va_list arguments);
/* stdio.h gives these names to the next four. */
int old_fscanf(FILE *file, const char *format, ...) __asm__("fscanf");
int old_scanf(const char *format, ...) __asm__("scanf");
int old_vfscanf(FILE *file, const char *format, va_list arguments) __asm__("vfscanf");
int old_vscanf(const char *format, va_list arguments) __asm__("vscanf");
int __isoc99_fscanf(FILE *file, const char *format, ...);
int __isoc99_scanf(const char *format, ...);
int __isoc99_vfscanf(FILE *file, const char *format, va_list arguments);
int __isoc99_vscanf(const char *format, va_list arguments);
int _IO_getc(FILE *file);
int _IO_putc(int character, FILE *file);
int __xstat(int version, const char *path, struct stat *buffer);
int __xstat64(int version, const char *path, struct stat64 *buffer);
int __fxstat(int version, int fd, struct stat *buffer);
int __fxstat64(int version, int fd, struct stat64 *buffer);
int __lxstat(int version, const char *path, struct stat *buffer);
int __lxstat64(int version, const char *path, struct stat64 *buffer);
int __fxstatat(int version, int directory, const char *path, struct stat *buffer, int flags);
int __fxstatat64(int version, int directory, const char *path, struct stat64 *buffer, int flags);
int __xmknod(int version, const char *path, mode_t mode, dev_t *device);
int __xmknodat(int version, int directory, const char *path, mode_t mode, dev_t *device);
int __open(const char *path, int flags, ...);
int __open64(const char *path, int flags, ...);
int __close(int fd);
ssize_t __read(int fd, void *buffer, size_t size);
ssize_t __write(int fd, const void *buffer, size_t size);
ssize_t __pread64(int fd, void *buffer, size_t size, off64_t offset);
ssize_t __pwrite64(int fd, const void *buffer, size_t size, off64_t offset);
off_t __lseek(int fd, off_t offset, int whence);
int __fcntl(int fd, int command, ...);
int __dup2(int fd, int copy);
/* Since glibc 2.36. */
int pidfd_getfd(int pidfd, int fd, unsigned flags);
int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t bound);
int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
                const sigset_t *mask, size_t bound);
ssize_t __recv_chk(int fd, void *buffer, size_t size, size_t bound, int flags);
ssize_t __recvfrom_chk(int fd, void *buffer, size_t size, size_t bound, int flags,
                       __SOCKADDR_ARG name, socklen_t *name_size);

int __mq_open_2(const char *name, int flags);
wchar_t *__fgetws_chk(wchar_t *buffer, size_t bound, int size, FILE *file);
wchar_t *__fgetws_unlocked_chk(wchar_t *buffer, size_t bound, int size, FILE *file);
int __fwprintf_chk(FILE *file, int flag, const wchar_t *format, ...);
int __wprintf_chk(int flag, const wchar_t *format, ...);
int __vfwprintf_chk(FILE *file, int flag, const wchar_t *format, va_list arguments);
int __vwprintf_chk(int flag, const wchar_t *format, va_list arguments);

#endif
