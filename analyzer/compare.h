/* SPDX-License-Identifier: Apache-2.0
 *
 * Two recordings side by side, by stage: the same numbers of each, and what the
 * second is of the first.
 */
#ifndef COMPARE_H
#define COMPARE_H

#include <stdio.h>

#include <jansson.h>

#include "analysis/summary.h"
#include "base/problem.h"

/* A number of a recording, of a stage or of the whole ("run"). */
struct compare_item {
	const char *stage, *metric;
	double a, b; /* NAN = not known */
};

struct compare {
	struct compare_item *items;
	size_t count, room;
};

void compare_make(struct compare *compare, const struct summary *a, const struct summary *b);
void compare_free(struct compare *compare);

void compare_text(const struct compare *compare, const char *a, const char *b, FILE *to);
json_t *compare_json(const struct compare *compare, const char *a, const char *b);

/* Whether EXPR holds: [STAGE.]METRIC OP NUMBER[x|%], OP one of < <= > >= ==;
 * with x, the second's share of the first, with % the change from the first to
 * the second, else the second's own. An item that is not known fulfils nothing.
 * 1 yes, 0 no, -1 and why where it is no such expression. */
int compare_holds(const struct compare *compare, const char *expression, struct problem *why);

#endif
