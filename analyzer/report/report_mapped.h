/* SPDX-License-Identifier: Apache-2.0
 *
 * What the reports say of mapped files.
 */
#ifndef REPORT_MAPPED_H
#define REPORT_MAPPED_H

#include <stdio.h>

#include <jansson.h>

#include "analysis/summary.h"

/* Of a stage or a file; null where it had no faults. */
json_t *report_mapped_json(const struct mapped *mapped);
json_t *report_mapped_run_json(const struct mapped_run *run);

/* A line below a stage's; nothing where it had no faults. */
void report_mapped_text(const struct mapped *mapped, FILE *to);

/* Whether any fault of a mapped file is missing, and the lines that say so. */
bool report_mapped_lacks(const struct mapped_run *run);
void report_mapped_missing(const struct mapped_run *run, FILE *to);

#endif
