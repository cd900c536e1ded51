/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of files as the trace shows them: absolute, without "." and doubled
 * slashes. Any thread; keeps errno; allocates nothing.
 */
#ifndef PRELOAD_PATH_H
#define PRELOAD_PATH_H

#include <stdbool.h>
#include <stdint.h>

#define PATH_BYTES 4096

/* The absolute name of `path` seen from `directory` (a descriptor, or
 * AT_FDCWD) into `name`. What cannot be named is copied as it is. Returns
 * whether the name is certain: one with ".." may pass through a link. */
bool path_absolute(int directory, const char *path, char name[PATH_BYTES]);

/* Where a symbolic link leads by its text, which is seen from its own folder if it is
 * no absolute name: `text`, or `link`, the link's name, which that takes the place of.
 * NULL if it is too long. */
const char *path_of_text(const char *text, char link[PATH_BYTES]);

/* What /proc/self/fd says of a descriptor. Returns false if it is not open. */
bool path_of_fd(int fd, char name[PATH_BYTES]);

/* KIND[INODE], as /proc calls a socket, without asking; `kind` includes the bracket. */
void path_of_inode(const char *kind, uint64_t inode, char name[PATH_BYTES]);

/* The name under which /proc tells more of a descriptor. */
void path_of_information(int fd, char path[40]);

/* The program changed its working directory. */
void path_cwd_changed(void);

/* It is about to: until this is taken back, the calling thread doesn't look again
 * where it is. */
void path_cwd_keep(bool keep);

/* It may have another name since, given by this process or another one. */
void path_cwd_look(void);

/* A vfork child of the calling thread has, or no longer has, a working directory
 * of its own. */
void path_cwd_part(bool own);

#endif
