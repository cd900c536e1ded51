/* SPDX-License-Identifier: Apache-2.0
 *
 * Quantities as people write them on a command line.
 */
#ifndef QUANTITY_H
#define QUANTITY_H

#include <stdbool.h>

/* "175B", "7e9", "1.5 T": with k, M, B or G, T for powers of 1000, in either
 * case. False where it is no finite number above 0. */
bool quantity_count(const char *text, double *value);

/* "90", "180s", "30m" or "30min", "4h", "2d", in seconds; likewise. */
bool quantity_seconds(const char *text, double *seconds);

/* "5%" or "5" is 0.05; above 0, at most 100 %. */
bool quantity_percent(const char *text, double *share);

#endif
