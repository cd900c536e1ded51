/* SPDX-License-Identifier: Apache-2.0
 *
 * Work on all cores that this process may use. Whoever calls owns what the
 * items write to: no two items may write to the same place.
 */
#ifndef PARALLEL_H
#define PARALLEL_H

#include <stddef.h>

/* How many threads parallel_for uses at most, the calling one included. */
unsigned parallel_workers(void);

/* Runs items 0 to count - 1, each once, in the order in which threads are
 * free; returns when all are done. worker is below parallel_workers(), and no
 * two items run under the same one at a time. */
void parallel_for(size_t count, void (*run)(void *context, size_t item, unsigned worker),
                  void *context);

#endif
