/* SPDX-License-Identifier: Apache-2.0
 *
 * Small files are for what is written or read beside them: the settings of a model,
 * the step that a checkpoint was made at.
 */
#ifndef SIBLING_H
#define SIBLING_H

#include "stage/judge.h"

/* State or weights of a process, with what each small file asks of them: they are found
 * once, for small files may be many. */
struct sibling {
	size_t file;      /* index */
	const char *path; /* the name that it ends with */
	size_t folder;    /* bytes of it */
	int64_t first_read, first_write, last_write;
	bool read, written, mapped; /* mapped and not read: at a time that is not known */
	bool numbered; /* its folder's name ends in a number, and there are more like it */
};

struct siblings {
	const struct judge *judge;
	const struct process *process;
	struct sibling *items;
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

/* Likewise, where it is known by that file's name as well, whatever it is named itself. */
size_t sibling_named_like(const struct siblings *siblings, size_t file);

#endif
