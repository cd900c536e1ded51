/* SPDX-License-Identifier: Apache-2.0
 *
 * Processes that read, or save, for the one that made them.
 */
#ifndef HELPER_H
#define HELPER_H

#include "stage/judge.h"

/* When it is known what each process of a run reads, and who loads: adds that to the
 * conducts of those whom workers and forks read for. */
void helpers_read(struct judge *judge, uint32_t run);

/* When checkpoints are known: what forks save that read nothing, they save for who forked them. */
void helpers_save(struct judge *judge, uint32_t run);

#endif
