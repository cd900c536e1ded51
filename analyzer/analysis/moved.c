/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/moved.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/wrap.h"

/* What comes so soon is part of the save. */
#define SOON_NS INT64_C(1000000000)

static bool moved_soon(int64_t end, const struct renaming *move)
{
	return move->start_ns <= end || wrap_span(end, move->start_ns) < SOON_NS;
}

/* Takes a rename in, once for all that it moved. */
static void moved_labour(struct labour *labour, const struct renaming *move, bool *counted)
{
	if (!*counted) {
		labour->renames++;
		labour->rename_ns += (uint64_t)wrap_span(move->start_ns, move->end_ns);
	}
	*counted = true;
}

void moved_rename(struct episodes *saved, const struct renamings *moves, uint32_t names)
{
	uint32_t *written = memory_get(names, sizeof *written);
	bool *counted = memory_get(moves->count + 1, sizeof *counted);

	for (size_t i = 0; moves->count && i < saved->count; i++)
		written[saved->items[i].name]++;
	for (size_t i = 0; moves->count && i < saved->count; i++) {
		struct episode *e = &saved->items[i];
		bool series = written[e->name] > 1;
		struct renaming *move =
		        e->renamed ? NULL : renamings_find(moves, e->name, e->run, e->start_ns);
		if (!move || (series && !moved_soon(e->end_ns, move)))
			continue;
		e->name = move->to;
		e->renamed = true;
		moved_labour(&e->labour, move, &counted[move - moves->items]);
	}
	free(counted);
	free(written);
}

/* The rename of the innermost folder of the checkpoint, once it had begun; NULL for none. */
static struct renaming *moved_folder(const struct names *names, const struct renamings *moves,
                                     const struct moment *m, size_t *length)
{
	for (size_t n = strlen(m->path); n-- > 1;) {
		struct renaming *move = NULL;
		uint32_t folder = m->path[n] == '/' ? names_find(names, m->path, n) : 0;
		if (folder)
			move = renamings_find(moves, folder, m->run, m->start_ns);
		if (!move)
			continue;
		*length = n;
		return move;
	}
	return NULL;
}

static void moved_path(struct moment *m, const char *to, size_t folder)
{
	char *path = NULL;
	size_t size;
	FILE *text = open_memstream(&path, &size);

	if (!text)
		return;
	fprintf(text, "%s%s", to, m->path + folder);
	if (fclose(text)) {
		free(path);
		return;
	}
	free(m->path);
	m->path = path;
}

/* Who wrote it may go on while another process renames it. */
static bool moved_own(const struct moment *m, const struct renaming *move)
{
	for (size_t i = 0; i < m->part_count; i++)
		if (m->parts[i].process == move->process)
			return true;
	return false;
}

void moved_folders(struct moments *saves, const struct renamings *moves, const struct names *names)
{
	uint32_t *held = memory_get(moves->count + 1, sizeof *held);
	size_t n;

	/* A folder that several were written in, one after the other, had many names. */
	for (size_t i = 0; moves->count && i < saves->count; i++) {
		const struct renaming *move = moved_folder(names, moves, &saves->items[i], &n);
		if (move)
			held[move - moves->items]++;
	}
	for (size_t i = 0; moves->count && i < saves->count; i++) {
		struct moment *m = &saves->items[i];
		const struct renaming *move = moved_folder(names, moves, m, &n);
		if (!move || held[move - moves->items] != 1)
			continue;
		moved_path(m, names_text(names, move->to), n);
		moved_labour(&m->labour, move, &(bool){false});
		if (moved_own(m, move) && moved_soon(m->end_ns, move) && move->end_ns > m->end_ns)
			m->end_ns = move->end_ns;
	}
	free(held);
}
