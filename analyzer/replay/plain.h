/* SPDX-License-Identifier: Apache-2.0
 *
 * Names without what leads back: recordings have ".." as the program gave it.
 */
#ifndef REPLAY_PLAIN_H
#define REPLAY_PLAIN_H

#include "replay/alias.h"

/* Whether a path is absolute, has no "..", and fits. */
bool plain_ok(const char *path);

/* The name without "." and ".." in it, as a name of the plan; the same one, if there
 * is none in it; 0 where that is no file below the root. Where a folder on the way is
 * known to be a link, ".." leads out of what it leads to; aliases NULL = none is. */
uint32_t plain_name(struct plan *plan, struct aliases *aliases, uint32_t name);

#endif
