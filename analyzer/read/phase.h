/* SPDX-License-Identifier: Apache-2.0
 *
 * A recording cut into times with about as many events each, so that what a
 * pass collects of each stays small.
 */
#ifndef PHASE_H
#define PHASE_H

#include "read/recording.h"

struct phases {
	int64_t *until; /* CLOCK_REALTIME in ns, ascending; free() it */
	size_t count;
};

/* By the times that blocks state, without reading them. */
struct phases phases_find(const struct recording *recording);

#endif
