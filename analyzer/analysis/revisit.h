/* SPDX-License-Identifier: Apache-2.0
 *
 * Places in files that are read in any order, and when each was read again: a
 * sample of them, picked by hash. Places that are read as often as nearly all of
 * the data are what passes are told by, whatever is read besides (headers,
 * indices). Memory is fixed.
 */
#ifndef REVISIT_H
#define REVISIT_H

#include <stddef.h>
#include <stdint.h>

struct revisit;

/* From the first reading of a place to the last one that belongs to it; ns. */
struct pass {
	int64_t first_ns, last_ns;
};

struct revisit *revisit_new(void);
void revisit_free(struct revisit *revisit);

/* A read, in order of time. */
void revisit_add(struct revisit *revisit, uint32_t name, uint64_t offset, uint64_t bytes,
                 int64_t time);

/* The passes in order, those at the same time as one: free() them. Sets *count, to 0
 * where places are not read equally often, or more than `most` times. */
struct pass *revisit_passes(const struct revisit *revisit, uint32_t most, size_t *count);

#endif
