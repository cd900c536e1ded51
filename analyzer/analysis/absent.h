/* SPDX-License-Identifier: Apache-2.0
 *
 * What a recording leads one to expect and does not have: programs that were
 * started, the parents of forked processes, all ranks of a job, clocks that run evenly.
 */
#ifndef ABSENT_H
#define ABSENT_H

#include "analysis/missing.h"

/* Why a program was not traced: words for an enum aiot_program. */
const char *absent_why(uint32_t why);

void absent_find(struct missing *missing, const struct recording *recording);

#endif
