/* SPDX-License-Identifier: Apache-2.0
 *
 * How far a written file looks like a checkpoint.
 */
#ifndef SCORE_H
#define SCORE_H

#include "stage/judge.h"

/* When conducts are known, for each file: decides. */
void score_checkpoint(struct judge *judge, const struct process *process, size_t file);

#endif
