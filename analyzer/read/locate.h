/* SPDX-License-Identifier: Apache-2.0
 *
 * From what the user names to trace files: a file, a run folder, a folder of
 * runs, or nothing, which is the newest run in ./aiotrace.data.
 */
#ifndef LOCATE_H
#define LOCATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/problem.h"

#define LOCATE_DEFAULT "aiotrace.data"

struct located {
	char **files; /* .aiot, sorted within their run */
	uint32_t *run_of;
	size_t count, room;
	char **runs; /* folders */
	size_t run_count, run_room;
};

/* -1 and why where a name leads to no trace at all. Live files without a trace
 * are added to found. */
int locate(char *const *names, size_t count, struct located *located, struct problems *found,
           struct problem *why);

void locate_free(struct located *located);

#endif
