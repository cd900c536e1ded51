/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_value.h"

#include <math.h>
#include <stdlib.h>

#include "base/escape.h"

/* jansson wants UTF-8 and refuses all else. */
json_t *json_bytes(const char *bytes)
{
	json_t *text = json_string(bytes);
	size_t length;
	char *quoted;

	if (text)
		return text;
	quoted = escape_json(bytes, &length);
	text = json_loadb(quoted, length, JSON_DECODE_ANY, NULL);
	free(quoted);
	return text ? text : json_string("");
}

json_t *json_count(uint64_t value)
{
	return json_integer(value < INT64_MAX ? (json_int_t)value : INT64_MAX);
}

json_t *json_whole(double value)
{
	return json_integer(value < 0x1p63 ? (json_int_t)llround(value) : INT64_MAX);
}

json_t *json_number(int value)
{
	return value >= 0 ? json_integer(value) : json_null();
}

json_t *json_known(double value)
{
	return value >= 0 ? json_real(value) : json_null();
}

json_t *json_latency(const struct histogram *h)
{
	return json_pack("{s:o, s:o, s:o}", "p50", json_count(histogram_percentile(h, 0.50)), "p99",
	                 json_count(histogram_percentile(h, 0.99)), "max", json_count(h->max));
}
