/* SPDX-License-Identifier: Apache-2.0
 *
 * An encoder of the trace format for tests, written from FORMAT.md and not
 * from the library's own, so that the two check each other. Builds a file in
 * memory: header, definitions, blocks with any transform, damage on purpose.
 */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zstd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "aiotrace/format.h"

struct sample {
	uint8_t *bytes;
	size_t size;
};

static inline void sample_put(struct sample *s, const void *bytes, size_t size)
{
	s->bytes = realloc(s->bytes, s->size + size + 1);
	memcpy(s->bytes + s->size, bytes, size);
	s->size += size;
}

static inline void sample_free(struct sample *s)
{
	free(s->bytes);
	*s = (struct sample){0};
}

static inline void sample_write(const struct sample *s, const char *path)
{
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(s->bytes, 1, s->size, f) != s->size || fclose(f))
		abort();
}

/* ---- header and blocks ---- */

static inline void sample_header(struct sample *s, uint32_t pid, uint64_t start)
{
	struct aiot_header h = {
	        .byte_order = AIOT_BYTE_ORDER,
	        .version = AIOT_VERSION,
	        .min_reader = AIOT_MIN_READER,
	        .header_bytes = sizeof h,
	        .pid = pid,
	        .ppid = 1,
	        .start_mono_ns = start,
	        .start_real_ns = start + 1000000000000000000u,
	        .boot_id = {1, 2, 3},
	};

	memcpy(h.magic, AIOT_MAGIC, sizeof h.magic);
	h.checksum = XXH64(&h, offsetof(struct aiot_header, checksum), 0);
	sample_put(s, &h, sizeof h);
}

static inline void sample_block(struct sample *s, struct aiot_block b, const struct sample *payload)
{
	b.magic = AIOT_BLOCK_MAGIC;
	b.payload_bytes = (uint32_t)payload->size;
	b.payload_checksum = XXH64(payload->bytes, payload->size, 0);
	b.header_checksum = XXH64(&b, offsetof(struct aiot_block, header_checksum), 0);
	sample_put(s, &b, sizeof b);
	sample_put(s, payload->bytes, payload->size);
}

/* ---- definitions ---- */

static inline void sample_record(struct sample *s, uint16_t kind, const void *head,
                                 size_t head_size, const void *tail, size_t tail_size)
{
	struct aiot_definition d = {.kind = kind, .bytes = (uint32_t)(head_size + tail_size)};

	sample_put(s, &d, sizeof d);
	sample_put(s, head, head_size);
	sample_put(s, tail, tail_size);
}

static inline void sample_file(struct sample *s, uint32_t id, uint8_t kind, int64_t size,
                               const char *path)
{
	struct aiot_define_file f = {.id = id, .kind = kind, .size = size};

	sample_record(s, AIOT_DEFINE_FILE, &f, sizeof f, path, strlen(path));
}

static inline void sample_attribute(struct sample *s, const char *key, const char *value)
{
	sample_record(s, AIOT_DEFINE_ATTRIBUTE, key, strlen(key) + 1, value, strlen(value));
}

static inline void sample_definitions(struct sample *s, const struct sample *records,
                                      uint32_t count)
{
	struct sample payload = {0};
	size_t room = ZSTD_compressBound(records->size);

	payload.bytes = malloc(room);
	payload.size = ZSTD_compress(payload.bytes, room, records->bytes, records->size, 1);
	sample_block(s, (struct aiot_block){.type = AIOT_BLOCK_DEFINITIONS, .count = count},
	             &payload);
	sample_free(&payload);
}

/* ---- columns ---- */

static inline uint64_t sample_zigzag(uint64_t v)
{
	return v << 1 ^ -(v >> 63);
}

static inline void sample_plane(struct sample *s, const uint64_t *u, uint32_t n, unsigned k)
{
	size_t room = ZSTD_compressBound(n), size;
	uint8_t *plain = malloc(n + 1), *packed = malloc(room), mode;
	bool constant = true;
	uint32_t bytes;

	for (uint32_t i = 0; i < n; i++) {
		plain[i] = (uint8_t)(u[i] >> (8 * k));
		constant &= plain[i] == plain[0];
	}
	size = ZSTD_compress(packed, room, plain, n, 1);
	mode = constant ? AIOT_PLANE_CONSTANT : size < n ? AIOT_PLANE_ZSTD : AIOT_PLANE_RAW;
	bytes = constant ? 1 : size < n ? (uint32_t)size : n;
	sample_put(s, &mode, 1);
	sample_put(s, &bytes, 4);
	sample_put(s, mode == AIOT_PLANE_ZSTD ? packed : plain, bytes);
	free(plain);
	free(packed);
}

static inline void sample_column(struct sample *s, struct aiot_column_head head, const uint64_t *u,
                                 uint32_t n)
{
	struct sample planes = {0};
	uint64_t any = 0;

	for (uint32_t i = 0; i < n; i++)
		any |= u[i];
	for (; any; any >>= 8)
		sample_plane(&planes, u, n, head.planes++);
	head.bytes = (uint32_t)planes.size;
	sample_put(s, &head, sizeof head);
	if (planes.size)
		sample_put(s, planes.bytes, planes.size);
	sample_free(&planes);
}

static inline uint64_t sample_value(const struct aiot_event *e, int column)
{
	const uint64_t v[] = {0,
	                      e->call,
	                      e->stage,
	                      e->flags,
	                      e->file,
	                      e->handle,
	                      e->stack,
	                      e->aux,
	                      e->start_ns,
	                      e->duration_ns,
	                      e->size,
	                      (uint64_t)e->result,
	                      (uint64_t)e->offset};

	return v[column];
}

/* u of every row for a transform; the inverse of FORMAT.md's table. */
static inline void sample_forward(const struct aiot_event *e, uint32_t n,
                                  const struct aiot_column_head *h, uint64_t *u)
{
	uint64_t next[AIOT_NEXT_SLOTS] = {0}, last = h->base;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t v = sample_value(&e[i], h->column);
		uint64_t *slot = &next[e[i].handle % AIOT_NEXT_SLOTS];
		if (h->column == AIOT_COLUMN_FLAGS && e[i].offset == -1)
			v |= AIOT_EVENT_NO_OFFSET;
		u[i] = 0;
		if (h->column == AIOT_COLUMN_OFFSET && e[i].offset == -1)
			continue;
		int64_t distance = (int64_t)(v - *slot);
		switch (h->transform) {
		case AIOT_TRANSFORM_PLAIN: u[i] = (v - h->base) >> h->shift; break;
		case AIOT_TRANSFORM_DELTA:
			u[i] = sample_zigzag(v - last);
			last = v;
			break;
		case AIOT_TRANSFORM_GAP:
			u[i] = sample_zigzag(v - last);
			last = v + e[i].duration_ns;
			break;
		case AIOT_TRANSFORM_SHORT: u[i] = sample_zigzag(e[i].size - v); break;
		default: u[i] = sample_zigzag((uint64_t)(distance >> h->shift)); break;
		}
		if (h->column != AIOT_COLUMN_OFFSET)
			continue;
		if (e[i].size == 0)
			*slot = (uint64_t)(e[i].result > 0 ? e[i].result : 0);
		else if (e[i].result >= 0 && (uint64_t)e[i].result <= e[i].size)
			*slot = v + (uint64_t)e[i].result;
	}
}

/* What is remembered of handles: "Slots". Returns where the row's value stands. */
struct sample_slots {
	uint32_t handle[AIOT_SLOTS];
	uint64_t value[AIOT_SLOTS];
};

static inline uint64_t *sample_slot(struct sample_slots *s, uint32_t handle)
{
	uint32_t at = handle % AIOT_SLOTS;

	if (s->handle[at] != handle)
		s->value[at] = 0;
	s->handle[at] = handle;
	return &s->value[at];
}

/* A row's code, and in `left` what the list is to hold for it. */
static inline uint64_t sample_code(const struct aiot_event *e, const struct aiot_column_head *h,
                                   uint64_t *slot, uint64_t *left)
{
	uint64_t v = sample_value(e, h->column);

	*left = v;
	switch (h->transform) {
	case AIOT_TRANSFORM_AGAIN: return v == *slot ? AIOT_CODE_USUAL : AIOT_CODE_REST;
	case AIOT_TRANSFORM_SIZED:
		return v == 0 ? AIOT_CODE_USUAL : v == *slot ? AIOT_CODE_OTHER : AIOT_CODE_REST;
	case AIOT_TRANSFORM_WHOLE:
		*left = sample_zigzag(e->size - v);
		if (v == e->size || v == 0)
			return v == e->size ? AIOT_CODE_USUAL : AIOT_CODE_OTHER;
		if (e->size || v != slot[(int64_t)v < 0])
			return AIOT_CODE_REST;
		return (int64_t)v < 0 ? AIOT_CODE_FAILED : AIOT_CODE_GIVEN;
	default:
		*left = sample_zigzag((uint64_t)((int64_t)(v - *slot) >> h->shift));
		return v == *slot ? AIOT_CODE_USUAL : AIOT_CODE_REST;
	}
}

/* What the row leaves in its slot. */
static inline void sample_leave(const struct aiot_event *e, const struct aiot_column_head *h,
                                uint64_t *slot)
{
	uint64_t v = sample_value(e, h->column);

	if (h->transform == AIOT_TRANSFORM_AGAIN || (h->transform == AIOT_TRANSFORM_SIZED && v))
		*slot = v;
	if (h->transform == AIOT_TRANSFORM_WHOLE && !e->size && v)
		slot[(int64_t)v < 0] = v;
	if (h->transform != AIOT_TRANSFORM_FOLLOW)
		return;
	if (e->size == 0)
		*slot = (uint64_t)(e->result > 0 ? e->result : 0);
	else if (e->result >= 0 && (uint64_t)e->result <= e->size)
		*slot = v + (uint64_t)e->result;
}

/* Puts a coded column: codes and list. */
static inline void sample_coded(struct sample *s, const struct aiot_event *e, uint32_t n,
                                struct aiot_column_head head)
{
	struct sample_slots slots = {0};
	struct sample body = {0};
	struct aiot_column_head list = {.column = head.column};
	uint64_t *codes = calloc(n + 1, sizeof *codes), *left = calloc(n + 1, sizeof *left);
	uint64_t last[2] = {head.transform == AIOT_TRANSFORM_AGAIN ? head.base : 0};
	uint32_t rest = 0;

	for (uint32_t i = 0; i < n; i++) {
		bool by_handle = head.transform == AIOT_TRANSFORM_SIZED ||
		                 head.transform == AIOT_TRANSFORM_FOLLOW;
		uint64_t *slot = last;
		if (head.column == AIOT_COLUMN_OFFSET && e[i].offset == -1)
			continue;
		if (by_handle)
			slot = sample_slot(&slots, e[i].handle);
		codes[i] = sample_code(&e[i], &head, slot, &left[rest]);
		rest += codes[i] == AIOT_CODE_REST;
		sample_leave(&e[i], &head, slot);
	}
	head.planes = 1;
	sample_plane(&body, codes, n, 0);
	if (rest)
		sample_column(&body, list, left, rest);
	head.bytes = (uint32_t)body.size;
	sample_put(s, &head, sizeof head);
	sample_put(s, body.bytes, body.size);
	sample_free(&body);
	free(codes);
	free(left);
}

/* Puts a parted column of two pairs, that of the second row and one that no row
 * has: all else is in the last list. */
static inline void sample_parted(struct sample *s, const struct aiot_event *e, uint32_t n,
                                 struct aiot_column_head head)
{
	uint32_t lists = 2, rows = 0;
	struct aiot_pair pairs[2] = {{.call = 60001}, {0}};
	struct aiot_column_head list = {.column = head.column};
	uint64_t *u = calloc(n + 1, sizeof *u), *part = calloc(n + 1, sizeof *part);
	struct sample body = {0};

	if (n > 1)
		pairs[1] = (struct aiot_pair){e[1].call, e[0].call};
	sample_put(&body, &lists, sizeof lists);
	sample_put(&body, pairs, sizeof pairs);
	if (head.transform == AIOT_TRANSFORM_PARTED_GAP) {
		uint64_t last = head.base;
		for (uint32_t i = 0; i < n; last = e[i].start_ns + e[i].duration_ns, i++)
			u[i] = sample_zigzag(
			        (uint64_t)((int64_t)(e[i].start_ns - last) >> head.shift));
	} else {
		for (uint32_t i = 0; i < n; i++)
			u[i] = e[i].duration_ns;
	}
	for (int others = 0; others < 2; others++, rows = 0) {
		for (uint32_t i = 0; i < n; i++) {
			uint16_t before = i ? e[i - 1].call : 0;
			if ((e[i].call != pairs[1].call || before != pairs[1].before) == others)
				part[rows++] = u[i];
		}
		if (rows)
			sample_column(&body, list, part, rows);
	}
	head.bytes = (uint32_t)body.size;
	sample_put(s, &head, sizeof head);
	sample_put(s, body.bytes, body.size);
	sample_free(&body);
	free(u);
	free(part);
}

/* The payload of an EVENTS block: transform[c] and shift[c] for column c. */
static inline struct sample sample_columns(const struct aiot_event *e, uint32_t n,
                                           const uint8_t *transform, const uint8_t *shift)
{
	struct sample s = {0};
	uint64_t *u = malloc((n + 1) * sizeof *u);

	for (uint8_t c = 1; c <= AIOT_COLUMN_OFFSET; c++) {
		struct aiot_column_head h = {
		        .column = c, .transform = transform[c], .shift = shift[c]};
		if (h.transform == AIOT_TRANSFORM_GAP || h.transform == AIOT_TRANSFORM_DELTA ||
		    h.transform == AIOT_TRANSFORM_PARTED_GAP)
			h.base = n ? sample_value(&e[0], c) : 0;
		if (h.transform >= AIOT_TRANSFORM_PARTED) {
			sample_parted(&s, e, n, h);
			continue;
		}
		if (h.transform >= AIOT_TRANSFORM_AGAIN) {
			sample_coded(&s, e, n, h);
			continue;
		}
		sample_forward(e, n, &h, u);
		sample_column(&s, h, u, n);
	}
	free(u);
	return s;
}

static const uint8_t sample_usual[AIOT_COLUMN_OFFSET + 1] = {
        [AIOT_COLUMN_START] = AIOT_TRANSFORM_GAP,
        [AIOT_COLUMN_RESULT] = AIOT_TRANSFORM_SHORT,
        [AIOT_COLUMN_OFFSET] = AIOT_TRANSFORM_NEXT,
};
static const uint8_t sample_codes[AIOT_COLUMN_OFFSET + 1] = {
        [AIOT_COLUMN_CALL] = AIOT_TRANSFORM_AGAIN,   [AIOT_COLUMN_FILE] = AIOT_TRANSFORM_AGAIN,
        [AIOT_COLUMN_AUX] = AIOT_TRANSFORM_AGAIN,    [AIOT_COLUMN_START] = AIOT_TRANSFORM_GAP,
        [AIOT_COLUMN_SIZE] = AIOT_TRANSFORM_SIZED,   [AIOT_COLUMN_RESULT] = AIOT_TRANSFORM_WHOLE,
        [AIOT_COLUMN_OFFSET] = AIOT_TRANSFORM_FOLLOW};
static const uint8_t sample_parts[AIOT_COLUMN_OFFSET + 1] = {
        [AIOT_COLUMN_START] = AIOT_TRANSFORM_PARTED_GAP,
        [AIOT_COLUMN_DURATION] = AIOT_TRANSFORM_PARTED};
static const uint8_t sample_no_shift[AIOT_COLUMN_OFFSET + 1];

/* Events as a block of the given stream, with the transforms a writer uses. */
static inline void sample_events(struct sample *s, const struct aiot_event *e, uint32_t n,
                                 uint32_t stream, uint64_t sequence)
{
	struct aiot_block b = {.type = AIOT_BLOCK_EVENTS,
	                       .count = n,
	                       .tid = 100 + stream,
	                       .stream = stream,
	                       .sequence = sequence,
	                       .first_ns = UINT64_MAX,
	                       .flags = AIOT_BLOCK_IN_ORDER};
	struct sample payload = sample_columns(e, n, sample_usual, sample_no_shift);

	for (uint32_t i = 0; i < n; i++) {
		if (i && e[i].start_ns < e[i - 1].start_ns + e[i - 1].duration_ns)
			b.flags = 0;
		if (e[i].start_ns < b.first_ns)
			b.first_ns = e[i].start_ns;
		if (e[i].start_ns + e[i].duration_ns > b.last_ns)
			b.last_ns = e[i].start_ns + e[i].duration_ns;
	}
	sample_block(s, b, &payload);
	sample_free(&payload);
}

/* ---- events that look like some ---- */

static inline struct aiot_event sample_read(uint64_t start, uint32_t file, int64_t offset,
                                            uint64_t size)
{
	return (struct aiot_event){.start_ns = start,
	                           .duration_ns = 100,
	                           .offset = offset,
	                           .size = size,
	                           .result = (int64_t)size,
	                           .file = file,
	                           .handle = file,
	                           .call = AIOT_CALL_pread64,
	                           .stage = AIOT_STAGE_OTHER};
}

#endif
