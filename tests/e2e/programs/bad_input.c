/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls that are wrong in every way. Prints what each returned, with errno.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Compilers know better. */
#pragma GCC diagnostic ignored "-Wstringop-overflow"
#pragma GCC diagnostic ignored "-Wstringop-overread"
#pragma GCC diagnostic ignored "-Wstringop-truncation"
#pragma GCC diagnostic ignored "-Wnonnull"

static char buffer[4096];
static void *volatile nothing = NULL;
static void *volatile nowhere = (void *)8;

#define SAY(call)                                                                                  \
	do {                                                                                       \
		errno = 0;                                                                         \
		long result_ = (long)(call);                                                       \
		printf("%s = %ld, %s\n", #call, result_, strerrorname_np(errno));                  \
	} while (0)

static void try_descriptor(int fd)
{
	struct iovec vector = {buffer, 10};
	struct stat about;
	off64_t at = 0;
	printf("descriptor %d\n", fd);
	SAY(read(fd, buffer, 10));
	SAY(write(fd, buffer, 10));
	SAY(pread(fd, buffer, 10, 0));
	SAY(pwrite64(fd, buffer, 10, 0));
	SAY(readv(fd, &vector, 1));
	SAY(pwritev2(fd, &vector, 1, 0, 0));
	SAY(lseek(fd, 0, SEEK_SET));
	SAY(fstat(fd, &about));
	SAY(fsync(fd));
	SAY(ftruncate(fd, 5));
	SAY(fallocate(fd, 0, 0, 5));
	SAY(posix_fadvise(fd, 0, 0, 0));
	SAY(dup(fd));
	SAY(dup2(fd, 60));
	SAY(dup2(0, fd));
	SAY(fcntl(fd, F_GETFD));
	SAY(close(fd));
	SAY(close(fd));
	SAY(fchdir(fd));
	SAY(openat(fd, "data", O_RDONLY));
	SAY(unlinkat(fd, "nothing", 0));
	SAY(sendfile(fd, fd, NULL, 10));
	SAY(copy_file_range(fd, &at, fd, NULL, 10, 0));
	SAY(splice(fd, NULL, fd, NULL, 10, 0));
	SAY(fdopen(fd, "r") == NULL);
	SAY(fdopendir(fd) == NULL);
	SAY(mmap(NULL, 10, PROT_READ, MAP_PRIVATE, fd, 0));
	SAY(fgetxattr(fd, "user.x", buffer, 10));
	SAY(dprintf(fd, "%d", 5));
}

static void try_path(const char *path)
{
	char *arguments[] = {"x", NULL};
	struct stat about;
	struct statfs filesystem;
	pid_t pid;
	SAY(open(path, O_RDONLY));
	SAY(openat64(AT_FDCWD, path, O_CREAT | O_EXCL | O_RDWR, 0600));
	SAY(creat("", 0600));
	SAY(stat(path, &about));
	SAY(fstatat64(AT_FDCWD, path, (struct stat64 *)&about, 0));
	SAY(statx(AT_FDCWD, path, 0, 0, nothing));
	SAY(access(path, R_OK));
	SAY(unlink(path));
	SAY(rename(path, path));
	SAY(link(path, path));
	SAY(symlink("data", path));
	SAY(readlink(path, buffer, 10));
	SAY(mkdir(path, 0700));
	SAY(rmdir(path));
	SAY(chdir(path));
	SAY(chmod(path, 0600));
	SAY(truncate(path, 5));
	SAY(statfs(path, &filesystem));
	SAY(getxattr(path, "user.x", buffer, 10));
	SAY(execve(path, arguments, NULL));
	SAY(posix_spawn(&pid, path, NULL, NULL, arguments, NULL));
}

/* Nothing at all for a name is libc's to crash on. */
static void try_name(const char *path)
{
	printf("name of %zu bytes\n", strlen(path));
	try_path(path);
	SAY(fopen(path, "r") == NULL);
	SAY(opendir(path) == NULL);
}

static void try_buffers(void)
{
	int fd = open("data", O_RDWR);
	struct iovec wrong = {nowhere, 10},
	             huge[2] = {{buffer, SIZE_MAX / 2}, {buffer, SIZE_MAX / 2}};
	SAY(read(fd, nothing, 10));
	SAY(read(fd, nowhere, 10));
	SAY(write(fd, nowhere, 10));
	SAY(pread64(fd, nowhere, 10, 0));
	SAY(readv(fd, nowhere, 1));
	SAY(readv(fd, &wrong, 1));
	SAY(writev(fd, huge, 2));
	SAY(preadv(fd, &wrong, 5000, 0));
	SAY(readv(fd, &wrong, -1));
	SAY(read(fd, buffer, 0));
	SAY(write(fd, nothing, 0));
	SAY(read(fd, nowhere, SIZE_MAX));
	SAY(pread(fd, buffer, 10, -1));
	SAY(pwrite(fd, buffer, 10, INT64_MAX));
	SAY(lseek(fd, INT64_MAX, SEEK_SET));
	SAY(read(fd, buffer, 10));
	SAY(lseek(fd, INT64_MAX, SEEK_CUR));
	SAY(lseek(fd, 0, SEEK_SET));
	SAY(read(fd, buffer, 10));
	SAY(pipe(nowhere));
	SAY(fstat(fd, nowhere));
	SAY(getdents64(fd, nowhere, 10));
	SAY(sendfile(fd, fd, nowhere, 10));
	SAY(munmap(nowhere, 10));
	SAY(msync(nowhere, 10, 0));
	SAY(madvise(nowhere, 10, 0));
	SAY(syscall(SYS_read, fd, nowhere, 10));
	SAY(syscall(-1));
	SAY(syscall(99999));
}

/* What the table of descriptors can't know. */
static void try_behind_its_back(void)
{
	long unused, close_number = SYS_close;
	int fd = open("data", O_RDONLY), other = open("other", O_CREAT | O_RDWR, 0600);
	SAY(write(other, "0123456789", 10));
#if defined(__x86_64__)
	__asm__ volatile("syscall"
	                 : "=a"(unused)
	                 : "a"(close_number), "D"((long)fd)
	                 : "rcx", "r11", "memory");
#else
	unused = close_number;
	close(fd);
#endif
	(void)unused;
	SAY(open("third", O_CREAT | O_RDWR, 0600) == fd);
	SAY(write(fd, "third", 5));
	SAY(dup2(other, fd));
	SAY(write(fd, "more", 4));
	SAY(close_range(fd, fd, 0));
	SAY(read(fd, buffer, 1));
	FILE *stream = fopen("data", "r");
	close(fileno(stream));
	SAY(fread(buffer, 1, 10, stream));
	SAY(fclose(stream));
	DIR *folder = opendir(".");
	close(dirfd(folder));
	SAY(readdir(folder) == NULL);
	SAY(closedir(folder));
}

static void try_streams(void)
{
	char *line = NULL;
	size_t size = 0;
	FILE *stream = fopen("data", "r");
	SAY(fread(buffer, 0, 10, stream));
	SAY(fread(buffer, 10, 0, stream));
	SAY(fseek(stream, -1, SEEK_SET));
	SAY(fgets(buffer, 1, stream) == NULL);
	SAY(fputs("x", stream));
	SAY(fflush(stream));
	SAY(getline(&line, &size, stream) > 0);
	SAY(getline(&line, &size, stream));
	SAY(fclose(stream));
	SAY(fopen("data", "") == NULL);
	SAY(fopen("data", "q") == NULL);
	SAY(freopen("missing", "r", fopen("data", "r")) == NULL);
}

int main(void)
{
	int bad[] = {-1, -100, INT_MIN, INT_MAX, 999, 1 << 24, 1 << 25};
	char longest[PATH_MAX], longer[2 * PATH_MAX];
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		try_descriptor(bad[i]);
	for (size_t i = 0; i < sizeof longest; i++)
		longest[i] = i % 2 ? '/' : '.';
	longest[PATH_MAX - 1] = '\0';
	memcpy(longest + PATH_MAX - 5, "none", 4);
	memset(longer, 'x', sizeof longer);
	longer[sizeof longer - 1] = '\0';
	try_name("");
	try_name(longest);
	try_name(longer);
	try_name("not \xff\xfe utf-8 \x80");
	try_name("new\nline, \"quotes\"");
	try_name("data/below");
	try_path(nothing);
	try_path(nowhere);
	try_buffers();
	try_behind_its_back();
	try_streams();
	return 0;
}
