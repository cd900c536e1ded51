/* SPDX-License-Identifier: Apache-2.0
 *
 * A model that training begins from, under a name that says nothing: it is read whole and
 * once, before the data that training goes over again and again.
 */
#ifndef FROZEN_H
#define FROZEN_H

#include "stage/judge.h"

/* When checkpoints are known: what a process that saves has loaded so counts as loaded. */
void frozen_find(struct judge *judge, const struct process *process);

#endif
