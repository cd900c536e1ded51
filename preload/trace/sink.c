/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/uio.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/aside.h"
#include "base/sys.h"
#include "config.h"

static const char *sink_path;
static uint64_t sink_bytes; /* written so far */

/* Whether `bytes` more stay below AIOTRACE_MAX_MB and RLIMIT_FSIZE, past which
 * a write would be a SIGXFSZ in the program. */
static int sink_reserve(size_t bytes)
{
	struct rlimit limit;
	uint64_t end = __atomic_add_fetch(&sink_bytes, bytes, __ATOMIC_RELAXED);
	if (end > config.limit_bytes)
		return -SINK_LIMIT;
	if (SYS4(prlimit64, 0, RLIMIT_FSIZE, NULL, &limit) == 0 && end > limit.rlim_cur)
		return -EFBIG;
	return 0;
}

struct sink_request {
	int flags;
	const struct iovec *parts;
	int count;
};

/* Returns the bytes written, or -errno. */
static long sink_write_once(void *argument)
{
	const struct sink_request *request = argument;
	int flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | request->flags;
	int fd = sys_open(sink_path, flags, 0644);
	if (fd < 0)
		return fd;
	long n = SYS3(writev, fd, request->parts, request->count);
	sys_close(fd);
	return n;
}

static int sink_write(int flags, const struct iovec *parts, int count)
{
	struct sink_request request = {flags, parts, count};
	size_t bytes = 0;
	for (int i = 0; i < count; i++)
		bytes += parts[i].iov_len;
	int error = sink_reserve(bytes);
	if (error)
		return error;
	long n = aside_run(sink_write_once, &request);
	if (n < 0)
		return (int)n;
	__atomic_fetch_add(&sys_own.writes, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&sys_own.written_bytes, (uint64_t)n, __ATOMIC_RELAXED);
	return (size_t)n == bytes ? 0 : -ENOSPC;
}

/* Puts a completed block and its payload into `parts`. */
static void sink_complete(struct iovec parts[2], struct aiot_block *block, const void *payload)
{
	block->magic = AIOT_BLOCK_MAGIC;
	block->payload_checksum = XXH64(payload, block->payload_bytes, 0);
	block->header_checksum = XXH64(block, offsetof(struct aiot_block, header_checksum), 0);
	parts[0] = (struct iovec){block, sizeof *block};
	parts[1] = (struct iovec){(void *)payload, block->payload_bytes};
}

int sink_create(const char *path, const struct aiot_header *header, const struct sink_part *first,
                int count)
{
	struct iovec parts[1 + 2 * SINK_FIRST] = {{(void *)header, sizeof *header}};
	for (int i = 0; i < count; i++)
		sink_complete(&parts[1 + 2 * i], first[i].block, first[i].payload);
	sink_path = path;
	sink_bytes = 0;
	return sink_write(O_CREAT | O_EXCL, parts, 1 + 2 * count);
}

int sink_append(struct aiot_block *block, const void *payload)
{
	struct iovec parts[2];
	sink_complete(parts, block, payload);
	return sink_write(0, parts, 2);
}
