/* SPDX-License-Identifier: Apache-2.0 */
#include "read/frames.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>
#include <zstd.h>

#include "base/memory.h"

void frames_init(struct frames *f)
{
	f->zstd = ZSTD_createDCtx();
	if (!f->zstd)
		abort();
}

void frames_free(struct frames *f)
{
	ZSTD_freeDCtx(f->zstd);
	free(f->bytes);
	for (unsigned i = 0; i < FRAMES_KEPT; i++)
		free(f->kept[i].plane);
}

static void frames_room(struct frames *f, size_t size)
{
	if (f->room >= size)
		return;
	free(f->bytes);
	f->bytes = memory_get(size, 1);
	f->room = size;
}

static int frames_zstd(struct frames *f, uint8_t *to, const uint8_t *from, size_t bytes,
                       size_t expect, struct problem *why)
{
	size_t n;

	if (ZSTD_getFrameContentSize(from, bytes) != expect)
		return problem_set(why, "a zstd frame of another size than it should be");
	n = ZSTD_decompressDCtx(f->zstd, to, expect, from, bytes);
	if (ZSTD_isError(n))
		return problem_set(why, "zstd: %s", ZSTD_getErrorName(n));
	if (n != expect)
		return problem_set(why, "zstd gave %zu bytes instead of %zu", n, expect);
	return 0;
}

const uint8_t *frames_whole(struct frames *f, const uint8_t *from, size_t bytes, size_t expect,
                            struct problem *why)
{
	frames_room(f, expect);
	return frames_zstd(f, f->bytes, from, bytes, expect, why) ? NULL : f->bytes;
}

/* The frame where it is kept; else the one of its set that was used longest ago. */
static struct frame_kept *frames_find(struct frames *f, const uint8_t *from, uint32_t bytes,
                                      uint32_t count, bool *found)
{
	uint64_t sets = FRAMES_KEPT / FRAMES_SET, hash = XXH3_64bits(from, bytes);
	struct frame_kept *set = &f->kept[hash % sets * FRAMES_SET], *oldest = set;

	for (unsigned i = 0; i < FRAMES_SET; i++) {
		struct frame_kept *k = &set[i];
		*found = k->count == count && k->bytes == bytes && !memcmp(k->frame, from, bytes);
		if (*found)
			return k;
		oldest = k->used < oldest->used ? k : oldest;
	}
	return oldest;
}

/* What one of this column's other planes is from stays as it is. */
static void frames_keep(const struct frames *f, struct frame_kept *k, const uint8_t *from,
                        uint32_t bytes, uint32_t count, const uint8_t *plane)
{
	if (k->used == f->now)
		return;
	if (!k->plane)
		k->plane = memory_get(FRAMES_ROWS, 1);
	memcpy(k->frame, from, bytes);
	memcpy(k->plane, plane, count);
	k->bytes = bytes;
	k->count = count;
	k->used = f->now;
}

static const uint8_t *frames_plane(struct frames *f, const uint8_t *from, uint32_t bytes,
                                   uint32_t count, uint8_t *room, struct problem *why)
{
	bool keeps = bytes <= FRAMES_SHORT && count <= FRAMES_ROWS && count, found = false;
	struct frame_kept *k = keeps ? frames_find(f, from, bytes, count, &found) : NULL;

	if (found) {
		k->used = f->now;
		return k->plane;
	}
	if (frames_zstd(f, room, from, bytes, count, why))
		return NULL;
	if (keeps)
		frames_keep(f, k, from, bytes, count, room);
	return room;
}

/* Finds the bytes of a plane: NULL where all rows share one. */
static int frames_bytes(struct frames *f, const uint8_t *data, uint32_t bytes, uint32_t count,
                        unsigned mode, const uint8_t **plane, uint8_t *room, struct problem *why)
{
	*plane = data;
	if (mode == AIOT_PLANE_CONSTANT && bytes == 1)
		*plane = NULL;
	else if (mode == AIOT_PLANE_ZSTD)
		return (*plane = frames_plane(f, data, bytes, count, room, why)) ? 0 : -1;
	else if (mode != AIOT_PLANE_RAW || bytes != count)
		return problem_set(why, "a plane of mode %u has %" PRIu32 " bytes", mode, bytes);
	return 0;
}

int frames_planes(struct frames *f, const struct aiot_column_head *head, const uint8_t **from,
                  const uint8_t *end, uint32_t count, struct planes *planes, struct problem *why)
{
	const uint8_t *at = *from;
	bool plain = head->transform == AIOT_TRANSFORM_PLAIN;
	unsigned shift = plain ? head->shift : 0;

	*planes = (struct planes){.shared = plain ? head->base : 0};
	frames_room(f, (size_t)PLANES_MOST * count);
	f->now++;
	for (unsigned k = 0; k < head->planes; k++) {
		const uint8_t *plane;
		uint32_t bytes;
		if (end - at < 5)
			return problem_set(why, "a plane's head is cut");
		memcpy(&bytes, at + 1, sizeof bytes);
		if (bytes > (size_t)(end - at - 5))
			return problem_set(why, "a plane is longer than its column");
		if (frames_bytes(f, at + 5, bytes, count, at[0], &plane,
		                 f->bytes + (size_t)k * count, why))
			return -1;
		/* What is shifted out of 64 bits counts for nothing. */
		if (!plane && 8 * k + shift < 64) {
			planes->shared += (uint64_t)at[5] << (8 * k + shift);
		} else if (plane && 8 * k + shift < 64) {
			planes->bit[planes->count] = 8 * k + shift;
			planes->bytes[planes->count++] = plane;
		}
		at += 5 + bytes;
	}
	*from = at;
	return 0;
}
