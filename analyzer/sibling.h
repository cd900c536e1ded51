/* SPDX-License-Identifier: Apache-2.0
 *
 * Small files are for what is written or read beside them: the settings of a model,
 * the step that a checkpoint was made at.
 */
#ifndef SIBLING_H
#define SIBLING_H

#include "judge.h"

/* A process's states and weights, of which there are few. */
struct siblings {
	const struct judge *judge;
	const struct process *process;
	size_t *files; /* indices */
	size_t count, room;
};

/* When all is judged that siblings.judge can tell; to be freed. */
struct siblings siblings_find(const struct judge *judge, const struct process *process);
void siblings_free(struct siblings *siblings);

/* Whether it is written together with a checkpoint, as part of it: in a folder for
 * checkpoints, or for this one alone, or under its name. */
bool sibling_of_saved(const struct siblings *siblings, size_t file);

/* State or weights, by their file's index, that are read in its folder at about the same
 * time; 0 = none. */
size_t sibling_of_loaded(const struct siblings *siblings, size_t file);

#endif
