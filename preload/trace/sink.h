/* SPDX-License-Identifier: Apache-2.0
 *
 * Appends to the trace file: opened by path for each block and closed again,
 * so that no descriptor is held. Any thread, signal-safe, keeps errno.
 */
#ifndef PRELOAD_SINK_H
#define PRELOAD_SINK_H

#include <stddef.h>
#include <stdint.h>

#include "aiotrace/format.h"

#define SINK_LIMIT 4096 /* no errno */
#define SINK_FIRST 2

struct sink_part {
	struct aiot_block *block;
	const void *payload;
};

/* Creates the file at `path`, which must stay, with its header and `count` first blocks,
 * at most SINK_FIRST, which are completed as by sink_append. Returns 0 or
 * -errno; -EEXIST if there is one. */
int sink_create(const char *path, const struct aiot_header *header, const struct sink_part *first,
                int count);

/* Completes `block` (magic and checksums) and appends it with its payload.
 * Returns 0, -SINK_LIMIT past AIOTRACE_MAX_MB, or -errno; -EFBIG is the process's own
 * limit of file sizes. */
int sink_append(struct aiot_block *block, const void *payload) __attribute__((nonnull));

#endif
