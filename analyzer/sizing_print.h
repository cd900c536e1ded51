/* SPDX-License-Identifier: Apache-2.0
 *
 * A plan on paper: what the sizing rules ask for at one or more intervals, and
 * what a recording did, if there is one.
 */
#ifndef SIZING_PRINT_H
#define SIZING_PRINT_H

#include <stdio.h>

#include "sizing_measured.h"
#include "base/sizing.h"

struct sizing_plan {
	struct sizing_question question; /* its interval is the first of: */
	const double *intervals_s;
	size_t interval_count;                  /* at least 1 */
	const struct sizing_measured *measured; /* NULL without a recording */
};

/* Both return 0, or -1 where writing failed. */
int sizing_text(const struct sizing_plan *plan, FILE *to);
int sizing_json(const struct sizing_plan *plan, FILE *to);

#endif
