/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of the JSON report that its parts share.
 */
#ifndef JSON_VALUE_H
#define JSON_VALUE_H

#include <stdint.h>

#include <jansson.h>

#include "base/histogram.h"

/* Bytes of paths that are not UTF-8 stand as \xHH text. */
json_t *json_bytes(const char *bytes);

json_t *json_count(uint64_t value);
/* Rounded. What is too large for a number of JSON is the largest one. */
json_t *json_whole(double value);

/* null where the value is negative. */
json_t *json_number(int value);
json_t *json_known(double value);

/* p50, p99, max. */
json_t *json_latency(const struct histogram *histogram);

#endif
