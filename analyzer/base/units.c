/* SPDX-License-Identifier: Apache-2.0
 *
 * Three significant digits and a unit.
 */
#include "base/units.h"

#include <stdio.h>
#include <string.h>

static const char *unit_format(struct unit *unit, double value, const char *name)
{
	if (value >= 99999.5) { /* beyond all names */
		snprintf(unit->text, sizeof unit->text, "%.3g %s", value, name);
		return unit->text;
	}
	snprintf(unit->text, sizeof unit->text, "%.*f %s",
	         value >= 99.95   ? 0
	         : value >= 9.995 ? 1
	                          : 2,
	         value, name);
	return unit->text;
}

/* "4.0 h" says no more than "4 h". */
static const char *unit_without_zero(struct unit *unit)
{
	char *point = strstr(unit->text, ".0 ");

	if (point)
		memmove(point, point + 2, strlen(point + 2) + 1);
	return unit->text;
}

const char *unit_bytes(struct unit *unit, double bytes)
{
	static const char *const names[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
	int i = 0;

	if (bytes < 1000) {
		snprintf(unit->text, sizeof unit->text, "%.0f B", bytes);
		return unit->text;
	}
	for (bytes /= 1000; bytes >= 999.5 && i < 5; i++)
		bytes /= 1000;
	return unit_format(unit, bytes, names[i]);
}

const char *unit_seconds(struct unit *unit, double seconds)
{
	if (seconds < 0.9995e-6) {
		snprintf(unit->text, sizeof unit->text, "%.0f ns", seconds * 1e9);
		return unit->text;
	}
	if (seconds < 0.9995e-3)
		return unit_format(unit, seconds * 1e6, "us");
	if (seconds < 0.9995)
		return unit_format(unit, seconds * 1e3, "ms");
	return unit_format(unit, seconds, "s");
}

const char *unit_time(struct unit *unit, double seconds)
{
	double value = seconds / 60;
	const char *name = "min";

	if (seconds < 300)
		return unit_seconds(unit, seconds);
	if (seconds >= 2 * 86400) {
		value = seconds / 86400;
		name = "d";
	} else if (seconds >= 3600) {
		value = seconds / 3600;
		name = "h";
	}
	snprintf(unit->text, sizeof unit->text, "%.*f %s", value >= 99.95 ? 0 : 1, value, name);
	return unit_without_zero(unit);
}

const char *unit_count(struct unit *unit, double count)
{
	static const char *const names[] = {"thousand", "million", "billion", "trillion"};
	int i = 0;

	if (count < 1000) {
		snprintf(unit->text, sizeof unit->text, "%.0f", count);
		return unit->text;
	}
	for (count /= 1000; count >= 999.5 && i < 3; i++)
		count /= 1000;
	return unit_format(unit, count, names[i]);
}
