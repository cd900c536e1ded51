/* SPDX-License-Identifier: Apache-2.0
 *
 * Epochs of which each draws a part of the files: one ends where a file comes that it
 * has had.
 */
#ifndef DRAWS_H
#define DRAWS_H

#include "analysis/epoch.h"

struct beginning;

struct draws {
	uint32_t names, last, count; /* last: the name that was begun before */
	uint32_t *in;                /* by name: the epoch that it was begun in last, from 1 */
	struct epoch *items;
	size_t room;
	bool over; /* more epochs than are looked for */
};

/* `files`: by name. */
struct draws *draws_new(const struct beginning *files, uint32_t names);

/* A read, in order of time. */
void draws_add(struct draws *draws, const struct span *span);

/* Whether they are epochs: as large as one another but for the last one, and no fewer than
 * `least`. Joins what is hardly one. */
bool draws_finish(struct draws *draws, uint32_t least);

void draws_free(struct draws *draws);

#endif
