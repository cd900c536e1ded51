/* SPDX-License-Identifier: Apache-2.0
 *
 * Which files there were, and how large, when the run began: told from what
 * its operations found. Goes along with planning, by time.
 */
#ifndef REPLAY_SPACE_H
#define REPLAY_SPACE_H

#include "replay/plan.h"

struct space;

struct space *space_new(struct plan *plan);

/* A name that the recording does not have itself, or does. */
uint32_t space_name(struct space *space, const char *text, size_t length);

/* False where the name can't have been there by what the recording shows:
 * something made it out of sight. */
bool space_can_be(struct space *space, uint32_t name);

/* The name was there, as a file of at least that size, or as a folder. */
void space_found(struct space *space, uint32_t name, bool folder, int64_t size);
/* It was not; nor was the folder for it. */
void space_missed(struct space *space, uint32_t name);
void space_missed_above(struct space *space, uint32_t name);

void space_made(struct space *space, uint32_t name, bool folder);
void space_removed(struct space *space, uint32_t name);
void space_renamed(struct space *space, uint32_t from, uint32_t to);
void space_linked(struct space *space, uint32_t from, uint32_t to);

/* Bytes up to `end` were read; so many were written; or the file has that size
 * from now on. */
void space_read(struct space *space, uint32_t name, int64_t end);
void space_grown(struct space *space, uint32_t name, int64_t end, int64_t bytes);
/* So many bytes from there on are its own, also behind its end, where it ends as before. */
void space_kept(struct space *space, uint32_t name, int64_t offset, int64_t bytes);
void space_resized(struct space *space, uint32_t name, int64_t size);

/* Folders of what was found, hard links, sums and the hash. Frees it. */
void space_finish(struct space *space);

#endif
