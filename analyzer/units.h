/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers for people: bytes in decimal units, as storage is sold and measured.
 */
#ifndef UNITS_H
#define UNITS_H

struct unit {
	char text[32];
};

/* Both fill unit and return its text: "12.3 MB", "4.56 ms". */
const char *unit_bytes(struct unit *unit, double bytes);
const char *unit_seconds(struct unit *unit, double seconds);

#endif
