/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of tensors that are data: a model comes in few of them.
 */
#ifndef TENSOR_H
#define TENSOR_H

#include "stage/judge.h"

/* When what is shared is known, for each process: whether it reads so many that they are what it
 * works on. */
void tensors_find(struct judge *judge, const struct process *process);

/* When it is known what is read again: whether that is tensors; so are others like them, that
 * are read once, and that nobody wrote who reads them. */
void tensors_beside(struct judge *judge);

#endif
