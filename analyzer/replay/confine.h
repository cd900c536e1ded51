/* SPDX-License-Identifier: Apache-2.0
 *
 * Paths below a root folder, and nowhere else: no link, no "..", no absolute
 * name leads out of it, whatever lies in it (openat2 with RESOLVE_BENEATH and
 * RESOLVE_NO_SYMLINKS, Linux 5.6). All return a negative errno where they fail;
 * any thread may call them.
 */
#ifndef REPLAY_CONFINE_H
#define REPLAY_CONFINE_H

#include <stdint.h>
#include <sys/stat.h>

/* A descriptor, or -errno. */
int confine_open(int root, const char *path, int flags, unsigned mode);

int confine_mkdir(int root, const char *path);

/* With all folders that are missing above the last component. */
int confine_folders(int root, const char *path);

int confine_unlink(int root, const char *path, int flags); /* AT_REMOVEDIR or 0 */
int confine_rename(int from_root, const char *from, int to_root, const char *to);
int confine_link(int from_root, const char *from, int to_root, const char *to);
int confine_stat(int root, const char *path, struct stat *about);
int confine_chmod(int root, const char *path, unsigned mode);
int confine_statfs(int root, const char *path);

#endif
