/* SPDX-License-Identifier: Apache-2.0
 *
 * What is made by what was learnt: after the last file that is surely a state, who trained goes
 * back to that, or turns to data unlike those before, and writes what is no state.
 */
#ifndef OUTCOME_H
#define OUTCOME_H

#include "stage/judge.h"

/* Sets `kept`, `kept_bytes` and `asked` of a process. */
void outcome_find(struct judge *judge, const struct process *process);

/* Whether a written file, that ends under this name, is a state: by that, or by what wrote it. */
bool outcome_is_state(const struct judge *judge, const struct use *use, uint32_t name);

/* Whether a written file, that ends under this name, is what was made by one. */
bool outcome_is(const struct judge *judge, const struct process *process, const struct use *use,
                uint32_t name);

/* Whether it is the state that such things are made by: what is read later has no part in it. */
bool outcome_comes_of(const struct judge *judge, const struct conduct *conduct,
                      const struct use *use, uint32_t name);

#endif
