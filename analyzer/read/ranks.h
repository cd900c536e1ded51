/* SPDX-License-Identifier: Apache-2.0
 *
 * Names in natural order, so that two files can be compared by a number.
 */
#ifndef RANKS_H
#define RANKS_H

#include "read/recording.h"

/* Gives each file its name's rank among all of the recording, from 1 on; 0 = no name. */
void ranks_find(struct recording *recording);

#endif
