/* SPDX-License-Identifier: Apache-2.0
 *
 * System calls made by number, and children that were forked past libc. Prints
 * what the calls returned.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static char buffer[100] = "abc";

static void say(const char *what, long result)
{
	int error = result < 0 ? errno : 0;
	printf("%s %ld %d\n", what, result, error);
	fflush(stdout);
}

static void read_and_write(int fd)
{
	struct iovec vector = {buffer, 50};
	say("write", syscall(SYS_write, fd, buffer, 100L));
	say("pwrite", syscall(SYS_pwrite64, fd, buffer, 10L, 5L));
	say("lseek", syscall(SYS_lseek, fd, 20L, SEEK_SET));
	say("read", syscall(SYS_read, fd, buffer, 30L));
	say("preadv2", syscall(SYS_preadv2, fd, &vector, 1L, 3L, 0L, 0L));
	say("readv", syscall(SYS_readv, fd, &vector, 1L));
	say("close", syscall(SYS_close, 99L));
}

/* A file that has no function of libc's that opens it so. */
static void open_by_rules(void)
{
	struct open_how how = {.flags = O_RDWR | O_APPEND, .resolve = RESOLVE_IN_ROOT};
	struct stat about;
	int fd = syscall(SYS_openat2, AT_FDCWD, "/file", &how, sizeof how);
	say("write", syscall(SYS_write, fd, buffer, 10L));
	say("read", syscall(SYS_read, fd, buffer, 10L));
	say("truncate", syscall(SYS_ftruncate, fd, 50L));
	say("write", syscall(SYS_write, fd, buffer, 10L));
	say("stat", syscall(SYS_newfstatat, fd, "", &about, AT_EMPTY_PATH));
	say("size", about.st_size);
	say("openat2", syscall(SYS_openat2, AT_FDCWD, "missing", &how, sizeof how));
	say("close", syscall(SYS_close, fd));
}

/* A child that closes and reads leaves the parent's positions right. */
static void child_reads(int fd, pid_t child)
{
	int status = 0;
	if (child == 0) {
		read(fd, buffer, 3);
		close(fd);
		syscall(SYS_exit_group, 3L);
	}
	waitpid(child, &status, 0);
	say("child", WEXITSTATUS(status));
	int other = open("copy", O_RDONLY);
	say("read", read(other, buffer, 2));
	say("read", read(fd, buffer, 4));
	close(other);
}

int main(void)
{
	int fd = syscall(SYS_openat, AT_FDCWD, "file", O_RDWR | O_CREAT, 0644L);
	read_and_write(fd);
	int copy = syscall(SYS_dup, fd);
	say("close", syscall(SYS_close, fd));
	say("read", syscall(SYS_read, fd, buffer, 7L));
	say("lseek", syscall(SYS_lseek, copy, 0L, SEEK_SET));
	off_t from = 1;
	int out = syscall(SYS_openat, AT_FDCWD, "copy", O_RDWR | O_CREAT, 0644L);
	say("copy", syscall(SYS_copy_file_range, copy, &from, out, NULL, 40L, 0L));
	void *mapped = (void *)syscall(SYS_mmap, NULL, 4096L, PROT_READ, MAP_PRIVATE, copy, 0L);
	say("mmap", mapped != MAP_FAILED);
	open_by_rules();
	child_reads(copy, fork());
	child_reads(copy, syscall(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L));
#ifdef SYS_fork
	child_reads(copy, syscall(SYS_fork));
#endif
	say("unknown", syscall(12345L));
	say("gettid", syscall(SYS_gettid) == getpid());
	return 0;
}
