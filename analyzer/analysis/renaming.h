/* SPDX-License-Identifier: Apache-2.0
 *
 * Renames by processes that did not write the file, as `mv` makes them, and of
 * folders: analysis_renaming.
 */
#ifndef RENAMING_H
#define RENAMING_H

#include <stddef.h>
#include <stdint.h>

#define RENAMINGS_MOST 65536u /* of each thread's: more are left out */

struct renaming {
	int64_t start_ns, end_ns; /* CLOCK_REALTIME */
	uint32_t from, to;        /* names */
	uint32_t process, run;    /* numbers */
};

/* In order of name and time. */
struct renamings {
	struct renaming *items;
	size_t count, room;
};

/* The first rename of that name in the run then or later; NULL where there is none. */
struct renaming *renamings_find(const struct renamings *moves, uint32_t from, uint32_t run,
                                int64_t time);

#endif
