/* SPDX-License-Identifier: Apache-2.0
 *
 * One trace file: its header checked, its blocks found. Payloads are read one
 * at a time; the index costs 48 bytes a block of up to a million events.
 */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aiotrace/format.h"
#include "base/problem.h"

struct block_ref {
	uint64_t at; /* of the block's header in the file */
	uint64_t sequence, first_ns, last_ns;
	uint32_t bytes, count, tid, stream;
	uint16_t type;
	bool in_order; /* of events: says that none starts before the one before it ended */
	bool damaged;  /* known to be, and reported */
};

struct trace {
	char *path;
	int fd;
	uint64_t size; /* bytes, when opened */
	struct aiot_header header;
	bool header_damaged;
	struct block_ref *blocks;
	size_t count, room;
};

/* Bytes of a block, kept between calls. */
struct payload {
	uint8_t *bytes;
	size_t room;
};

/* Opens path, checks its header and finds its blocks. Damage that leaves
 * something to read is added to found; -1 and why where nothing can be read. */
int trace_open(struct trace *trace, const char *path, struct problems *found, struct problem *why);

/* Reads a block, header first and payload behind it, into payload->bytes and
 * checks the payload's checksum. */
int trace_read(const struct trace *trace, const struct block_ref *block, struct payload *payload,
               struct problem *why);

void trace_close(struct trace *trace);

#endif
