/* SPDX-License-Identifier: Apache-2.0
 *
 * What the sizing rules say of a checkpoint that was saved, and of a restore.
 */
#ifndef SAVING_H
#define SAVING_H

#include "analysis/summary.h"

/* Bytes, seconds, bytes a second; -1 = not known. */
struct saving {
	bool background;  /* training went on meanwhile: the main thread neither wrote nor waited */
	double stalled_s; /* that the main thread was held up: all of it, or what it waited */
	double share;     /* of the interval, of the whole save */
	double needed_bandwidth; /* to take 5 % of the interval */
	double parameters;       /* with an optimizer's state, and of weights alone */
	double weights_parameters;
};
struct saving saving_of(const struct summary *summary, const struct moment *moment);

/* Bytes read for each byte of the files that were restored; -1 where their
 * sizes are not known. */
double restoring_fan_out(const struct summary *summary, const struct moment *moment);

#endif
