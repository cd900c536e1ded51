/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/fresh.h"

#include <sys/mman.h>
#include <unistd.h>

#include "replay/pace.h"

#define FRESH_PAGE  4096u
#define FRESH_TRIED ((size_t)256 << 10) /* bytes of a read that is measured */
#define FRESH_TRIES 8
#define FRESH_LEAST (64u << 10) /* of smaller reads, what else a call takes counts as much */
#define FRESH_MOST  (256u << 20)

void *fresh_get(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

void fresh_free(void *memory, size_t size)
{
	if (memory)
		munmap(memory, size);
}

/* To give a page back is less work than to find and clear it. */
uint64_t fresh_free_ns(uint64_t page_ns, size_t size)
{
	return size / FRESH_PAGE * page_ns;
}

/* The shortest of some reads, ns; 0 if one failed. */
static uint64_t fresh_try(int fd, void *known)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < FRESH_TRIES; i++) {
		void *to = known ? known : fresh_get(FRESH_TRIED);
		uint64_t begun = pace_now(), took;
		ssize_t n = to ? pread(fd, to, FRESH_TRIED, 0) : -1;
		took = pace_now() - begun;
		if (!known)
			fresh_free(to, FRESH_TRIED);
		if (n != (ssize_t)FRESH_TRIED)
			return 0;
		least = took < least ? took : least;
	}
	return least;
}

uint64_t fresh_measure(void)
{
	int fd = memfd_create("aiotrace", MFD_CLOEXEC);
	void *known = fresh_get(FRESH_TRIED);
	uint64_t again = 0, fresh = 0;

	if (fd >= 0 && known && !ftruncate(fd, FRESH_TRIED)) {
		fresh_try(fd, known); /* makes the file's pages and the memory's */
		again = fresh_try(fd, known);
		fresh = fresh_try(fd, NULL);
	}
	fresh_free(known, FRESH_TRIED);
	if (fd >= 0)
		close(fd);
	return again && fresh > again ? (again + fresh) / 2 / (FRESH_TRIED / FRESH_PAGE) : 0;
}

bool fresh_was(uint64_t page_ns, uint32_t size, uint64_t duration_ns)
{
	return page_ns && size >= FRESH_LEAST && size <= FRESH_MOST &&
	       duration_ns > size / FRESH_PAGE * page_ns;
}
