/* SPDX-License-Identifier: Apache-2.0
 *
 * Checkpoints that another process than their writer gave their name, as `mv` does, or that
 * have it from their folder: the rename is part of the save.
 */
#ifndef MOVED_H
#define MOVED_H

#include "analysis/episode.h"
#include "analysis/renaming.h"

/* Gives episodes the names that their files have got from others. Of a name that is written again
 * and again, each time at once: later it is the next save that needs the name. */
void moved_rename(struct episodes *saved, const struct renamings *moves, uint32_t names);

/* Gives checkpoints in a folder that was renamed once they were complete the folder's name. */
void moved_folders(struct moments *saves, const struct renamings *moves, const struct names *names);

#endif
