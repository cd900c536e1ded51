/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads a file at random places, some of them cold and some warm, and prints
 * for each read whether all of it was in the page cache just before:
 * "offset size cached". usage: cold_warm FILE READS; exits 77 without cachestat.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

static const unsigned sizes[] = {4096, 16384, 65536, 262144, 1000, 131072};
static unsigned long long state = 88172645463325252ull;

static unsigned long long chance(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	return state ^= state << 17;
}

static int cached(int fd, unsigned long long offset, unsigned long long bytes)
{
	unsigned long long range[2] = {offset, bytes}, pages[5];
	if (syscall(SYS_cachestat, fd, range, pages, 0))
		exit(errno == ENOSYS ? 77 : 1);
	return pages[0] > (offset + bytes - 1) / 4096 - offset / 4096;
}

int main(int argc, char **argv)
{
	static char data[1 << 20];
	int fd = open(argv[1], O_RDONLY);
	struct stat about;
	if (argc != 3 || fd < 0 || fstat(fd, &about))
		return 1;
	fsync(fd);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM); /* no read-ahead: the truth is exact */
	for (int i = 0; i < atoi(argv[2]); i++) {
		unsigned size = sizes[chance() % 6];
		unsigned long long at = chance() % (about.st_size - size) & ~4095ull;
		int before = cached(fd, at, size);
		if (pread(fd, data, size, at) != size)
			return 1;
		printf("%llu %u %d\n", at, size, before);
	}
	return 0;
}
