/* SPDX-License-Identifier: Apache-2.0
 *
 * Who tries what was learnt: loads states, saves none, and goes over its data no more
 * often than it loads, or each time in their order, though others go over the same
 * data again and again.
 */
#ifndef EVALUATE_H
#define EVALUATE_H

#include "stage/judge.h"

/* Sets `evaluates` of a process and of its workers. Needs to know who learns. */
void evaluate_find(struct judge *judge, const struct process *process);

/* Whether process `n` is that one, or a worker of it that saves nothing. */
bool evaluate_works_for(const struct judge *judge, size_t n, const struct process *process);

/* Sets `returned`, `answered`, `tried`, `looks_back` and `maps_back` of a process. */
void evaluate_returned(struct judge *judge, const struct process *process);

#endif
