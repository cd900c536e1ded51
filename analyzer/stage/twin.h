/* SPDX-License-Identifier: Apache-2.0
 *
 * Folders whose files are called the same: sets to learn from and to try.
 */
#ifndef TWIN_H
#define TWIN_H

#include "stage/judge.h"

/* Whether what a process reads in the file's folder, some files at most, is called just as what
 * it reads in another one. */
bool twin_is(const struct judge *judge, const struct process *process, size_t file);

#endif
