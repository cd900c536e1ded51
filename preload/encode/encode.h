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
#include "encode/scratch.h"

/* Of times, so many of the lowest bits are dropped: AIOTRACE_TIME_NS. Below 64;
 * set once, before the first event. */
extern uint8_t encode_coarse;

/* Encodes the events of one stream from number `sequence` on, at most
 * AIOT_LIVE_EVENTS, up to the first that is not committed under its number,
 * into scratch->out. Sets the block's type, flags, count, times and payload_bytes; of
 * no events, the count alone. */
void encode_events(struct scratch *scratch, struct aiot_block *block,
                   const struct aiot_event *events, uint64_t sequence, uint32_t most);

/* The same for definition records. Returns 0, or -1 if they did not fit. */
int encode_definitions(struct scratch *scratch, struct aiot_block *block, const uint8_t *records,
                       uint32_t bytes);

/* How many definition records there are in so many bytes. */
uint32_t encode_count_records(const uint8_t *records, uint32_t bytes);

#endif
