/* SPDX-License-Identifier: Apache-2.0
 *
 * An event as the first pass takes it up, and what those that are no reading or writing
 * say about a file.
 */
#ifndef DEED_H
#define DEED_H

#include "read/process.h"
#include "stage/use.h"

struct deed {
	const struct process *process;
	struct use *use;
	uint32_t file, handle, aux;
	int64_t start, end, result, offset; /* start and end 0 where they were spared */
	struct use_spot spot;               /* then */
	uint64_t size;
	uint16_t call;
	uint8_t class, stage;
	bool marked;
};

static inline void deed_earliest(int64_t *first, int64_t at)
{
	if (!*first || at < *first)
		*first = at;
}

static inline void deed_latest(int64_t *last, int64_t at)
{
	if (at > *last)
		*last = at;
}

/* A later end of what has one already. */
static inline void deed_later(int64_t *last, struct use_spot *spot, const struct deed *deed)
{
	if (deed->spot.piece)
		*spot = deed->spot;
	else
		deed_latest(last, deed->end);
}

/* Opening, closing, mapping, syncing, renaming and removing, put into the record. */
void deed_tell(const struct deed *deed);

#endif
