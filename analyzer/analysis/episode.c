/* SPDX-License-Identifier: Apache-2.0
 *
 * Grouping of episodes. Files belong to one checkpoint when they lie in one
 * folder and their times touch or nearly do; two files of one series that a
 * process writes one after the other are two checkpoints, unless their names
 * say "part of".
 */
#include "analysis/episode.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/wrap.h"
#include "read/clue.h"

#define NEAR_NS INT64_C(1000000000)
/* Of so many episodes before is asked what another one belongs to. */
#define EPISODE_FAR 4095

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

void episodes_rename(struct episodes *e, uint32_t process, uint32_t name, uint32_t to)
{
	for (size_t i = e->count; to && i > 0 && e->count - i < EPISODE_FAR; i--) {
		struct episode *item = &e->items[i - 1];
		if (item->process != process || item->name != name || item->renamed)
			continue;
		item->name = to;
		item->renamed = true;
	}
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

/* One ended before the other began: no ranks that save together. */
static bool episode_apart(const struct recording *r, const struct episode *a,
                          const struct episode *b)
{
	const struct process *p = &r->processes[a->process], *q = &r->processes[b->process];

	return wrap_add(p->end_ns, (uint64_t)p->clock) < wrap_add(q->start_ns, (uint64_t)q->clock);
}

static bool episode_together(const struct episode *a, const struct episode *b,
                             const struct recording *r, bool by_path)
{
	const char *x = names_text(r->names, a->name), *y = names_text(r->names, b->name);

	if (a->run != b->run || b->start_ns > a->end_ns + NEAR_NS)
		return false;
	if ((a->name == b->name || !episode_part(y)) && episode_apart(r, a, b))
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

/* Groups that processes have a part in: a set, for there may be as many as episodes. */
struct episode_parts {
	uint64_t *keys; /* 0 = free */
	size_t mask;
};

static struct episode_parts episode_parts(size_t most)
{
	size_t room = 16;

	while (room < 2 * most)
		room *= 2;
	return (struct episode_parts){memory_get(room, sizeof(uint64_t)), room - 1};
}

static bool episode_new_process(struct episode_parts *parts, size_t group, uint32_t process)
{
	uint64_t key = (uint64_t)group << 32 | (process + 1);
	size_t at = (key * UINT64_C(0x9e3779b97f4a7c15) >> 24) & parts->mask;

	for (; parts->keys[at]; at = (at + 1) & parts->mask)
		if (parts->keys[at] == key)
			return false;
	parts->keys[at] = key;
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
	to->tiny_ns += from->tiny_ns;
	to->tiny_bytes += from->tiny_bytes;
	to->dsyncs += from->dsyncs;
	to->unaligned += from->unaligned;
	to->main_bytes += from->main_bytes;
	to->mapped_bytes += from->mapped_bytes;
}

static void episode_join(struct moment *m, const struct episode *e, const struct recording *r,
                         bool new_process)
{
	const char *path = names_text(r->names, e->name);

	m->processes += new_process;
	m->bytes += e->bytes;
	m->unfinished |= !e->closed && !r->processes[e->process].ended;
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
                           const struct recording *r, const size_t *before, size_t none)
{
	size_t found = none, own = none, i = before ? before[at] : at;

	for (; i && at - i < EPISODE_FAR; i = before ? before[i - 1] : i - 1) {
		const struct episode *a = &e->items[i - 1];
		if (!a->bytes)
			continue;
		if (found == none && episode_together(a, &e->items[at], r, before))
			found = group[i - 1];
		else if ((found == none ? own == none : found == group[i - 1]) &&
		         !episode_together(a, &e->items[at], r, before) &&
		         a->process == e->items[at].process) {
			if (found != none)
				return none;
			own = group[i - 1];
		}
	}
	return found == own ? none : found;
}

/* By episode: one more than the index of the last one of the same path. */
static size_t *episodes_before(const struct episodes *e, const struct names *names)
{
	size_t *before = memory_get(e->count, sizeof *before);
	size_t *last = memory_get(names_count(names), sizeof *last);

	for (size_t i = 0; i < e->count; i++) {
		before[i] = last[e->items[i].name];
		last[e->items[i].name] = i + 1;
	}
	free(last);
	return before;
}

static uint32_t moment_series(struct names *all, const struct moment *m)
{
	char *series = clue_series(m->path);
	uint32_t number = names_add(all, series, strlen(series));

	free(series);
	return number;
}

/* Moments of one run follow each other. */
static void moments_intervals(struct moments *m)
{
	struct names *all = names_new();
	size_t *last =
	        memory_get(m->count + 1, sizeof *last); /* by series: one more than its index */

	for (size_t i = 0; i < m->count; i++) {
		struct moment *now = &m->items[i];
		uint32_t series = moment_series(all, now);
		struct moment *before = last[series] ? &m->items[last[series] - 1] : NULL;
		last[series] = i + 1;
		if (!before || before->run != now->run)
			continue;
		now->interval_s = wrap_seconds(before->start_ns, now->start_ns);
		if (before->interval_s <= 0)
			before->interval_s = now->interval_s;
	}
	free(last);
	names_free(all);
}

/* What is opened once more to be synced was moved before. */
static void episode_synced(const struct episodes *e, size_t at, const size_t *group,
                           struct moments *moments)
{
	const struct episode *sync = &e->items[at];

	for (size_t i = at; i && at - i < EPISODE_FAR; i--) {
		const struct episode *a = &e->items[i - 1];
		struct moment *m;
		if (!a->bytes || a->name != sync->name || a->run != sync->run)
			continue;
		m = &moments->items[group[i - 1]];
		labour_add(&m->labour, &sync->labour);
		if (sync->end_ns > m->end_ns && sync->start_ns <= m->end_ns + NEAR_NS)
			m->end_ns = sync->end_ns;
		return;
	}
}

struct moments episodes_group(struct episodes *e, const struct recording *r, bool by_path)
{
	struct moments moments = {0};
	struct episode_parts parts = episode_parts(e->count);
	size_t *group = memory_get(e->count, sizeof *group), *before;

	if (e->count)
		qsort(e->items, e->count, sizeof *e->items, episode_earlier);
	before = by_path ? episodes_before(e, r->names) : NULL;
	for (size_t i = 0; i < e->count; i++) {
		const struct episode *item = &e->items[i];
		group[i] = SIZE_MAX - 1;
		if (!item->bytes && item->labour.syncs)
			episode_synced(e, i, group, &moments);
		if (!item->bytes)
			continue;
		group[i] = episode_find(e, i, group, r, before, SIZE_MAX);
		if (group[i] >= moments.count) {
			group[i] = moments.count;
			episode_moment(&moments, item, r->names);
		}
		episode_join(&moments.items[group[i]], item, r,
		             episode_new_process(&parts, group[i], item->process));
	}
	free(parts.keys);
	free(before);
	free(group);
	moments_intervals(&moments);
	return moments;
}

double moment_seconds(const struct moment *m)
{
	return wrap_seconds(m->start_ns, m->end_ns);
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
