/* SPDX-License-Identifier: Apache-2.0
 *
 * Names that lead to a file which another name has: symbolic links, and what lies
 * behind links to folders. Recordings say where a link leads that the run made;
 * of others, that two names have one inode does. Goes along with planning, by time.
 */
#ifndef REPLAY_ALIAS_H
#define REPLAY_ALIAS_H

#include "replay/space.h"

struct aliases;

struct aliases *aliases_new(struct plan *plan, struct space *space);

/* The name of the file to which this one leads: itself, where nothing else is known.
 * What a link of the run leads to, without having another name, gets one. */
uint32_t aliases_of(struct aliases *aliases, uint32_t name);

/* The name itself, in the folder to which its folder leads. */
uint32_t aliases_within(struct aliases *aliases, uint32_t name);

/* The name was opened and led to that inode, of a file that was there or is new. */
void aliases_opened(struct aliases *aliases, uint32_t name, uint64_t device, uint64_t inode,
                    bool is_new);

/* The operation made a link of that name, which leads there, 0 = not known; a name
 * has another one now; a name was removed. */
void aliases_linked(struct aliases *aliases, uint32_t name, uint32_t to, uint32_t lane,
                    uint32_t op);
/* Another name of what `from` is, where that is a link itself. */
void aliases_hard_linked(struct aliases *aliases, uint32_t from, uint32_t to);
void aliases_renamed(struct aliases *aliases, uint32_t from, uint32_t to);
void aliases_removed(struct aliases *aliases, uint32_t name);

void aliases_free(struct aliases *aliases);

#endif
