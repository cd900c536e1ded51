/* SPDX-License-Identifier: Apache-2.0
 *
 * State that goes through a program: read before all data, and written again, as large,
 * when these have been read; or made of data by one program, and read before the same
 * data by another one.
 */
#ifndef THROUGH_H
#define THROUGH_H

#include "stage/judge.h"

/* When checkpoints are known by how they are written, for each process: finds more, also
 * those that others wrote before. */
void through_find(struct judge *judge, const struct process *process);

#endif
