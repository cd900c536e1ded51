/* SPDX-License-Identifier: Apache-2.0 */
#include "base/quantity.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <strings.h>

struct quantity_unit {
	const char *name;
	double factor;
};

static const struct quantity_unit counts[] = {
        {"", 1}, {"k", 1e3}, {"M", 1e6}, {"B", 1e9}, {"G", 1e9}, {"T", 1e12},
};
static const struct quantity_unit times[] = {
        {"", 1}, {"s", 1}, {"m", 60}, {"min", 60}, {"h", 3600}, {"d", 86400},
};
static const struct quantity_unit shares[] = {{"", 0.01}, {"%", 0.01}};

static bool quantity_parse(const char *text, const struct quantity_unit *units, size_t count,
                           double *value)
{
	char *end;
	double number = strtod(text, &end);

	if (end == text)
		return false;
	while (*end == ' ')
		end++;
	for (size_t i = 0; i < count; i++)
		if (!strcasecmp(end, units[i].name)) {
			*value = number * units[i].factor;
			return isfinite(*value) && *value > 0;
		}
	return false;
}

bool quantity_count(const char *text, double *value)
{
	return quantity_parse(text, counts, sizeof counts / sizeof *counts, value);
}

bool quantity_seconds(const char *text, double *seconds)
{
	return quantity_parse(text, times, sizeof times / sizeof *times, seconds);
}

bool quantity_percent(const char *text, double *share)
{
	return quantity_parse(text, shares, sizeof shares / sizeof *shares, share) && *share <= 1;
}
