/* SPDX-License-Identifier: Apache-2.0
 *
 * Events and definitions into the payload of a block. Works in scratch memory,
 * allocates nothing, makes no system call.
 */
#ifndef PRELOAD_ENCODE_H
#define PRELOAD_ENCODE_H

#include <stddef.h>
#include <stdint.h>

#include "aiotrace/format.h"
#include "scratch.h"

/* Encodes 1 to AIOT_LIVE_EVENTS events of one stream into scratch->out and sets
 * the block's type, count, times and payload_bytes. */
void encode_events(struct scratch *scratch, struct aiot_block *block,
                   const struct aiot_event *events, uint32_t count);

/* The same for definition records. Returns 0, or -1 if they did not fit. */
int encode_definitions(struct scratch *scratch, struct aiot_block *block, const uint8_t *records,
                       uint32_t bytes);

#endif
