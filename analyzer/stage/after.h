/* SPDX-License-Identifier: Apache-2.0
 *
 * Who has trained and went back to what it saved tries that from then on, or until it learns
 * another one (fold.h), though over files that it learnt from: there the verdict on a file is cut
 * in time.
 */
#ifndef AFTER_H
#define AFTER_H

#include "measure/pattern.h"
#include "measure/seek.h"
#include "stage/judge.h"
#include "stage/kind.h"
#include "stage/way.h"

/* Reads of a file in such times. */
struct after_file {
	uint64_t ops, bytes;
	uint32_t begins;
};

/* Of a process. Reads that are marked are left out. */
struct after {
	struct way_span *spans; /* in order; none where it and its workers have none */
	size_t span_count;
	struct after_file *files; /* by index in the process's files; NULL = none is cut */
	struct pattern read;      /* of all files that are cut */
	struct seeks seeks;
};

/* Those of a run's processes, by process number: of files that are read to train, by
 * [process number][file] of `kinds`. Reads the events of who may have any once more. */
void afters_find(struct after *afters, const struct judge *judge, uint32_t run,
                 const struct kinds *kinds, uint16_t *const *kind_of);

void after_free(struct after *after);

/* NULL where the file is not cut. */
static inline const struct after_file *after_of(const struct after *after, size_t file)
{
	return after->files && after->files[file].ops ? &after->files[file] : NULL;
}

#endif
