/* SPDX-License-Identifier: Apache-2.0
 *
 * The writers of a report. They only read the summary.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "analysis/summary.h"

#define REPORT_WIDTH 100

struct report_options {
	size_t top;  /* files to list */
	int stage;   /* -1 = all */
	bool colour; /* of a terminal */
	int width;   /* of a terminal, in columns; REPORT_WIDTH where it is none */
	bool tree;   /* of callers */
	bool ignore_marks;
};

/* All return 0, or -1 where writing failed. */
int report_text(const struct summary *summary, const struct report_options *options, FILE *to);
int report_json(const struct summary *summary, const struct report_options *options, FILE *to);
int report_html(const struct summary *summary, const struct report_options *options, FILE *to);

#endif
