/* SPDX-License-Identifier: Apache-2.0
 *
 * Files whose paths differ in digits alone, or one that is written again: when they are
 * written, how large they are, and who reads them.
 */
#ifndef SERIES_H
#define SERIES_H

#include "stage/judge.h"

/* So many may be products, one for each of some other files. */
#define SERIES_MANY 8

/* For each file of a run, in this order: puts it into its series, then sees whether
 * it was removed. */
void series_join(struct judge *judge, const struct process *process, size_t file);
void series_removed(struct judge *judge, const struct process *process, size_t file);

/* When all series are known: finds those that the process goes on with. */
void series_resumed(struct judge *judge, const struct process *process);

/* Each larger than the one before, as a model of more and more trees is. */
bool series_grows(const struct series *series);

/* What is true of the series that the name belongs to; false where it belongs to none.
 * It is written in turns, with other things between; … */
bool series_in_turns(const struct judge *judge, uint32_t name);

/* … three times and more, and as large each time to the byte; … */
bool series_exact(const struct judge *judge, uint32_t name);

/* … and each larger than what was read since the one before; */
bool series_steady(const struct judge *judge, uint32_t name);

/* training reads many of it again and again; */
bool series_again(const struct judge *judge, uint32_t name);

/* others read all that one wrote who read nothing; */
bool series_used(const struct judge *judge, uint32_t name);

/* it is one for each file that is read, or for each few. */
bool series_each(const struct judge *judge, uint32_t name);

/* How far its sizes, and what becomes of the older ones, are those of states: 0 to 3. */
int series_even(const struct judge *judge, uint32_t name);

#endif
