/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns are written by the two plainest transforms: times as differences, all
 * else as it is. zstd finds the rest.
 */
#include "replay/block_out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zstd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/id_table.h"
#include "base/memory.h"
#include "base/output.h"

#define BLOCK_DEFINITIONS ((size_t)1 << 20) /* bytes that make a block */
#define BLOCK_LEVEL       1

struct block_out {
	char *path;
	int fd;
	struct output output;
	uint8_t *definitions;
	size_t define_used, define_room;
	uint32_t define_count;
	uint64_t sequence; /* of the stream that was last */
	uint32_t stream;
	uint64_t *values; /* a column */
	uint8_t *plane, *packed, *payload;
	size_t payload_used, payload_room;
	ZSTD_CCtx *zstd;
};

struct block_out *block_out_new(const char *path, struct aiot_header *header, struct problem *why)
{
	struct block_out *o;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	if (fd < 0) {
		problem_set(why, "%s: %s", path, strerror(errno));
		return NULL;
	}
	o = memory_get(1, sizeof *o);
	o->fd = fd;
	o->path = memory_text(path, strlen(path));
	o->zstd = ZSTD_createCCtx();
	output_open(&o->output, fd);
	header->checksum = XXH64(header, offsetof(struct aiot_header, checksum), 0);
	output_write(&o->output, (const char *)header, sizeof *header);
	return o;
}

__attribute__((nonnull)) static void block_out_write(struct block_out *o, struct aiot_block *head,
                                                     const void *payload, size_t size)
{
	head->magic = AIOT_BLOCK_MAGIC;
	head->payload_bytes = (uint32_t)size;
	head->payload_checksum = XXH64(payload, size, 0);
	head->header_checksum = XXH64(head, offsetof(struct aiot_block, header_checksum), 0);
	output_write(&o->output, (const char *)head, sizeof *head);
	output_write(&o->output, payload, size);
}

static void block_out_definitions(struct block_out *o)
{
	struct aiot_block head = {.type = AIOT_BLOCK_DEFINITIONS, .count = o->define_count};
	size_t most = ZSTD_compressBound(o->define_used), size;
	void *packed;

	if (!o->define_count)
		return;
	packed = memory_get(most, 1);
	size = ZSTD_compressCCtx(o->zstd, packed, most, o->definitions, o->define_used,
	                         BLOCK_LEVEL);
	block_out_write(o, &head, packed, size);
	free(packed);
	o->define_used = 0;
	o->define_count = 0;
}

static void *block_out_room(uint8_t **bytes, size_t used, size_t more, size_t *room)
{
	if (used + more > *room) {
		*room = (used + more) * 2;
		*bytes = realloc(*bytes, *room);
		if (!*bytes)
			abort();
	}
	return *bytes + used;
}

void block_out_define(struct block_out *o, uint16_t kind, const void *body, size_t size,
                      const void *more, size_t more_size)
{
	struct aiot_definition head = {.kind = kind, .bytes = (uint32_t)(size + more_size)};
	uint8_t *at = block_out_room(&o->definitions, o->define_used,
	                             sizeof head + size + more_size, &o->define_room);

	memcpy(at, &head, sizeof head);
	memcpy(at + sizeof head, body, size);
	if (more_size)
		memcpy(at + sizeof head + size, more, more_size);
	o->define_used += sizeof head + size + more_size;
	o->define_count++;
	if (o->define_used > BLOCK_DEFINITIONS)
		block_out_definitions(o);
}

static uint64_t block_out_value(const struct aiot_event *e, int column)
{
	switch (column) {
	case AIOT_COLUMN_CALL: return e->call;
	case AIOT_COLUMN_STAGE: return e->stage;
	case AIOT_COLUMN_FLAGS:
		return e->flags | (e->offset < 0 ? (unsigned)AIOT_EVENT_NO_OFFSET : 0);
	case AIOT_COLUMN_FILE: return e->file;
	case AIOT_COLUMN_HANDLE: return e->handle;
	case AIOT_COLUMN_STACK: return e->stack;
	case AIOT_COLUMN_AUX: return e->aux;
	case AIOT_COLUMN_START: return e->start_ns;
	case AIOT_COLUMN_DURATION: return e->duration_ns;
	case AIOT_COLUMN_SIZE: return e->size;
	case AIOT_COLUMN_RESULT: return (uint64_t)e->result;
	default: return e->offset < 0 ? 0 : (uint64_t)e->offset;
	}
}

static uint64_t block_out_zigzag(uint64_t difference)
{
	return difference << 1 ^ (uint64_t)((int64_t)difference >> 63);
}

static void block_out_plane(struct block_out *o, int byte, uint32_t count)
{
	bool same = true;
	uint8_t mode = AIOT_PLANE_ZSTD, *at;
	uint32_t bytes = 1;
	const void *data = o->plane;

	for (uint32_t i = 0; i < count; i++) {
		o->plane[i] = (uint8_t)(o->values[i] >> 8 * byte);
		same &= o->plane[i] == o->plane[0];
	}
	if (same) {
		mode = AIOT_PLANE_CONSTANT;
	} else {
		size_t size = ZSTD_compressCCtx(o->zstd, o->packed, ZSTD_compressBound(count),
		                                o->plane, count, BLOCK_LEVEL);
		bytes = size < count ? (uint32_t)size : count;
		mode = size < count ? AIOT_PLANE_ZSTD : AIOT_PLANE_RAW;
		data = size < count ? o->packed : o->plane;
	}
	at = block_out_room(&o->payload, o->payload_used, 5 + (size_t)bytes, &o->payload_room);
	at[0] = mode;
	memcpy(at + 1, &bytes, 4);
	memcpy(at + 5, data, bytes);
	o->payload_used += 5 + (size_t)bytes;
}

static void block_out_column(struct block_out *o, int column, const struct aiot_event *events,
                             uint32_t count)
{
	struct aiot_column_head head = {.column = (uint8_t)column};
	bool delta = column == AIOT_COLUMN_START;
	uint64_t before = events[0].start_ns, all = 0;
	size_t at = o->payload_used;

	if (delta) {
		head.transform = AIOT_TRANSFORM_DELTA;
		head.base = before;
	}
	for (uint32_t i = 0; i < count; i++) {
		uint64_t value = block_out_value(&events[i], column);
		o->values[i] = delta ? block_out_zigzag(value - before) : value;
		before = value;
		all |= o->values[i];
	}
	if (!all && !delta)
		return;
	head.planes = (uint8_t)(all ? (71 - __builtin_clzll(all)) / 8 : 0);
	block_out_room(&o->payload, at, sizeof head, &o->payload_room);
	o->payload_used += sizeof head;
	for (int i = 0; i < head.planes; i++)
		block_out_plane(o, i, count);
	head.bytes = (uint32_t)(o->payload_used - at - sizeof head);
	memcpy(o->payload + at, &head, sizeof head);
}

void block_out_events(struct block_out *o, uint32_t tid, uint32_t stream,
                      const struct aiot_event *events, uint32_t count)
{
	struct aiot_block head = {.type = AIOT_BLOCK_EVENTS, .count = count, .tid = tid};

	if (stream != o->stream)
		o->sequence = 0;
	o->stream = head.stream = stream;
	head.sequence = o->sequence;
	o->sequence += count;
	head.first_ns = events[0].start_ns;
	for (uint32_t i = 0; i < count; i++)
		if (events[i].start_ns + events[i].duration_ns > head.last_ns)
			head.last_ns = events[i].start_ns + events[i].duration_ns;
	o->values = memory_get(count, sizeof *o->values);
	o->plane = memory_get(count, 1);
	o->packed = memory_get(ZSTD_compressBound(count), 1);
	o->payload_used = 0;
	for (int column = AIOT_COLUMN_CALL; column <= AIOT_COLUMN_OFFSET; column++)
		block_out_column(o, column, events, count);
	block_out_write(o, &head, o->payload, o->payload_used);
	free(o->values);
	free(o->plane);
	free(o->packed);
}

int block_out_close(struct block_out *o, struct problem *why)
{
	int status;

	block_out_definitions(o);
	status = output_close(&o->output);
	if (close(o->fd))
		status = -1;
	if (status)
		problem_set(why, "%s: %s; the recording of the replay is not complete", o->path,
		            strerror(errno));
	free(o->path);
	free(o->definitions);
	free(o->payload);
	ZSTD_freeCCtx(o->zstd);
	free(o);
	return status;
}
