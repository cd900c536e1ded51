/* SPDX-License-Identifier: Apache-2.0
 *
 * Which process loads data for which other one: loader workers by their role,
 * programs that pipe what they read to the one that started them, and forks
 * that hand their data over in memory, where no call shows it.
 */
#ifndef LOADER_FOR_H
#define LOADER_FOR_H

#include "stage/feature.h"

/* By process number: the number of the one that it loads for, + 1; 0 = none.
 * free() it. */
uint32_t *loaders_for(const struct features *features);

/* By process number: whether a loader worker gets its data over the network, as from an
 * object store, and none from files. free() it. */
bool *loaders_remote(const struct features *features);

#endif
