/* SPDX-License-Identifier: Apache-2.0
 *
 * The folders that a thread worked in last, held open, so that a name in one of
 * them is one step away however deep it lies. Each thread has its own.
 */
#ifndef REPLAY_FOLDERS_H
#define REPLAY_FOLDERS_H

#include <stdint.h>

struct folders;

/* Holds at most `most` descriptors, at least one. */
struct folders *folders_new(unsigned most);
void folders_free(struct folders *folders);

/* The folder below root that holds the path's last component, to which *last
 * points afterwards. O_PATH, confined as confine_open does; it stays the
 * callee's, valid until the next call. -errno where it can't be opened. What was
 * held under another `moved` is forgotten: a folder has been renamed or removed.
 * The path's text must live as long as folders. */
int folders_of(struct folders *folders, int root, const char *path, uint32_t moved,
               const char **last);

#endif
