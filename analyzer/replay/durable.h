/* SPDX-License-Identifier: Apache-2.0
 *
 * What is made durable otherwise than by a descriptor: mapped pages, and all files.
 * Both return 0 or -errno.
 */
#ifndef REPLAY_DURABLE_H
#define REPLAY_DURABLE_H

#include "replay/worker.h"

/* The operation's range of the opening's file: as mapped, else as fdatasync does. */
int64_t durable_msync(struct worker *worker, const struct op *op);

/* All that the target's file system holds. */
int64_t durable_sync(struct worker *worker);

#endif
