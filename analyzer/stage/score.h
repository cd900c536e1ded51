/* SPDX-License-Identifier: Apache-2.0
 *
 * How far a written file looks like a checkpoint.
 */
#ifndef SCORE_H
#define SCORE_H

#include "stage/judge.h"

/* For each file of a run, in this order: puts it into its series, then sees whether
 * it was removed. */
void score_series(struct judge *judge, const struct process *process, size_t file);
void score_removed(struct judge *judge, const struct process *process, size_t file);

/* When all series are known: finds those that the process goes on with. */
void score_resumed(struct judge *judge, const struct process *process);

/* When conducts are known, for each file: decides. */
void score_checkpoint(struct judge *judge, const struct process *process, size_t file);

/* Whether the file belongs to a series that is written in turns. */
bool score_in_turns(const struct judge *judge, uint32_t name);

/* Whether training reads many of its series again and again. */
bool score_again(const struct judge *judge, uint32_t name);

#endif
