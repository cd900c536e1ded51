/* SPDX-License-Identifier: Apache-2.0
 *
 * Grouping of episodes. Files belong to one checkpoint when they lie in one
 * folder and their times touch or nearly do; two files of one series that a
 * process writes one after the other are two checkpoints, unless their names
 * say "part of".
 */
#include "episode.h"

#include <stdlib.h>
#include <string.h>

#include "clue.h"
#include "memory.h"

#define NEAR_NS INT64_C(1000000000)

struct episode *episode_begin(struct episodes *e, struct episode episode)
{
	episode.end_ns = episode.start_ns;
	e->items = memory_grow(e->items, e->count, &e->room, sizeof *e->items);
	e->items[e->count] = episode;
	return &e->items[e->count++];
}

struct episode *episode_latest(struct episodes *e, uint32_t process, uint32_t name, uint32_t handle)
{
	for (size_t i = e->count; i-- > 0;) {
		struct episode *item = &e->items[i];
		if (item->process != process || item->name != name)
			continue;
		if (!handle || !item->handle || item->handle == handle)
			return item;
	}
	return NULL;
}

void episodes_move(struct episodes *to, struct episodes *from)
{
	for (size_t i = 0; i < from->count; i++) {
		to->items = memory_grow(to->items, to->count, &to->room, sizeof *to->items);
		to->items[to->count++] = from->items[i];
	}
	episodes_free(from);
}

static int episode_earlier(const void *one, const void *other)
{
	const struct episode *a = one, *b = other;

	if (a->run != b->run)
		return a->run < b->run ? -1 : 1;
	if (a->start_ns != b->start_ns)
		return a->start_ns < b->start_ns ? -1 : 1;
	if (a->name != b->name)
		return a->name < b->name ? -1 : 1;
	return a->process < b->process ? -1 : a->process > b->process;
}

static bool episode_same_series(const char *a, const char *b)
{
	char *x = clue_series(a), *y = clue_series(b);
	bool same = !strcmp(x, y);

	free(x);
	free(y);
	return same;
}

static bool episode_same_folder(const char *a, const char *b)
{
	return clue_folder(a) == clue_folder(b) && !strncmp(a, b, clue_folder(a));
}

/* model-00001-of-00003: parts of one checkpoint. */
static bool episode_part(const char *path)
{
	char *series = clue_series(path + clue_folder(path));
	bool part = strstr(series, "#-of-#") != NULL;

	free(series);
	return part;
}

static bool episode_together(const struct episode *a, const struct episode *b,
                             const struct names *names, bool by_path)
{
	const char *x = names_text(names, a->name), *y = names_text(names, b->name);

	if (a->run != b->run || b->start_ns > a->end_ns + NEAR_NS)
		return false;
	if (by_path)
		return a->name == b->name;
	if (!episode_same_folder(x, y))
		return false;
	/* One writer's next of a series is the next checkpoint. */
	if (a->process == b->process && b->start_ns >= a->end_ns &&
	    (a->name == b->name || (episode_same_series(x, y) && !episode_part(x))))
		return false;
	return true;
}

static bool episode_new_process(const struct episode *items, const size_t *group, size_t at,
                                size_t number)
{
	for (size_t i = 0; i < at; i++)
		if (group[i] == number && items[i].process == items[at].process)
			return false;
	return true;
}

static void labour_add(struct labour *to, const struct labour *from)
{
	to->ops += from->ops;
	to->data_ns += from->data_ns;
	to->syncs += from->syncs;
	to->sync_ns += from->sync_ns;
	to->renames += from->renames;
	to->rename_ns += from->rename_ns;
	to->tiny += from->tiny;
	to->unaligned += from->unaligned;
	to->main_bytes += from->main_bytes;
}

static void episode_join(struct moment *m, const struct episode *e, const struct names *names,
                         bool new_process)
{
	const char *path = names_text(names, e->name);

	m->processes += new_process;
	m->bytes += e->bytes;
	labour_add(&m->labour, &e->labour);
	m->parts = memory_grow(m->parts, m->part_count, &m->part_room, sizeof *m->parts);
	m->parts[m->part_count++] = (struct moment_part){e->name, e->process, e->bytes};
	if (e->end_ns > m->end_ns)
		m->end_ns = e->end_ns;
	if (m->files && strcmp(m->path, path))
		m->path[m->files > 1 ? strlen(m->path) : clue_folder(m->path) + 1] = 0;
	m->files += !m->files || m->path[strlen(m->path) - 1] == '/';
}

static struct moment *episode_moment(struct moments *m, const struct episode *e,
                                     const struct names *names)
{
	const char *path = names_text(names, e->name);

	m->items = memory_grow(m->items, m->count, &m->room, sizeof *m->items);
	m->items[m->count] = (struct moment){.path = memory_text(path, strlen(path)),
	                                     .run = e->run,
	                                     .start_ns = e->start_ns,
	                                     .end_ns = e->end_ns};
	return &m->items[m->count++];
}

/* An episode's group: that of the latest one it belongs with, but none that
 * already holds this writer's earlier file of the same series. */
static size_t episode_find(const struct episodes *e, size_t at, const size_t *group,
                           const struct names *names, bool by_path, size_t none)
{
	size_t found = none;

	for (size_t i = at; i-- > 0 && at - i < 4096;) {
		const struct episode *a = &e->items[i];
		if (!a->bytes)
			continue;
		if (found == none && episode_together(a, &e->items[at], names, by_path))
			found = group[i];
		else if (found == group[i] && !episode_together(a, &e->items[at], names, by_path) &&
		         a->process == e->items[at].process)
			return none;
	}
	return found;
}

static void moments_intervals(struct moments *m)
{
	for (size_t i = 0; i < m->count; i++) {
		struct moment *now = &m->items[i];
		for (size_t k = i; k-- > 0;) {
			struct moment *before = &m->items[k];
			if (before->run != now->run ||
			    !episode_same_series(before->path, now->path))
				continue;
			now->interval_s = (double)(now->start_ns - before->start_ns) / 1e9;
			if (before->interval_s <= 0)
				before->interval_s = now->interval_s;
			break;
		}
	}
}

struct moments episodes_group(struct episodes *e, const struct names *names, bool by_path)
{
	struct moments moments = {0};
	size_t *group = memory_get(e->count, sizeof *group);

	if (e->count)
		qsort(e->items, e->count, sizeof *e->items, episode_earlier);
	for (size_t i = 0; i < e->count; i++) {
		const struct episode *item = &e->items[i];
		group[i] = SIZE_MAX - 1;
		if (!item->bytes)
			continue;
		group[i] = episode_find(e, i, group, names, by_path, SIZE_MAX);
		if (group[i] == SIZE_MAX) {
			group[i] = moments.count;
			episode_moment(&moments, item, names);
		}
		episode_join(&moments.items[group[i]], item, names,
		             episode_new_process(e->items, group, i, group[i]));
	}
	free(group);
	moments_intervals(&moments);
	return moments;
}

double moment_seconds(const struct moment *m)
{
	return (double)(m->end_ns - m->start_ns) / 1e9;
}

double moment_bandwidth(const struct moment *m)
{
	return m->end_ns > m->start_ns ? (double)m->bytes / moment_seconds(m) : 0;
}

void episodes_free(struct episodes *e)
{
	free(e->items);
	*e = (struct episodes){0};
}

void moments_free(struct moments *m)
{
	for (size_t i = 0; i < m->count; i++) {
		free(m->items[i].path);
		free(m->items[i].parts);
	}
	free(m->items);
	*m = (struct moments){0};
}
