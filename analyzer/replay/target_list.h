/* SPDX-License-Identifier: Apache-2.0
 *
 * The list of the names that a replay may make in its target, kept there, so
 * that cleaning needs no recording and removes nothing else.
 */
#ifndef REPLAY_TARGET_LIST_H
#define REPLAY_TARGET_LIST_H

#include "base/problem.h"
#include "replay/plan.h"

struct target_list {
	char *text;   /* all names, each with a NUL behind it */
	char **names; /* paths below a client's root, sorted */
	size_t count, room;
};

int target_list_write(int folder, const struct plan *plan, struct problem *why);
int target_list_read(int folder, struct target_list *list, struct problem *why);
/* Whether a name of the recording may lie in a target. */
bool target_list_has(const struct plan *plan, uint32_t name);

void target_list_free(struct target_list *list);

#endif
