/* SPDX-License-Identifier: Apache-2.0
 *
 * Who maps a file and keeps the mapping shows each page once, however often it
 * reads it. Workers that are made anew for each epoch read it anew: one
 * generation of them after the other.
 */
#ifndef GENERATION_H
#define GENERATION_H

#include "stage/feature.h"
#include "stage/stage.h"

/* The processes that live at the same time, and read the file. */
struct generations {
	int64_t *first_ns; /* of each, in order; free() it */
	size_t count;
};

/* The generations of training's loader workers that read a mapped file: none where they are
 * not alike. */
struct generations generations_of(const struct features *features, const struct stages *stages,
                                  uint32_t name);

#endif
