/* SPDX-License-Identifier: Apache-2.0
 *
 * What all processes of a run do with a path, summed up.
 */
#ifndef SHARE_H
#define SHARE_H

#include "stage/judge.h"

/* Adds what one process did with one of its files. */
void share_file(struct judge *judge, const struct process *process, size_t file);

/* When these are known, for each process: which file it read first. */
void share_firsts(struct judge *judge, const struct process *process);

#endif
