/* SPDX-License-Identifier: Apache-2.0
 *
 * odd_calls SEED COUNT: calls on files in any order, with any arguments, right and
 * wrong ones, chosen by SEED. Prints what each returned, with errno. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define FDS 24 /* from 10 on: what the program is started with differs */

static uint64_t state;
static int renames; /* instead of forks: a child knows a renamed file by its new name */
static char data[1 << 16];
static char handle_room[sizeof(struct file_handle) + 128];
static int out;

static unsigned any(unsigned below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 33) % below;
}

static void say(const char *what, long result)
{
	char text[200];
	int error = result < 0 ? errno : 0;
	int length = snprintf(text, sizeof text, "%s = %ld, %s\n", what, result < 0 ? -1 : result,
	                      strerrorname_np(error));
	if (syscall(SYS_write, out, text, (size_t)length) != length)
		exit(3);
}

static int any_fd(void)
{
	unsigned kind = any(30);
	return kind == 0 ? -1 : kind == 1 ? 9999 : (int)(10 + any(FDS));
}

/* Descriptors are kept in one range, whatever number the kernel gives. */
static int keep(int fd)
{
	int place = (int)(10 + any(FDS));
	if (fd < 0 || (fd >= 10 && fd < 10 + FDS))
		return fd;
	int error = errno, kept = dup2(fd, place);
	close(fd);
	errno = error;
	return kept;
}

static const char *any_name(void)
{
	static char text[8][64];
	static const char *const names[] = {
	        "a",        "b",          "c",         "dir/a", "dir/b",     "./dir/../a", "dir",
	        "dir/deep", "dir/deep/a", "missing/x", "",      "l\xff\xfe", "dir/../b"};
	static unsigned turn;
	unsigned kind = any(20);
	char *room = text[turn++ % 8];
	if (kind < 16)
		return names[any(sizeof names / sizeof *names)];
	snprintf(room, sizeof text[0], kind < 18 ? "/proc/self/fd/%d" : "/dev/fd/%d", any_fd());
	return room;
}

static int any_flags(void)
{
	static const int more[] = {0,
	                           0,
	                           O_CREAT,
	                           O_CREAT,
	                           O_CREAT | O_TRUNC,
	                           O_TRUNC,
	                           O_APPEND,
	                           O_CREAT | O_APPEND,
	                           O_CREAT | O_EXCL,
	                           O_PATH,
	                           O_DIRECTORY,
	                           O_TMPFILE,
	                           O_NOFOLLOW,
	                           O_CLOEXEC,
	                           O_CREAT | O_CLOEXEC,
	                           O_PATH | O_NOFOLLOW};
	return (int)any(3) | more[any(sizeof more / sizeof *more)];
}

static size_t any_size(void)
{
	static const size_t sizes[] = {0, 1, 7, 100, 4096, 4097, 30000, sizeof data};
	return sizes[any(8)];
}

static void *any_memory(void)
{
	return any(25) ? data : any(2) ? NULL : (void *)8;
}

static void opens(void)
{
	struct open_how how = {.flags = (uint64_t)any_flags() & ~(uint64_t)O_TMPFILE,
	                       .resolve = 1u << any(6)};
	int flags = any_flags(), directory = any(3) ? AT_FDCWD : any_fd();
	switch (any(6)) {
	case 0: say("open", keep(open(any_name(), flags, 0644))); break;
	case 1: say("openat", keep(openat(directory, any_name(), flags, 0644))); break;
	case 2: say("creat", keep(creat(any_name(), 0600))); break;
	case 3:
		how.mode = how.flags & O_CREAT ? 0600 : 0;
		say("openat2",
		    keep((int)syscall(SYS_openat2, directory, any_name(), &how, sizeof how)));
		break;
	case 4: say("open64", keep(open64(any_name(), flags, 0644))); break;
	default:
		say("number", keep((int)syscall(SYS_openat, directory, any_name(), flags, 0644)));
		break;
	}
}

static void moves(void)
{
	struct iovec vector[2] = {{any_memory(), any_size()}, {data, any_size()}};
	off_t at = (off_t)any_size() - (any(20) == 0), to = (off_t)any_size();
	int fd = any_fd(), other = any_fd();
	size_t size = any(40) ? any_size() : SIZE_MAX;
	void *memory = any_memory();
	switch (any(14)) {
	case 0: say("read", read(fd, memory, size > sizeof data ? sizeof data : size)); break;
	case 1: say("write", write(fd, memory, size > sizeof data ? sizeof data : size)); break;
	case 2: say("pread", pread(fd, memory, size > sizeof data ? sizeof data : size, at)); break;
	case 3:
		say("pwrite", pwrite(fd, memory, size > sizeof data ? sizeof data : size, at));
		break;
	case 4: say("readv", readv(fd, vector, (int)any(3))); break;
	case 5: say("writev", writev(fd, vector, (int)any(3))); break;
	case 6: say("preadv2", preadv2(fd, vector, 2, any(2) ? at : -1, 0)); break;
	case 7:
		vector[1].iov_len |= 1;
		say("pwritev2", pwritev2(fd, vector, 2, any(2) ? at : -1, any(2) ? RWF_APPEND : 0));
		break;
	case 8: say("sendfile", sendfile(fd, other, any(2) ? &at : NULL, any_size())); break;
	case 9:
		say("copy", copy_file_range(fd, any(2) ? &at : NULL, other, any(2) ? &to : NULL,
		                            any_size(), 0));
		break;
	case 10: say("lseek", lseek(fd, at, (int)any(4))); break;
	case 11:
		say("number",
		    syscall(SYS_read, fd, memory, size > sizeof data ? sizeof data : size));
		break;
	case 12: say("number", syscall(SYS_pwrite64, fd, memory, any_size(), at)); break;
	default: say("ftruncate", ftruncate(fd, at)); break;
	}
}

static void copies(void)
{
	int fd = any_fd(), other = (int)(10 + any(FDS));
	switch (any(9)) {
	case 0: say("dup", keep(dup(fd))); break;
	case 1: say("dup2", dup2(fd, other)); break;
	case 2: say("dup3", dup3(fd, other, any(2) ? O_CLOEXEC : 0)); break;
	case 3: say("dupfd", keep(fcntl(fd, F_DUPFD, other))); break;
	case 4: say("append", fcntl(fd, F_SETFL, any(2) ? O_APPEND : 0)); break;
	case 5:
		say("close_range", close_range((unsigned)other, (unsigned)other + any(3), 0));
		break;
	case 6: say("number", syscall(SYS_dup3, fd, other, 0)); break;
	case 7: {
		int self = (int)syscall(434 /* SYS_pidfd_open */, getpid(), 0);
		say("pidfd_getfd", keep((int)syscall(438 /* SYS_pidfd_getfd */, self, fd, 0)));
		close(self);
		break;
	}
	default: say("close", close(fd)); break;
	}
}

static void names(void)
{
	const char *name = any_name(), *other = any_name();
	char place[32];
	struct stat about;
	switch (any(12)) {
	case 0: say("rename", renames ? rename(name, other) : 0); break;
	case 1: say("unlink", unlink(name)); break;
	case 2: say("link", link(name, other)); break;
	case 3: say("symlink", symlink(name, "link")); break;
	case 4: say("mkdir", mkdir(name, 0755)); break;
	case 5: say("chdir", chdir(any(2) ? "dir" : getenv("WORK"))); break;
	case 6: say("fchdir", fchdir(any_fd())); break;
	case 7:
		snprintf(place, sizeof place, "/proc/self/fd/%d", any_fd());
		say("linkat", linkat(AT_FDCWD, place, AT_FDCWD, other, AT_SYMLINK_FOLLOW));
		break;
	case 8: say("truncate", truncate(name, (off_t)any_size())); break;
	case 9:
		say("stat", fstatat(any(2) ? AT_FDCWD : any_fd(), name, &about,
		                    any(2) ? AT_EMPTY_PATH : 0));
		break;
	case 10:
		say("rename", !renames ? 0 : renameat2(any_fd(), name, AT_FDCWD, other, any(3)));
		break;
	default: say("rmdir", rmdir(name)); break;
	}
	/* Never far away. */
	if (any(4) == 0)
		say("back", chdir(getenv("WORK")));
}

static void handles(void)
{
	struct file_handle *handle = (void *)handle_room;
	int mount = 0, root = open(".", O_RDONLY | O_DIRECTORY);
	handle->handle_bytes = 128;
	if (name_to_handle_at(AT_FDCWD, any_name(), handle, &mount, 0) == 0)
		say("open_by_handle_at", keep(open_by_handle_at(root, handle, (int)any(3))));
	if (root >= 0)
		close(root);
}

static void streams(void)
{
	static const char *const modes[] = {"r", "w", "a", "r+", "w+", "a+", "rb", "q"};
	FILE *stream =
	        any(4) ? fopen(any_name(), modes[any(8)]) : fdopen(dup(any_fd()), modes[any(8)]);
	say("stream", stream ? 0 : -1);
	for (unsigned i = any(5); stream && i; i--)
		switch (any(5)) {
		case 0: say("fread", (long)fread(data, 1, any_size(), stream)); break;
		case 1: say("fwrite", (long)fwrite(data, 1, any_size(), stream)); break;
		case 2: say("fseek", fseek(stream, (long)any_size(), (int)any(3))); break;
		case 3: say("getc", getc(stream) >= 0); break;
		default: say("fflush", fflush(stream)); break;
		}
	if (stream)
		say("fclose", fclose(stream));
}

static void maps(void)
{
	void *at = mmap(NULL, any_size(), (int)any(4), any(2) ? MAP_SHARED : MAP_PRIVATE, any_fd(),
	                (off_t)any(2) * 4096);
	say("mmap", at == MAP_FAILED ? -1 : 0);
	if (at != MAP_FAILED && any(2))
		say("munmap", munmap(at, 4096));
}

static void one(int depth);

/* A child shares the positions, and its table is its own. */
static void forks(int depth)
{
	int status = 0;
	pid_t child = depth || renames ? -1
	              : any(2)         ? fork()
	                       : (pid_t)syscall(SYS_clone, 17L /* SIGCHLD */, 0L, 0L, 0L, 0L);
	if (child == 0) {
		for (int i = 0; i < 12; i++)
			one(1);
		_exit(5);
	}
	if (child > 0 && waitpid(child, &status, 0) == child)
		say("child", WEXITSTATUS(status));
}

static void one(int depth)
{
	switch (any(20)) {
	case 0:
	case 1:
	case 2:
	case 3: opens(); break;
	case 4:
	case 5:
	case 6: copies(); break;
	case 7:
	case 8: names(); break;
	case 9: handles(); break;
	case 10: streams(); break;
	case 11: maps(); break;
	case 12: forks(depth); break;
	default: moves(); break;
	}
}

int main(int argc, char **argv)
{
	int count = argc > 2 ? atoi(argv[2]) : 0;
	state = argc > 1 ? strtoull(argv[1], NULL, 10) * 2654435769u + 88172645463325252u : 1;
	renames = argc > 1 && atoi(argv[1]) % 2;
	out = fcntl(1, F_DUPFD, 100);
	setenv("WORK", getcwd(data, sizeof data), 1);
	memset(data, 'x', sizeof data);
	mkdir("dir", 0755);
	mkdir("dir/deep", 0755);
	for (int i = 0; i < count; i++)
		one(0);
	return 0;
}
