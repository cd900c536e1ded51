/* SPDX-License-Identifier: Apache-2.0
 *
 * Folders that a process renamed, and what lies in them.
 */
#ifndef MOVE_H
#define MOVE_H

#include "stage/judge.h"

/* Takes note of what a process renamed. */
void move_find(struct judge *judge, const struct process *process);

/* The name that a file has now that the process has renamed a folder it lies in; 0 = it
 * has not, or nobody used it there. */
uint32_t move_to(const struct judge *judge, const struct process *process, uint32_t name);

/* Says that the process wrote state under that name. */
void move_saves(struct judge *judge, const struct process *process, uint32_t name);

/* Whether the process renamed a folder that it lay in, and that holds state. */
bool move_is_save(const struct judge *judge, const struct process *process, uint32_t name);

#endif
