/* SPDX-License-Identifier: Apache-2.0
 *
 * Descriptors that stand for another file than the table has: a program may close,
 * open and duplicate by instructions of its own, where no wrapper sees it. The
 * kernel is asked now and then, and without a question to storage.
 */
#ifndef PRELOAD_STALE_H
#define PRELOAD_STALE_H

#include "file/fd.h"

/* Asks whether `fd` still is what its entry `known` says. If not, the trace says
 * so, and the table and `known` have what it is now. Keeps errno; signal-safe. */
void stale_check(int fd, struct fd *known);

/* The same for the descriptors that were asked about before, among the lowest few
 * thousand. */
void stale_find(void);

#endif
