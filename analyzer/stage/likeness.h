/* SPDX-License-Identifier: Apache-2.0
 *
 * State that is known by its size: it is as large as what is saved of it.
 */
#ifndef LIKENESS_H
#define LIKENESS_H

#include "stage/judge.h"

/* When checkpoints are known, for each process: files that are as large as what it saves
 * are state that it goes on from, and what is as large as state that it has read is what
 * it made of that. */
void likeness_find(struct judge *judge, const struct process *process);

#endif
