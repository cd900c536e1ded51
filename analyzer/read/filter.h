/* SPDX-License-Identifier: Apache-2.0
 *
 * Which events the user asked for.
 */
#ifndef FILTER_H
#define FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/names.h"

struct filter {
	int stage;           /* -1 = all */
	int64_t pid;         /* -1 = all */
	const char *glob;    /* NULL = all paths; '*' also matches '/' */
	double from_s, to_s; /* since the recording's start; from <= start < to */
	uint8_t *verdicts;   /* the glob's, by number of the name */
	uint32_t verdict_count;
};

void filter_init(struct filter *filter);
void filter_free(struct filter *filter);

/* Whether any time is left between from and to; what to say where there is none. */
bool filter_has_time(const struct filter *filter);
#define FILTER_NO_TIME "no time is left: --to must be more than --from"

bool filter_path(struct filter *filter, const struct names *names, uint32_t name);

#endif
