/* SPDX-License-Identifier: Apache-2.0
 *
 * What was made of what, and who prepares data so.
 */
#ifndef PREPARE_H
#define PREPARE_H

#include "stage/judge.h"

/* For each process of a run, when checkpoints are known: finds copies and what was
 * made of what was read; then, of all processes, who prepares. */
void prepare_derive(struct judge *judge, const struct process *process);
void prepare_judge(struct judge *judge, const struct process *process);

/* Whether what a process writes has a note's name and is no text that it makes. */
bool prepare_is_note(const struct judge *judge, const struct process *process, size_t file);

/* Whether a copy of that file is made to keep a state that the run saved. */
bool prepare_keeps(const struct judge *judge, const struct process *process, size_t file);

#endif
