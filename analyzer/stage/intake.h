/* SPDX-License-Identifier: Apache-2.0
 *
 * The first pass over one process: its events into records of use.
 */
#ifndef INTAKE_H
#define INTAKE_H

#include "read/merge.h"
#include "stage/feature.h"

struct intake {
	struct features *features;
	struct process *process;
	struct merge *merge;
	const struct stream *spared; /* whose times were; NULL = none */
	struct handles *handles;
	struct use *uses;      /* by file index */
	struct cache *cache;   /* may be NULL */
	const uint32_t *ranks; /* of names of storage files, else 0 */
	bool seeks;            /* wanted: struct use's */
};

/* Takes up what the merge gave. Sets spared where it has to be told in the end
 * (spared.h). */
void intake_slice(struct intake *intake, const struct slice *slice);

#endif
