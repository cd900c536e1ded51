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

bool filter_path(struct filter *filter, const struct names *names, uint32_t name);

#endif
