/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads in order of time, summed up over stretches of as many reads each, of
 * which there are never more than STRETCHES: what is cut out of them afterwards
 * is so fine.
 */
#ifndef STRETCH_H
#define STRETCH_H

#include "analysis/epoch.h"

#define STRETCHES 4096u

struct stretches {
	struct epoch items[STRETCHES];
	size_t count;
	uint64_t width; /* reads in each but the last */
};

struct stretches *stretches_new(void);

void stretches_add(struct stretches *stretches, const struct span *span);

/* Cuts where passes begin: an item for each, to be freed. */
struct epoch *stretches_cut(const struct stretches *stretches, const struct pass *passes,
                            size_t count);

/* Cuts them into so many of the same bytes. */
struct epoch *stretches_share(const struct stretches *stretches, size_t count);

#endif
