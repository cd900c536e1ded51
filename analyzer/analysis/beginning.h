/* SPDX-License-Identifier: Apache-2.0
 *
 * How often a file of training data was begun, and in what manner it was read:
 * what its epochs can be told by.
 */
#ifndef BEGINNING_H
#define BEGINNING_H

#include "stage/feature.h"
#include "stage/stage.h"

struct beginning {
	uint64_t begins, bytes, reads, jumps, extent;
	uint32_t maps;
	int32_t rank;
	bool mapped, inherited; /* the latter: by who has not opened it */
	bool ranks;             /* read by more than one rank */
	uint32_t told_by;       /* see epoch.c */
};

/* By name; free() it. */
struct beginning *beginnings_of(const struct features *features, const struct stages *stages);

/* Formats with a header are begun when they are opened, which may be for each sample: a file
 * that is begun far more often than all of it is read is not read in order either. */
bool beginning_any_order(const struct beginning *file);

/* A mapping that is kept shows each page once to a process. */
bool beginning_kept(const struct beginning *file);

#endif
