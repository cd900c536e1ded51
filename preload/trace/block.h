/* SPDX-License-Identifier: Apache-2.0
 *
 * From records in memory to a block in the trace: encode, append, and what to
 * do when that fails. Any thread; keeps errno.
 */
#ifndef PRELOAD_BLOCK_H
#define PRELOAD_BLOCK_H

#include <stdint.h>

#include "aiotrace/format.h"

/* Writes the committed events of a stream, the first of which has number
 * `sequence`, and returns how many of them are done with. An error ends the tracing:
 * past the size limit events are counted as lost, else they are to stay. */
uint32_t block_write_events(const struct aiot_region *region, const struct aiot_event *events,
                            uint64_t sequence);

/* Writes one event as it is. */
void block_write_raw(const struct aiot_event *event, uint32_t stream, uint32_t tid,
                     uint64_t sequence);

/* Creates the trace at `path`: its header, the table of calls, and those definition
 * records, before which PLAIN_HEAD bytes are free. Returns 0 or -errno. */
int block_begin_trace(const char *path, const struct aiot_header *header, uint8_t *records,
                      uint32_t bytes);

/* Writes definition records. Returns 0 or -errno. */
int block_write_definitions(const uint8_t *records, uint32_t bytes);

#endif
