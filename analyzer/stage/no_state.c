/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/no_state.h"

#include <string.h>

#include "read/evidence.h"
#include "stage/named.h"
#include "stage/root.h"

/* Less than this may be written by who saves a state, and be none: the step it was made at. */
#define NO_STATE_NAMED 2048
/* Who trains writes its states, notes and pictures, with names that differ in digits. */
#define NO_STATE_KINDS 48
/* Who copies one file may copy a state, who writes these and copies, too, a folder. */
#define NO_STATE_COPIED_KINDS 12

/* A database keeps its journals beside it, under its name and what they are:
 * state.db-journal. */
static bool no_state_in_database(const struct judge *j, uint32_t name)
{
	const struct names *names = j->recording->names;
	const char *path = names_text(names, name);

	if (j->shared[name].locked)
		return true;
	for (const char *at = path + clue_folder(path); *at; at++) {
		uint32_t owner =
		        *at == '-' || *at == '.' ? names_find(names, path, (size_t)(at - path)) : 0;
		if (owner && j->shared[owner].locked)
			return true;
	}
	return false;
}

/* By the most that one opening of it can have written. */
static bool no_state_is_small(const struct use *u, uint64_t least)
{
	return u->write_bytes < least || (u->write_opens > 1 && u->write_end < (int64_t)least &&
	                                  u->write_bytes / u->write_opens < least);
}

bool no_state(const struct judge *j, const struct conduct *c, const struct use *u, uint32_t name,
              uint64_t least)
{
	bool of_folder = u->copy && u->write_opens < 2 && c->kinds >= NO_STATE_COPIED_KINDS;
	const char *path = names_text(j->recording->names, name);

	if (u->evidence[1] & (EVIDENCE_CHECKPOINT | EVIDENCE_SERIAL) ||
	    (named_for(u, DIRECTION_WRITE) == WORD_STATE && u->write_bytes >= NO_STATE_NAMED) ||
	    clue_of(path) == CLUE_CHECKPOINT || root_checkpoint_folder(j, path))
		return false;
	return of_folder || c->tool || u->evidence[1] & EVIDENCE_PREPARE || clue_store(path) ||
	       no_state_is_small(u, least) || no_state_in_database(j, name);
}

bool no_state_of(const struct conduct *c)
{
	return c->kinds >= NO_STATE_KINDS;
}
