/* SPDX-License-Identifier: Apache-2.0
 *
 * Three significant digits and a unit.
 */
#include "units.h"

#include <stdio.h>

static const char *unit_format(struct unit *unit, double value, const char *name)
{
	snprintf(unit->text, sizeof unit->text, "%.*f %s",
	         value >= 99.95   ? 0
	         : value >= 9.995 ? 1
	                          : 2,
	         value, name);
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
