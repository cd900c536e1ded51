/* SPDX-License-Identifier: Apache-2.0
 *
 * A plan on paper: what the sizing rules ask for at one or more intervals, and
 * what a recording did, if there is one.
 */
#ifndef PLAN_PRINT_H
#define PLAN_PRINT_H

#include <stdio.h>

#include "plan_measured.h"
#include "sizing.h"

struct plan {
	struct sizing_question question; /* its interval is the first of: */
	const double *intervals_s;
	size_t interval_count;                /* at least 1 */
	const struct plan_measured *measured; /* NULL without a recording */
};

/* Both return 0, or -1 where writing failed. */
int plan_text(const struct plan *plan, FILE *to);
int plan_json(const struct plan *plan, FILE *to);

#endif
