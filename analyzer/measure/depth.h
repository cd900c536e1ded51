/* SPDX-License-Identifier: Apache-2.0
 *
 * Operations in flight: for how long how many were under way at once.
 */
#ifndef DEPTH_H
#define DEPTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "read/spans.h"

/* From here on time is kept by powers of two: 16 to 31, 32 to 63... */
#define DEPTH_EXACT 16
#define DEPTH_KINDS (DEPTH_EXACT + 12)
#define DEPTH_MOST  65536 /* more are counted as so many */

struct depth {
	int64_t *ends; /* of what is under way, from `first` on: sorted while they are few, … */
	size_t first, count, room;
	bool heap; /* … then a heap, the earliest first, until none is left */
	int64_t now_ns;
	size_t most;
	uint64_t time_ns[DEPTH_KINDS]; /* [0]: nothing was under way, from the first start on */
	unsigned __int128 sum_ns;      /* of operations under way times time; in the end */
};

/* All zero is empty. Operations come in order of start. */
void depth_add(struct depth *depth, int64_t start_ns, int64_t end_ns);

/* The same for many. */
void depth_add_spans(struct depth *depth, const struct span *spans, size_t count);

/* Lets all operations end; nothing is added after it. Frees the ends. */
void depth_finish(struct depth *depth);

/* Mean number under way while any was, and the least number that a kind of
 * time_ns stands for. */
double depth_mean(const struct depth *depth);
size_t depth_least(unsigned kind);

#endif
