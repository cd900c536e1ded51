/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes a trace file: header, definitions, blocks of events (FORMAT.md).
 */
#ifndef REPLAY_BLOCK_OUT_H
#define REPLAY_BLOCK_OUT_H

#include <stddef.h>

#include "aiotrace/format.h"
#include "base/problem.h"

struct block_out;

/* The header's checksum is filled in. NULL and why where the file can't be made. */
struct block_out *block_out_new(const char *path, struct aiot_header *header, struct problem *why);

/* A definition record: body, then more (may be NULL). */
void block_out_define(struct block_out *out, uint16_t kind, const void *body, size_t size,
                      const void *more, size_t more_size);

/* A block of events in order of start, which follow those before of the stream. */
void block_out_events(struct block_out *out, uint32_t tid, uint32_t stream,
                      const struct aiot_event *events, uint32_t count);

/* Writes what is left. -1 and why where anything could not be written. Frees. */
int block_out_close(struct block_out *out, struct problem *why);

#endif
