/* SPDX-License-Identifier: Apache-2.0
 *
 * From an encoded block to a batch of columns, and from a compressed
 * definitions block to its records. Everything is checked before it is used.
 */
#ifndef DECODE_H
#define DECODE_H

#include <stdint.h>

#include "base/problem.h"
#include "read/batch.h"

struct decoder; /* buffers and a zstd context; one a thread */

struct decoder *decoder_new(void);
void decoder_free(struct decoder *decoder);

/* Decodes the wanted columns of a block of events (type 2 or 3); head and
 * payload as read, with the checksum already checked. On failure returns -1,
 * why holds the cause alone: the caller knows file and offset. */
int decode_block(struct decoder *decoder, const struct aiot_block *head, const uint8_t *payload,
                 uint32_t wanted, struct batch *batch, struct problem *why);

/* Decodes further columns of the block that was decoded last, whose payload must still be
 * there, into its batch. */
int decode_more(struct decoder *decoder, uint32_t wanted, struct batch *batch, struct problem *why);

/* Decompresses a definitions block. The records stay the decoder's, until its
 * next use. */
int decode_definitions(struct decoder *decoder, const uint8_t *payload, uint32_t bytes,
                       const uint8_t **records, size_t *size, struct problem *why);

#endif
