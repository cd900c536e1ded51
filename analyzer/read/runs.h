/* SPDX-License-Identifier: Apache-2.0
 *
 * The runs of a recording in the order of time, however their traces were named or found:
 * what one wrote, a later one may read.
 */
#ifndef RUNS_H
#define RUNS_H

#include "read/recording.h"

/* Numbers the runs by when their first process started; those that start together keep their
 * order. Needs the processes' clocks; moves no process. */
void runs_order(struct recording *recording);

#endif
