/* SPDX-License-Identifier: Apache-2.0
 *
 * How long operations took, in the JSON report.
 */
#ifndef JSON_LATENCY_H
#define JSON_LATENCY_H

#include <jansson.h>

#include "report/report.h"

/* By call and by size of each stage. */
json_t *json_latencies(const struct summary *summary, const struct report_options *options);

/* The slowest operations of each stage that is storage work, and processes
 * that are slower than their like. */
json_t *json_slowest(const struct summary *summary, const struct report_options *options);
json_t *json_stragglers(const struct summary *summary);

#endif
