/* SPDX-License-Identifier: Apache-2.0
 *
 * Weights and state that no name tells: by how and when they are read, and by
 * their size.
 */
#ifndef WEIGHTS_H
#define WEIGHTS_H

#include "stage/judge.h"

/* Of a process whose conduct is known: whether the file that it reads or maps
 * first is weights. */
void weights_find(struct judge *judge, const struct process *process);

/* When weights of all processes are known: who reads what are weights to another one, and
 * too little else to tell, has loaded them, too. */
void weights_of_others(struct judge *judge, const struct process *process);

/* When checkpoints are known: whether a process that saves none tries several states on
 * the same data. */
void weights_in_turn(struct judge *judge, const struct process *process);

/* Counts a file as weights that the process has loaded. */
void weights_set(struct judge *judge, const struct process *process, size_t file);

/* Whether it took few reads, or large ones, as what is loaded whole does. */
bool weights_at_large(const struct use *use);

#endif
