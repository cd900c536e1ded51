/* SPDX-License-Identifier: Apache-2.0
 *
 * What training waits for, by how long it and its loaders did what.
 */
#ifndef CAUSE_H
#define CAUSE_H

#include "analysis/stall.h"

/* Of `part`, all of the stall or an epoch of it. */
enum stall_cause cause_of(const struct stall *stall, const struct stall_part *part);

/* Whether training's calls find nearly all of their data in memory, and take no longer
 * than that does: neither each of them, nor a few that all the time goes to. */
bool cause_cached(const struct summary *summary);

#endif
