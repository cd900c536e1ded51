/* SPDX-License-Identifier: Apache-2.0
 *
 * Who has imported a library of models that are fitted to tables: what it writes when it has
 * read all, in no format of data, is such a model.
 */
#ifndef ESTIMATOR_H
#define ESTIMATOR_H

#include "stage/judge.h"

/* Sets `fits` of a process. */
void estimator_find(struct judge *judge, const struct process *process);

/* Whether a file that it wrote may be the model. */
bool estimator_wrote(const struct judge *judge, const struct conduct *conduct,
                     const struct use *use, uint32_t name);

#endif
