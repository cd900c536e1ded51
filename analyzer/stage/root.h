/* SPDX-License-Identifier: Apache-2.0
 *
 * The folder that all data of a run lie in: what it is called says nothing of the files
 * within it.
 */
#ifndef ROOT_H
#define ROOT_H

#include "stage/judge.h"

/* When what is shared of all files of a run is known. */
void root_find(struct judge *judge, uint32_t run);

/* Whether a folder of the path, below that one, is named as those of checkpoints are. */
bool root_checkpoint_folder(const struct judge *judge, const char *path);

#endif
