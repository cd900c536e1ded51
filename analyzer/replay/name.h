/* SPDX-License-Identifier: Apache-2.0
 *
 * Operations on names. Each is done in the folder that holds the last component,
 * which was opened beneath the target: nothing that the last component may be
 * leads out of there.
 */
#ifndef REPLAY_NAME_H
#define REPLAY_NAME_H

#include "replay/worker.h"

/* All return -errno where they fail. */
int64_t name_open(struct worker *worker, const struct op *op);

/* A descriptor of that file, in no list. */
int name_open_as(struct worker *worker, uint32_t name, int flags);

int64_t name_perform(struct worker *worker, const struct op *op);

/* A new name for an open file that has none. */
int64_t name_link_open(struct worker *worker, const struct op *op);

#endif
