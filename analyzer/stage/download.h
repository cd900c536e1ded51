/* SPDX-License-Identifier: Apache-2.0
 *
 * What is brought by sockets and then unpacked by who has brought it.
 */
#ifndef DOWNLOAD_H
#define DOWNLOAD_H

#include "stage/judge.h"

/* Adds a file to `brought` or `unpacked` of its process. */
void download_count(struct conduct *conduct, const struct use *use);

/* Whether a file came so: all that its process reads it has written itself before, and no more
 * than it has received. */
bool download_is(const struct conduct *conduct, const struct process *process,
                 const struct use *use);

#endif
