/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/move.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Of what was written nothing is a folder. */
void move_find(struct judge *j, const struct process *p)
{
	struct conduct *c = &j->conducts[p->number];

	c->moves = j->move_count;
	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u;
		if (features_plain(j->features, p->number, i))
			continue;
		u = features_use(j->features, p->number, i, &(struct use){0});
		if (!u->renamed_to || u->writes || u->reads)
			continue;
		j->moves = memory_grow(j->moves, j->move_count, &j->move_room, sizeof *j->moves);
		j->moves[j->move_count++] =
		        (struct move){.from = process_file_at(p, i)->name, .to = u->renamed_to};
	}
	c->move_count = j->move_count - c->moves;
}

#define MOVES 64 /* of a process, that a path is looked for in */

/* The process's last one of a folder that the path lies in, or NULL. A folder within another
 * one is renamed before that: the innermost is first. */
static struct move *move_of(const struct judge *j, const struct process *p, const char *path)
{
	const struct conduct *c = &j->conducts[p->number];
	struct move *found = NULL;
	size_t longest = 0;

	for (size_t i = c->move_count; i > 0 && i + MOVES > c->move_count; i--) {
		struct move *move = &j->moves[c->moves + i - 1];
		const char *from = names_text(j->recording->names, move->from);
		size_t length = strlen(from);
		if (length > longest && !strncmp(path, from, length) && path[length] == '/') {
			found = move;
			longest = length;
		}
	}
	return found;
}

/* The path with its folder's new name, or NULL; free() it. */
static char *move_path(const struct judge *j, const struct process *p, const char *path)
{
	const struct move *move = move_of(j, p, path);
	const char *to = move ? names_text(j->recording->names, move->to) : "";
	size_t room = strlen(to) + strlen(path) + 1;
	char *moved;

	if (!move)
		return NULL;
	moved = memory_get(room, 1);
	snprintf(moved, room, "%s%s", to,
	         path + strlen(names_text(j->recording->names, move->from)));
	return moved;
}

void move_saves(struct judge *j, const struct process *p, uint32_t name)
{
	struct move *move = move_of(j, p, names_text(j->recording->names, name));

	if (move)
		move->saves = true;
}

bool move_is_save(const struct judge *j, const struct process *p, uint32_t name)
{
	const struct move *move = move_of(j, p, names_text(j->recording->names, name));

	return move && move->saves;
}

uint32_t move_to(const struct judge *j, const struct process *p, uint32_t name)
{
	char *at = move_path(j, p, names_text(j->recording->names, name)), *next;
	uint32_t found;

	/* A folder within another one that is renamed, too. */
	for (int deep = 0; at && deep < 4 && (next = move_path(j, p, at)); deep++) {
		free(at);
		at = next;
	}
	found = at ? names_find(j->recording->names, at, strlen(at)) : 0;
	free(at);
	return found;
}
