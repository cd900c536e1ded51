/* SPDX-License-Identifier: Apache-2.0
 *
 * One file under several names: by links, or by a folder's. Known by its device
 * and inode.
 */
#ifndef ALIAS_H
#define ALIAS_H

#include "stage/judge.h"

/* What is read under a name that the run never wrote, and is a file that it wrote as a
 * checkpoint under another, is that checkpoint. */
void aliases_share(struct judge *judge, uint32_t run);

#endif
