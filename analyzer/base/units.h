/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers for people: bytes in decimal units, as storage is sold and measured.
 */
#ifndef UNITS_H
#define UNITS_H

struct unit {
	char text[32];
};

/* All fill unit and return its text: "12.3 MB", "4.56 ms". */
const char *unit_bytes(struct unit *unit, double bytes);
const char *unit_seconds(struct unit *unit, double seconds);

/* Long times as people say them: "4 h", "12 min", "1.5 d"; below five minutes
 * as unit_seconds. */
const char *unit_time(struct unit *unit, double seconds);

/* "175 billion", "8.03 million", "512". */
const char *unit_count(struct unit *unit, double count);

#endif
