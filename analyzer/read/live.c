/* SPDX-License-Identifier: Apache-2.0
 *
 * The live file's reader. Copies the committed events of each thread's region,
 * so that a process that still runs may reuse the region under us: a copy
 * during which the region's sequence number changed is taken again.
 */
#include "read/live.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/memory.h"
#include "read/define.h"

#define LIVE_RETRIES 5

struct live {
	const char *path;
	int fd;
	struct problems *found;
};

/* Reads up to size bytes; the file may end in a region that was never used. */
static size_t live_bytes(const struct live *live, uint64_t at, void *to, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = pread(live->fd, (char *)to + done, size - done, (off_t)(at + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done;
}

static int live_header(const struct live *live, struct aiot_live *h)
{
	size_t n = live_bytes(live, 0, h, sizeof *h);

	if (n < sizeof *h)
		problems_add(live->found,
		             "%s: offset %zu: the live file is cut; what its process had not yet "
		             "encoded is lost",
		             live->path, n);
	else if (memcmp(h->magic, AIOT_LIVE_MAGIC, sizeof h->magic))
		problems_add(live->found,
		             "%s: offset 0: not a live file; its events are lost, remove it",
		             live->path);
	else if (h->checksum != XXH64(h, offsetof(struct aiot_live, checksum), 0))
		problems_add(live->found,
		             "%s: offset 0: the header does not match its checksum; what its "
		             "process had not yet encoded is lost",
		             live->path);
	else if (h->min_reader > AIOT_VERSION)
		problems_add(live->found,
		             "%s: offset 12: needs a reader of version %u, this aiotrace reads "
		             "version %u; use a newer aiotrace",
		             live->path, h->min_reader, AIOT_VERSION);
	else if (h->region_bytes != AIOT_LIVE_REGION_BYTES || h->events != AIOT_LIVE_EVENTS)
		problems_add(live->found,
		             "%s: offset 24: regions of %" PRIu32 " bytes and %" PRIu32
		             " events; use the aiotrace of the same version as the library",
		             live->path, h->region_bytes, h->events);
	else
		return 0;
	return -1;
}

static bool live_same(const struct live *live, uint64_t at, const struct aiot_region *r)
{
	struct aiot_region now;

	return live_bytes(live, at, &now, sizeof now) == sizeof now &&
	       now.sequence == r->sequence && now.stream == r->stream;
}

static void live_definitions(struct process *process, const struct live *live, uint64_t at,
                             const struct aiot_region *r, const uint8_t *bytes, size_t size)
{
	bool bad = r->define_bytes > size;

	if (!bad)
		define_records(process, bytes, r->define_bytes, &bad);
	if (bad)
		problems_add(live->found,
		             "%s: offset %" PRIu64 ": definitions of thread %" PRIu32
		             " are damaged; some names may be missing",
		             live->path, at, r->tid);
}

static uint32_t live_committed(const struct aiot_region *r, const uint8_t *events, size_t size)
{
	uint32_t n = 0;

	while (n < AIOT_LIVE_EVENTS && (n + 1) * sizeof(struct aiot_event) <= size) {
		struct aiot_event e;
		memcpy(&e, events + n * sizeof e, sizeof e);
		if (e.commit != AIOT_COMMIT(r->sequence + n))
			break;
		n++;
	}
	return n;
}

static void live_events(struct process *process, const struct aiot_region *r, const uint8_t *events,
                        uint32_t n)
{
	struct stream *stream = process_stream(process, r->stream, r->tid);
	struct piece *piece;

	stream->pieces =
	        memory_grow(stream->pieces, stream->count, &stream->room, sizeof *stream->pieces);
	piece = &stream->pieces[stream->count++];
	*piece = (struct piece){.sequence = r->sequence, .count = n, .first_ns = UINT64_MAX};
	piece->events = memory_get(n, sizeof *piece->events);
	memcpy(piece->events, events, n * sizeof *piece->events);
	for (uint32_t i = 0; i < n; i++) {
		const struct aiot_event *e = &piece->events[i];
		if (e->start_ns < piece->first_ns)
			piece->first_ns = e->start_ns;
		if (e->start_ns + e->duration_ns > piece->last_ns)
			piece->last_ns = e->start_ns + e->duration_ns;
	}
}

/* Returns 0 where the file ends. */
static int live_region(struct process *process, const struct live *live, uint64_t at,
                       uint8_t *region)
{
	const size_t define_at = AIOT_LIVE_PAGE + AIOT_LIVE_EVENTS * sizeof(struct aiot_event);
	struct aiot_region r;
	size_t size, events;
	uint32_t n;

	for (int retry = 0; retry < LIVE_RETRIES; retry++) {
		size = live_bytes(live, at, region, AIOT_LIVE_REGION_BYTES);
		if (size < sizeof r)
			return 0;
		memcpy(&r, region, sizeof r);
		if (live_same(live, at, &r))
			break;
	}
	if (!r.magic)
		return 1;
	if (r.magic != AIOT_REGION_MAGIC || r.sequence >> 62) {
		problems_add(live->found,
		             "%s: offset %" PRIu64
		             ": a thread's region is damaged; its last events are lost",
		             live->path, at);
		return 1;
	}
	live_definitions(process, live, at, &r, region + define_at,
	                 size > define_at ? size - define_at : 0);
	events = size > AIOT_LIVE_PAGE ? size - AIOT_LIVE_PAGE : 0;
	n = live_committed(&r, region + AIOT_LIVE_PAGE, events);
	if (n)
		live_events(process, &r, region + AIOT_LIVE_PAGE, n);
	return 1;
}

void live_read(struct process *process, const char *path, struct problems *found)
{
	struct live live = {path, open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), found};
	struct aiot_live head;
	uint8_t *region;

	if (live.fd < 0) {
		if (errno != ENOENT)
			problems_add(found, "%s: %s; check its permissions", path, strerror(errno));
		return;
	}
	process->live = true;
	if (!live_header(&live, &head)) {
		region = memory_get(AIOT_LIVE_REGION_BYTES, 1);
		for (uint64_t at = AIOT_LIVE_PAGE; live_region(process, &live, at, region);)
			at += AIOT_LIVE_REGION_BYTES;
		free(region);
		for (int i = 0; i < AIOT_LOSSES; i++)
			if (head.loss[i] > process->loss[i])
				process->loss[i] = head.loss[i];
	}
	close(live.fd);
}
