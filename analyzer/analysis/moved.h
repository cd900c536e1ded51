/* SPDX-License-Identifier: Apache-2.0
 *
 * Checkpoints that another process than their writer gave their name, as `mv` does, or that
 * have it from their folder.
 */
#ifndef MOVED_H
#define MOVED_H

#include "analysis/episode.h"
#include "stage/feature.h"

/* Gives episodes the names that their files have got from others, where each was renamed to
 * one name alone. */
void moved_rename(struct episodes *saved, const struct features *features);

/* Gives checkpoints in a folder that was renamed once they were complete the folder's name. */
void moved_folders(struct moments *saves, const struct features *features);

#endif
