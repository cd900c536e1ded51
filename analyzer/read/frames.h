/* SPDX-License-Identifier: Apache-2.0
 *
 * A column's planes from its bytes (FORMAT.md, "Planes"): zstd frames
 * decompressed into memory that is kept. Where calls follow each other in a
 * circle, the same short frames come in block after block, and zstd copies what
 * they hold eight bytes at a time, each waiting for the ones before: what short
 * frames hold is kept.
 */
#ifndef FRAMES_H
#define FRAMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/problem.h"
#include "read/planes.h"

#define FRAMES_SHORT 64u    /* bytes at most of a frame that is kept; a hash's fast ones */
#define FRAMES_ROWS  16384u /* and what it holds */
#define FRAMES_KEPT  64u    /* so many, by hash in sets of */
#define FRAMES_SET   4u

struct frame_kept {
	uint32_t bytes, count; /* of the frame, and what it holds; 0 = free */
	uint64_t used;         /* when last */
	uint8_t frame[FRAMES_SHORT];
	uint8_t *plane; /* FRAMES_ROWS; NULL until used */
};

/* One a thread. */
struct frames {
	struct ZSTD_DCtx_s *zstd;
	uint8_t *bytes; /* what was decompressed last */
	size_t room;
	uint64_t now; /* columns so far */
	struct frame_kept kept[FRAMES_KEPT];
};

void frames_init(struct frames *frames);
void frames_free(struct frames *frames);

/* Decompresses a frame, which must hold so many bytes and say so, before any is
 * decompressed. The bytes stay until the next call. NULL and why on failure. */
const uint8_t *frames_whole(struct frames *frames, const uint8_t *from, size_t bytes, size_t expect,
                            struct problem *why);

/* The planes of a column or list of count rows, whose head was checked; they
 * stay until the next call. `from` moves on to what follows them. */
int frames_planes(struct frames *frames, const struct aiot_column_head *head, const uint8_t **from,
                  const uint8_t *end, uint32_t count, struct planes *planes, struct problem *why);

#endif
