/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sys.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/mman.h>

struct sys_own sys_own;

size_t sys_page(void)
{
	static size_t page;
	if (!page)
		page = getauxval(AT_PAGESZ);
	return page;
}

long sys_read_file(const char *path, char *text, size_t bytes)
{
	int fd = sys_open(path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	size_t done = 0;
	long n = 0;
	do {
		n = SYS3(read, fd, text + done, bytes - 1 - done);
		done += n > 0 ? (size_t)n : 0;
		__atomic_fetch_add(&sys_own.reads, 1, __ATOMIC_RELAXED);
	} while (n > 0 && done < bytes - 1);
	__atomic_fetch_add(&sys_own.read_bytes, done, __ATOMIC_RELAXED);
	sys_close(fd);
	text[done] = '\0';
	return n < 0 ? n : (long)done;
}

long sys_read_at(int fd, void *to, size_t bytes, int64_t offset)
{
	long n = SYS4(pread64, fd, to, bytes, offset);
	__atomic_fetch_add(&sys_own.reads, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&sys_own.read_bytes, n > 0 ? (uint64_t)n : 0, __ATOMIC_RELAXED);
	return n;
}

void *sys_map(size_t bytes, int wipe)
{
	long address =
	        SYS6(mmap, 0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (address < 0 && address > -4096)
		return NULL;
	if (wipe && SYS3(madvise, address, bytes, MADV_WIPEONFORK) < 0) {
		sys_unmap((void *)address, bytes);
		return NULL;
	}
	return (void *)address;
}

void sys_unmap(void *memory, size_t bytes)
{
	SYS2(munmap, memory, bytes);
}
