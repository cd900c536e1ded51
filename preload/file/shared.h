/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared memory that has no name any more, as loaders hand it on for each batch. What
 * /proc says it was called takes longer to ask than all else that is known of it.
 */
#ifndef PRELOAD_SHARED_H
#define PRELOAD_SHARED_H

#include <stdbool.h>
#include <sys/stat.h>

#include "file/path.h"

/* Names the open file `fd`, about which fstat says `about`, by its inode if it is a deleted
 * one of /dev/shm. Returns false for any other, and where /dev/shm is no memory of its own.
 * Any thread; signal-safe; keeps errno. */
bool shared_name(int fd, const struct stat *about, char name[PATH_BYTES]);

#endif
