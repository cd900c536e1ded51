/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/live.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vfs.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/aside.h"
#include "base/log.h"
#include "base/sys.h"
#include "sandbox.h"
#include "trace/loss.h"

#define LIVE_REGIONS 4096
#define LIVE_PIECE   64u /* pages of zeroes that are written by a call */

static const char live_zeroes[AIOT_LIVE_PAGE];

static const char *live_path;
static uint64_t live_device, live_inode; /* of the file */
static struct aiot_region *live_regions[LIVE_REGIONS];
static bool live_warmed[LIVE_REGIONS];
static uint32_t live_count; /* of regions reserved in the file */

static void live_count_written(uint64_t bytes)
{
	__atomic_fetch_add(&sys_own.writes, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&sys_own.written_bytes, bytes, __ATOMIC_RELAXED);
}

/* Where a file system can't allocate ahead, zeroes do the same. */
static int live_fill(int fd, uint64_t from, uint64_t bytes)
{
	for (uint64_t done = 0; done < bytes; done += sizeof live_zeroes) {
		long n = SYS4(pwrite64, fd, live_zeroes, sizeof live_zeroes, from + done);
		if (n != (long)sizeof live_zeroes)
			return n < 0 ? (int)n : -ENOSPC;
		live_count_written(sizeof live_zeroes);
	}
	return 0;
}

/* A write past RLIMIT_FSIZE would be a SIGXFSZ in the program. */
static bool live_fits(uint64_t end)
{
	struct rlimit limit;
	if (SYS4(prlimit64, 0, RLIMIT_FSIZE, NULL, &limit) < 0)
		return true;
	return limit.rlim_cur == RLIM_INFINITY || end <= limit.rlim_cur;
}

static void live_remember(int fd)
{
	struct stat about = {0};
	SYS2(fstat, fd, &about);
	live_device = about.st_dev;
	live_inode = about.st_ino;
}

struct live_request {
	uint64_t from, bytes;
	int flags;
};

/* Returns the address, or -errno. */
static long live_map_once(void *argument)
{
	const struct live_request *request = argument;
	int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | request->flags;
	int fd = sys_open(live_path, flags, 0644);
	if (fd < 0)
		return fd;
	long error = SYS4(fallocate, fd, 0, request->from, request->bytes);
	if (error == -EOPNOTSUPP || error == -ENOSYS || error == -EINVAL)
		error = live_fill(fd, request->from, request->bytes);
	long address = error;
	if (request->flags & O_CREAT)
		live_remember(fd);
	if (error == 0)
		address = SYS6(mmap, 0, request->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		               request->from);
	sys_close(fd);
	if (request->flags & O_CREAT && address < 0 && address > -4096)
		live_remove();
	return address;
}

/* Maps bytes of the file that are sure to have space. NULL if they can't. */
static void *live_map(uint64_t from, uint64_t bytes, int flags)
{
	struct live_request request = {from, bytes, flags};
	if (!live_fits(from + bytes))
		return NULL;
	long address = aside_run(live_map_once, &request);
	if (address < 0 && address > -4096) {
		log_error(live_path, "no space for a buffer", (int)-address);
		return NULL;
	}
	SYS3(madvise, address, bytes, MADV_DONTFORK);
	/* The first touch would have all of it read, zeroes that a short process never needs. */
	SYS3(madvise, address, bytes, MADV_RANDOM);
	return (void *)address;
}

/* The head and, where there is the space, the first region behind it. */
static struct aiot_live *live_map_first(void)
{
	struct aiot_live *head =
	        live_map(0, AIOT_LIVE_PAGE + AIOT_LIVE_REGION_BYTES, O_CREAT | O_EXCL);
	if (!head)
		return live_map(0, AIOT_LIVE_PAGE, O_CREAT | O_EXCL);
	live_regions[0] = (struct aiot_region *)((char *)head + AIOT_LIVE_PAGE);
	live_count = 1;
	return head;
}

int live_create(const char *path, uint32_t pid, uint32_t image)
{
	live_path = path;
	struct aiot_live *head = live_map_first();
	if (!head)
		return -ENOSPC;
	*head = (struct aiot_live){.magic = AIOT_LIVE_MAGIC,
	                           .byte_order = AIOT_BYTE_ORDER,
	                           .version = AIOT_VERSION,
	                           .min_reader = AIOT_MIN_READER,
	                           .pid = pid,
	                           .image = image,
	                           .region_bytes = AIOT_LIVE_REGION_BYTES,
	                           .events = AIOT_LIVE_EVENTS};
	head->checksum = XXH64(head, offsetof(struct aiot_live, checksum), 0);
	loss_move(head->loss);
	return 0;
}

/* Where a page that is touched for the first time costs microseconds, for its block is
 * looked up then, and a written one next to nothing; memory has no such blocks, and
 * elsewhere writing may mean sending. */
static bool live_is_slow(int fd)
{
	struct statfs system;
	struct stat about;
	if (SYS2(fstat, fd, &about) < 0 || about.st_dev != live_device ||
	    about.st_ino != live_inode || SYS2(fstatfs, fd, &system) < 0)
		return false;
	return system.f_type == EXT4_SUPER_MAGIC || system.f_type == XFS_SUPER_MAGIC ||
	       system.f_type == OVERLAYFS_SUPER_MAGIC;
}

/* Zeroes in large pieces, which the page cache keeps as such and maps at once. */
static void live_write_zeroes(int fd, uint64_t from, uint64_t to)
{
	struct iovec pages[LIVE_PIECE];
	for (uint32_t i = 0; i < LIVE_PIECE; i++)
		pages[i] = (struct iovec){(void *)live_zeroes, sizeof live_zeroes};
	while (from < to) {
		uint64_t rest = (to - from) / sizeof live_zeroes;
		uint64_t count = LIVE_PIECE - from / sizeof live_zeroes % LIVE_PIECE;
		long n = SYS4(pwritev, fd, pages, count < rest ? count : rest, from);
		if (n <= 0)
			return;
		live_count_written((uint64_t)n);
		from += (uint64_t)n;
	}
}

static uint32_t live_known(void)
{
	uint32_t count = __atomic_load_n(&live_count, __ATOMIC_RELAXED);
	return count < LIVE_REGIONS ? count : LIVE_REGIONS;
}

static uint32_t live_index(const struct aiot_region *region)
{
	for (uint32_t i = 0; i < live_known(); i++)
		if (__atomic_load_n(&live_regions[i], __ATOMIC_RELAXED) == region)
			return i;
	return LIVE_REGIONS;
}

static uint64_t live_page_above(uint64_t bytes)
{
	return (bytes + AIOT_LIVE_PAGE - 1) / AIOT_LIVE_PAGE * AIOT_LIVE_PAGE;
}

bool live_is_warm(const struct aiot_region *region)
{
	uint32_t i = live_index(region);
	return i < LIVE_REGIONS && live_warmed[i];
}

void live_warm(const struct aiot_region *region, uint32_t slot)
{
	uint32_t i = live_index(region);
	uint64_t begin = AIOT_LIVE_PAGE + (uint64_t)i * AIOT_LIVE_REGION_BYTES;
	uint64_t events = begin + AIOT_LIVE_PAGE, records = events + AIOT_LIVE_EVENTS * 64u;
	uint64_t end = begin + AIOT_LIVE_REGION_BYTES;
	if (i == LIVE_REGIONS || !sandbox_allows_young() || !live_fits(end))
		return;
	int fd = sys_open(live_path, O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0);
	if (fd < 0)
		return;
	live_warmed[i] = true;
	if (live_is_slow(fd)) {
		live_write_zeroes(fd, live_page_above(events + slot * 64u), records);
		live_write_zeroes(fd, live_page_above(records + region->define_bytes), end);
	}
	sys_close(fd);
}

static bool live_claim(struct aiot_region *region)
{
	uint32_t unowned = AIOT_REGION_FREE;
	if (region && !region->magic)
		region->magic = AIOT_REGION_MAGIC;
	return region && __atomic_compare_exchange_n(&region->state, &unowned, AIOT_REGION_OWNED, 0,
	                                             __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static struct aiot_region *live_reserve(void)
{
	uint32_t i = __atomic_fetch_add(&live_count, 1, __ATOMIC_RELAXED);
	if (i >= LIVE_REGIONS)
		return NULL;
	uint64_t from = AIOT_LIVE_PAGE + (uint64_t)i * AIOT_LIVE_REGION_BYTES;
	struct aiot_region *region = live_map(from, AIOT_LIVE_REGION_BYTES, 0);
	if (!region)
		return NULL;
	region->magic = AIOT_REGION_MAGIC;
	region->state = AIOT_REGION_OWNED;
	__atomic_store_n(&live_regions[i], region, __ATOMIC_RELEASE);
	return region;
}

struct aiot_region *live_take(void)
{
	for (uint32_t i = 0; i < live_known(); i++) {
		struct aiot_region *region = __atomic_load_n(&live_regions[i], __ATOMIC_ACQUIRE);
		if (live_claim(region))
			return region;
	}
	return live_reserve();
}

void live_give(struct aiot_region *region, uint32_t used)
{
	struct aiot_event *events = (struct aiot_event *)((char *)region + AIOT_LIVE_PAGE);
	for (uint32_t i = 0; i < used && i < AIOT_LIVE_EVENTS; i++)
		events[i].commit = 0;
	region->define_bytes = 0;
	__atomic_store_n(&region->state, AIOT_REGION_FREE, __ATOMIC_RELEASE);
}

bool live_drain(bool (*drain)(struct aiot_region *region))
{
	bool all = true;
	for (uint32_t i = 0; i < live_known(); i++) {
		struct aiot_region *region = __atomic_load_n(&live_regions[i], __ATOMIC_ACQUIRE);
		if (region &&
		    __atomic_load_n(&region->state, __ATOMIC_ACQUIRE) == AIOT_REGION_OWNED)
			all = drain(region) && all;
	}
	return all;
}

bool live_is(const char *path, size_t bytes)
{
	const char *slash = live_path ? strrchr(live_path, '/') : NULL;
	size_t length = slash ? strlen(slash) : 0;
	return length && bytes > length && !memcmp(path + bytes - length, slash, length);
}

void live_remove(void)
{
	SYS3(unlinkat, AT_FDCWD, live_path, 0);
}

void live_forget(void)
{
	for (uint32_t i = 0; i < live_known(); i++)
		live_regions[i] = NULL, live_warmed[i] = false;
	live_count = 0;
}
