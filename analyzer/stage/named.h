/* SPDX-License-Identifier: Apache-2.0
 *
 * What the names of functions and scripts say where what is done does not tell: never
 * against what is sure.
 */
#ifndef NAMED_H
#define NAMED_H

#include "read/word.h"
#include "stage/judge.h"
#include "stage/kind.h"
#include "stage/reason.h"

/* What names say that a file is read, or written, for: one of enum word, 0 = nothing, or
 * several things. */
uint32_t named_for(const struct use *use, enum direction direction);

/* What its names say that a process is for, likewise; its script's before its functions'. */
uint32_t named_intent(const struct judge *judge, const struct process *process);

/* Whether it is to train. */
bool named_trains(const struct judge *judge, const struct process *process);

/* Before checkpoints are looked for: of who prepares by its names, a second pass over data is
 * no training. When they are known: nor is reading data again, of who infers and saves none. */
void named_prepares(struct judge *judge, const struct process *process);
void named_find(struct judge *judge, const struct process *process);

/* The reason that counts, given the one by what is done. */
enum reason named_read(const struct judge *judge, const struct process *process, size_t file,
                       const struct use *use, enum reason reason);
enum reason named_write(const struct judge *judge, const struct process *process, size_t file,
                        const struct use *use, enum reason reason);

#endif
