/* SPDX-License-Identifier: Apache-2.0
 *
 * What a process reads a file for.
 */
#ifndef PURPOSE_H
#define PURPOSE_H

#include "stage/judge.h"
#include "stage/reason.h"
#include "stage/sibling.h"

/* Of a storage file that was read, or mapped, and how. */
enum reason purpose_of(const struct siblings *siblings, size_t file, const struct use *use);

/* What goes with a model that the process loads; `otherwise` where it loads none. */
enum reason purpose_of_part(const struct judge *judge, const struct process *process, size_t file,
                            enum reason otherwise);

/* Loads weights, itself or as what it was forked from, and reads data once, without
 * training. */
bool purpose_infers(const struct judge *judge, const struct process *process);

/* Whether what it began to read, or write, then came when it, or who it loads for, had trained and
 * gone back to what it saved last. */
bool purpose_tests(const struct judge *judge, const struct process *process, int64_t begun);

#endif
