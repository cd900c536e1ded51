/* SPDX-License-Identifier: Apache-2.0
 *
 * Grouping of episodes into moments: an episode joins the latest one that it
 * belongs with (belong.h).
 */
#include "analysis/episode.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/belong.h"
#include "base/memory.h"
#include "base/wrap.h"
#include "read/clue.h"

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

/* Groups that processes, or files, have a part in: a set, for there may be as many as episodes. */
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

static bool episode_new_part(struct episode_parts *parts, size_t group, uint32_t part)
{
	uint64_t key = (uint64_t)group << 32 | (part + UINT64_C(1));
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
	to->mapped_bytes += from->mapped_bytes;
}

static void episode_join(struct moment *m, const struct episode *e, const struct recording *r,
                         bool new_process, bool new_file)
{
	m->processes += new_process;
	m->bytes += e->bytes;
	m->unfinished |= !e->closed && !r->processes[e->process].ended;
	labour_add(&m->labour, &e->labour);
	m->parts = memory_grow(m->parts, m->part_count, &m->part_room, sizeof *m->parts);
	m->parts[m->part_count++] =
	        (struct moment_part){e->name, e->process, e->bytes, e->first_bytes};
	if (e->end_ns > m->end_ns)
		m->end_ns = e->end_ns;
	m->files += new_file;
}

static struct moment *episode_moment(struct moments *m, const struct episode *e)
{
	m->items = memory_grow(m->items, m->count, &m->room, sizeof *m->items);
	m->items[m->count] =
	        (struct moment){.run = e->run, .start_ns = e->start_ns, .end_ns = e->end_ns};
	return &m->items[m->count++];
}

/* An episode's group: that of the latest one it belongs with, but none that
 * already holds this writer's earlier file of the same series. */
static size_t episode_find(const struct episodes *e, size_t at, const size_t *group,
                           const struct recording *r, const size_t *before, size_t none)
{
	size_t found = none, own = none, i = before ? before[at] : at;
	const struct episode *item = &e->items[at], *with = NULL;

	for (; i && at - i < EPISODE_FAR; i = before ? before[i - 1] : i - 1) {
		const struct episode *a = &e->items[i - 1];
		bool together;
		if (!a->bytes)
			continue;
		together = belong_together(a, item, r, before);
		if (found == none && together) {
			found = group[i - 1];
			with = a;
		} else if (together || a->process != item->process ||
		           (found != none && belong_note(a, item, with))) {
			continue;
		} else if (found == group[i - 1]) {
			return none;
		} else if (found == none && own == none) {
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

/* A temporary name tells nothing: what it is renamed to by a library that calls the kernel itself
 * is not seen. */
static uint32_t moment_series(struct names *all, const char *path)
{
	char *series = clue_series(path), *base = series + clue_folder(series);
	uint32_t number;

	base += *base == '/';
	base += *base == '.';
	if (!strncmp(base, "tmp", 3))
		base[3] = 0;
	number = names_add(all, series, strlen(series));
	free(series);
	return number;
}

/* The latest moment before that has a part of the same series, of which `last` holds one more than
 * the index; NULL where there is none. */
static struct moment *moment_before(struct moments *m, size_t at, struct names *all, size_t *last,
                                    const struct names *names)
{
	const struct moment *now = &m->items[at];
	size_t before = 0;

	for (size_t i = 0; i < now->part_count; i++) {
		uint32_t series = moment_series(all, names_text(names, now->parts[i].name));
		if (last[series] > before && last[series] <= at)
			before = last[series];
		last[series] = at + 1;
	}
	return before ? &m->items[before - 1] : NULL;
}

/* Moments of one run follow each other. A save of the best state and the last one follows that of
 * the last one alone. */
static void moments_intervals(struct moments *m, const struct names *names, size_t parts)
{
	struct names *all = names_new();
	size_t *last = memory_get(parts + 1, sizeof *last);

	for (size_t i = 0; i < m->count; i++) {
		struct moment *now = &m->items[i], *before = moment_before(m, i, all, last, names);
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
		if (sync->end_ns > m->end_ns && sync->start_ns <= m->end_ns + BELONG_NS)
			m->end_ns = sync->end_ns;
		return;
	}
}

/* So small a share of the bytes is a note: which checkpoint is the latest is told beside all of
 * them. */
#define MOMENT_NOTE 1000

/* The file, or the folder that all lie in but for notes that other moments have, too. `uses`: by
 * name, of how many moments it is. */
static char *moment_path(const struct moment *m, const struct names *names, const uint32_t *uses)
{
	const char *path = NULL;
	size_t length = 0, same;

	for (size_t i = 0; i < m->part_count; i++) {
		const struct moment_part *part = &m->parts[i];
		const char *other = names_text(names, part->name);
		if (part->bytes < m->bytes / MOMENT_NOTE && uses[part->name] > 1)
			continue;
		if (!path) {
			path = other;
			length = m->files > 1 ? clue_folder(path) + 1 : strlen(path);
		}
		same = belong_common(path, other) + 1;
		if (m->files > 1 && same < length)
			length = same;
	}
	return path ? memory_text(path, length) : memory_text("", 0);
}

static void moments_paths(struct moments *m, const struct names *names)
{
	uint32_t *uses = memory_get(names_count(names), sizeof *uses);
	size_t *seen = memory_get(names_count(names), sizeof *seen);

	for (size_t i = 0; i < m->count; i++)
		for (size_t k = 0; k < m->items[i].part_count; k++) {
			uint32_t name = m->items[i].parts[k].name;
			uses[name] += seen[name] != i + 1;
			seen[name] = i + 1;
		}
	for (size_t i = 0; i < m->count; i++)
		m->items[i].path = moment_path(&m->items[i], names, uses);
	free(seen);
	free(uses);
}

struct moments episodes_group(struct episodes *e, const struct recording *r, bool by_path)
{
	struct moments moments = {0};
	struct episode_parts processes = episode_parts(e->count), files = episode_parts(e->count);
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
			episode_moment(&moments, item);
		}
		episode_join(&moments.items[group[i]], item, r,
		             episode_new_part(&processes, group[i], item->process),
		             episode_new_part(&files, group[i], item->name));
	}
	moments_paths(&moments, r->names);
	free(processes.keys);
	free(files.keys);
	free(before);
	free(group);
	moments_intervals(&moments, r->names, e->count);
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
