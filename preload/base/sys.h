/* SPDX-License-Identifier: Apache-2.0
 *
 * System calls without libc: they return -errno, leave errno alone, are no
 * cancellation points and never come back through a wrapper. Everything the
 * library does for itself goes through here.
 */
#ifndef PRELOAD_SYS_H
#define PRELOAD_SYS_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
static inline long sys_call(long number, long a, long b, long c, long d, long e, long f)
{
	long result;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	__asm__ volatile("syscall"
	                 : "=a"(result)
	                 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
	                 : "rcx", "r11", "memory");
	return result;
}
#elif defined(__aarch64__)
static inline long sys_call(long number, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;
	__asm__ volatile("svc 0"
	                 : "+r"(x0)
	                 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
	                 : "memory");
	return x0;
}
#else
#error "aiotrace knows the system calls of x86-64 and aarch64"
#endif

#define SYS_ARG_(x)         (long)(x)
#define SYS0(name)          sys_call(SYS_##name, 0, 0, 0, 0, 0, 0)
#define SYS1(name, a)       sys_call(SYS_##name, SYS_ARG_(a), 0, 0, 0, 0, 0)
#define SYS2(name, a, b)    sys_call(SYS_##name, SYS_ARG_(a), SYS_ARG_(b), 0, 0, 0, 0)
#define SYS3(name, a, b, c) sys_call(SYS_##name, SYS_ARG_(a), SYS_ARG_(b), SYS_ARG_(c), 0, 0, 0)
#define SYS4(name, a, b, c, d)                                                                     \
	sys_call(SYS_##name, SYS_ARG_(a), SYS_ARG_(b), SYS_ARG_(c), SYS_ARG_(d), 0, 0)
#define SYS6(name, a, b, c, d, e, f)                                                               \
	sys_call(SYS_##name, SYS_ARG_(a), SYS_ARG_(b), SYS_ARG_(c), SYS_ARG_(d), SYS_ARG_(e),      \
	         SYS_ARG_(f))

/* The way of libc: -1 and errno for an error. */
static inline long sys_returned(long result)
{
	if (result >= 0 || result < -4095)
		return result;
	errno = (int)-result;
	return -1;
}

/* Returns a descriptor or -errno. Paths are absolute or relative to the cwd. */
static inline int sys_open(const char *path, int flags, int mode)
{
	return (int)SYS4(openat, -100 /* AT_FDCWD */, path, flags, mode);
}

static inline void sys_close(int fd)
{
	SYS1(close, fd);
}

/* What the library itself read and wrote in this process, so that it can be
 * taken from the kernel's count. Atomic. */
struct sys_own {
	uint64_t read_bytes, reads, written_bytes, writes;
};
extern struct sys_own sys_own;

/* Bytes of a page of memory. */
size_t sys_page(void);

/* Reads a whole small file (as in /proc) into `text` and ends it with NUL.
 * Returns its length without the NUL, or -errno. */
long sys_read_file(const char *path, char *text, size_t bytes);

/* pread. Returns the count or -errno. */
long sys_read_at(int fd, void *to, size_t bytes, int64_t offset);

/* Anonymous private zeroed memory that is wiped in fork's child if `wipe`.
 * Returns NULL on failure. Never freed by exit, only by sys_unmap. */
void *sys_map(size_t bytes, int wipe);
void sys_unmap(void *memory, size_t bytes);

#endif
