/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether data are read again and again, or in any order, as training does.
 */
#ifndef RECUR_H
#define RECUR_H

#include "stage/judge.h"

/* When all processes' use of each path is known: by all of them together. */
void recur_find(struct judge *judge);

/* Whether this process takes part in that: what others read again, one may read
 * just once, for another purpose. */
bool recur_takes_part(const struct judge *judge, const struct process *process, size_t file);

/* Passes that it takes at most to make other data of some. */
#define RECUR_TO_MAKE 2

/* How often it was read: by one process, whole or begun. */
uint64_t recur_passes(const struct shared *shared);

/* Reads of it that lead away from the one before. Faults of what is read in order come in
 * even steps. */
uint64_t recur_jumped(const struct use *use);

/* Likewise, in reading it in any order. */
bool recur_anywhere(const struct judge *judge, const struct process *process, size_t file);

/* When what is shared is known: whether the loader workers of each process of the run read each
 * file but once together, though others read these, too. */
void recur_workers(struct judge *judge, uint32_t run);

/* Likewise: whether each process of the run dwells on one file after the other. */
void recur_dwell(struct judge *judge, uint32_t run);

#endif
