/* SPDX-License-Identifier: Apache-2.0
 *
 * Transfers past the page cache, which want whole blocks.
 */
#ifndef REPLAY_DIRECT_H
#define REPLAY_DIRECT_H

#include "replay/worker.h"

/* The block that the file asks for, opened with O_DIRECT. */
uint32_t direct_block(int fd);

/* Whether the operation can be done as it is, also on a file without O_DIRECT. */
bool direct_fits(const struct open_file *file, const struct op *op);

/* Where it can't: a read takes the blocks around it, a write goes through the cache.
 * Bytes, or -errno. */
int64_t direct_around(struct worker *worker, const struct op *op);

/* The larger of two pieces of the operation. */
uint32_t direct_half(const struct open_file *file, const struct op *op);

#endif
