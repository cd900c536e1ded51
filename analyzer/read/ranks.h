/* SPDX-License-Identifier: Apache-2.0
 *
 * Names in natural order, so that two files can be compared by a number.
 */
#ifndef RANKS_H
#define RANKS_H

#include "read/recording.h"

/* [process number][file index]: the name's rank among all of the recording,
 * from 1 on; 0 = no name. Each is the caller's to free. */
uint32_t **ranks_find(const struct recording *recording);

#endif
