/* SPDX-License-Identifier: Apache-2.0
 *
 * A model that is all that is read: its parts again for each question, or it once, before
 * what is made up by it.
 */
#ifndef LAYER_H
#define LAYER_H

#include "stage/judge.h"

/* When weights that are read before data are known, for each process: finds such ones. */
void layers_find(struct judge *judge, const struct process *process);

#endif
