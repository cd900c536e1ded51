/* SPDX-License-Identifier: Apache-2.0
 *
 * Files belong to one checkpoint when they lie in one folder, or in one folder's
 * folders, and their times touch or nearly do; two files of one series that a
 * process writes one after the other are two checkpoints, unless their names say
 * "part of", and so are two with training in between.
 */
#include "analysis/belong.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/wrap.h"
#include "read/clue.h"

/* A checkpoint's files lie at most so many folders below the one that holds all of them. */
#define BELONG_DEPTH 3
#define BELONG_NOTE  65536

static bool belong_same_series(const char *a, const char *b)
{
	char *x = clue_series(a), *y = clue_series(b);
	bool same = !strcmp(x, y);

	free(x);
	free(y);
	return same;
}

static bool belong_same_folder(const char *a, const char *b)
{
	return clue_folder(a) == clue_folder(b) && !strncmp(a, b, clue_folder(a));
}

/* model-00001-of-00003: parts of one checkpoint. */
static bool belong_part(const char *path)
{
	char *series = clue_series(path + clue_folder(path));
	bool part = strstr(series, "#-of-#") != NULL;

	free(series);
	return part;
}

/* One ended before the other began: no ranks that save together. */
static bool belong_apart(const struct recording *r, const struct episode *a,
                         const struct episode *b)
{
	const struct process *p = &r->processes[a->process], *q = &r->processes[b->process];

	return wrap_add(p->end_ns, (uint64_t)p->clock) < wrap_add(q->start_ns, (uint64_t)q->clock);
}

/* A file that is opened again, as for its header and then for what follows, and gets what it does
 * not yet have. */
static bool belong_goes_on(const struct episode *a, const struct episode *b)
{
	return a->name == b->name && a->process == b->process && !a->labour.mapped_bytes &&
	       a->bytes + b->bytes <= b->reach;
}

/* Its first thread wrote both, and read what training learns from in between. */
static bool belong_trained(const struct episode *a, const struct episode *b)
{
	return a->process == b->process && a->first_bytes && b->first_bytes &&
	       b->start_ns >= a->end_ns && b->reads_before > a->reads_by_then;
}

/* Indices are written again and again while a checkpoint grows. */
bool belong_note(const struct episode *a, const struct episode *b, const struct episode *with)
{
	return a->name == b->name && a->bytes < BELONG_NOTE && b->bytes < BELONG_NOTE &&
	       b->start_ns <= with->end_ns + BELONG_NS / 10;
}

size_t belong_common(const char *path, const char *other)
{
	size_t folder = 0;

	for (size_t i = 0; path[i] && path[i] == other[i]; i++)
		if (path[i] == '/')
			folder = i;
	return folder;
}

static unsigned belong_depth(const char *rest)
{
	unsigned depth = 0;

	for (; *rest; rest++)
		depth += *rest == '/';
	return depth;
}

/* The first folders of what is left of two paths are step_1 and step_2, or the like. */
static bool belong_in_turn(const char *x, const char *y)
{
	char *one = memory_text(x, strcspn(x, "/")), *other = memory_text(y, strcspn(y, "/"));
	bool same = belong_same_series(one, other);

	free(one);
	free(other);
	return same;
}

/* Of different folders: one within the other, or beside it, as a process lays a checkpoint out, or
 * as ranks have a folder each. */
static bool belong_folders(const struct episode *a, const struct episode *b,
                           const struct recording *r)
{
	const char *x = names_text(r->names, a->name), *y = names_text(r->names, b->name);
	int one = r->processes[a->process].rank, other = r->processes[b->process].rank;
	bool ranks = one >= 0 && other >= 0 && one != other;
	size_t common = belong_common(x, y);

	if (!common || (a->process != b->process && !ranks))
		return false;
	x += common + 1;
	y += common + 1;
	if (belong_depth(x) > BELONG_DEPTH || belong_depth(y) > BELONG_DEPTH)
		return false;
	return ranks || !belong_depth(x) || !belong_depth(y) || !belong_in_turn(x, y);
}

bool belong_together(const struct episode *a, const struct episode *b, const struct recording *r,
                     bool by_path)
{
	const char *x = names_text(r->names, a->name), *y = names_text(r->names, b->name);

	if (a->run != b->run || b->start_ns > a->end_ns + BELONG_NS)
		return false;
	if ((a->name == b->name || !belong_part(y)) && belong_apart(r, a, b))
		return false;
	if (by_path)
		return a->name == b->name;
	if (belong_goes_on(a, b))
		return true;
	if (belong_trained(a, b) || (!belong_same_folder(x, y) && !belong_folders(a, b, r)))
		return false;
	/* One writer's next of a series is the next checkpoint. */
	if (a->process == b->process && b->start_ns >= a->end_ns &&
	    (a->name == b->name || (belong_same_series(x, y) && !belong_part(x))))
		return false;
	return true;
}
