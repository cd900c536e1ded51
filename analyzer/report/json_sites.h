/* SPDX-License-Identifier: Apache-2.0
 *
 * Who did the I/O, in the JSON report.
 */
#ifndef JSON_SITES_H
#define JSON_SITES_H

#include "base/json_value.h"
#include "report/report.h"

json_t *json_sites(const struct summary *summary, const struct report_options *options);

/* Adds to a stage's reasons the frames that speak for them. */
void json_witnesses(const struct summary *summary, unsigned stage, json_t *why);

#endif
