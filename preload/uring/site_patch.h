/* SPDX-License-Identifier: Apache-2.0
 *
 * Replaces an instruction at each site by a jump to a copy.
 */
#ifndef PRELOAD_URING_SITE_PATCH_H
#define PRELOAD_URING_SITE_PATCH_H

#include "uring/site_find.h"

#define SITE_JUMP_BYTES 5

/* Hooks what was found. `quiet`: nobody can be running code of a site. Returns
 * how many; 0 where the system does not allow it, or there is no room nearby. */
uint32_t site_patch(const struct site_search *search, bool quiet);

#endif
