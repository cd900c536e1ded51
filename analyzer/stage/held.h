/* SPDX-License-Identifier: Apache-2.0
 *
 * Who learns, saves and reads nothing back tries what it learnt, all the same: by data that are
 * gone over once more than they are after each turn of learning, or by data that it has not
 * learnt this state from, and learns others from.
 */
#ifndef HELD_H
#define HELD_H

#include "stage/fold.h"

/* When it does, in order; *count of them, 0 where nothing tells. Reads the events of the process
 * and of its workers once more, unless what they read last is all they learn from, or none of it.
 * free() them. */
struct way_span *held_find(const struct fold_search *search, size_t *count);

#endif
