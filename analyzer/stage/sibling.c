/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/sibling.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "read/evidence.h"
#include "read/system.h"
#include "stage/root.h"

#define SIBLING_NEAR_NS INT64_C(5000000000)
#define SIBLING_ABOUT   (UINT64_C(64) << 10)
#define SIBLING_WORD    1024
#define SIBLINGS        1024 /* more are no states: each small file looks at all */

#define sibling_use(s, i)                                                                          \
	features_use((s)->judge->features, (s)->process->number, i, &(struct use){0})

static const struct shared *sibling_shared(const struct siblings *s, size_t i)
{
	return &s->judge->shared[process_file_at(s->process, i)->name];
}

/* Under the name that it ends with. */
static const char *sibling_path(const struct siblings *s, size_t i)
{
	uint32_t name = judge_final_name(process_file_at(s->process, i), sibling_use(s, i));

	return names_text(s->judge->recording->names, name);
}

/* The folder's own name ends in a number, and there are more like it: each save has one. */
static bool sibling_numbered(const struct siblings *s, size_t i, const char *path)
{
	const struct judge *j = s->judge;
	const struct use *u = sibling_use(s, i);
	uint32_t name = judge_final_name(process_file_at(s->process, i), u);
	size_t folder = clue_folder(path);

	return u->write_opens <= 1 && folder && isdigit((unsigned char)path[folder - 1]) &&
	       j->series[j->series_of[name]].members > 1;
}

static struct sibling sibling_of(const struct siblings *s, size_t i, const struct use *u)
{
	const char *path = sibling_path(s, i);

	return (struct sibling){
	        .file = i,
	        .path = path,
	        .folder = clue_folder(path),
	        .first_read = u->first_read,
	        .first_write = u->first_write,
	        .last_write = u->last_write,
	        .read = u->reads > 0,
	        .written = u->writes > 0,
	        .mapped = u->maps && !u->reads,
	        .numbered = sibling_numbered(s, i, path),
	};
}

/* Folders that differ in the number that they end with. */
static bool sibling_like(const struct sibling *a, const struct sibling *b)
{
	size_t stem = a->folder, other = b->folder;

	while (stem && isdigit((unsigned char)a->path[stem - 1]))
		stem--;
	while (other && isdigit((unsigned char)b->path[other - 1]))
		other--;
	return stem == other && stem < a->folder && stem < b->folder &&
	       !strncmp(a->path, b->path, stem) &&
	       (a->folder != b->folder || strncmp(a->path, b->path, a->folder));
}

/* Of files that end under names that are not known: other folders like this one have some. */
static void siblings_number(struct siblings *s)
{
	for (size_t k = 1; k < s->count; k++) {
		struct sibling *a = &s->items[k - 1], *b = &s->items[k];
		if (a->written && b->written && sibling_like(a, b))
			a->numbered = b->numbered = true;
	}
}

struct siblings siblings_find(const struct judge *judge, const struct process *p)
{
	struct siblings s = {.judge = judge, .process = p};

	for (size_t i = 1; i < p->file_count && s.count < SIBLINGS; i++) {
		const struct use *u = sibling_use(&s, i);
		judge_fetch(judge, p, i);
		bool state = sibling_shared(&s, i)->checkpoint ||
		             ((u->reads || u->maps) && judge_is_loaded(sibling_shared(&s, i), u));
		if (!state || !system_is_not(judge->recording, process_file_at(p, i)))
			continue;
		s.items = memory_grow(s.items, s.count, &s.room, sizeof *s.items);
		s.items[s.count++] = sibling_of(&s, i, u);
	}
	siblings_number(&s);
	return s;
}

void siblings_free(struct siblings *s)
{
	free(s->items);
}

/* The path's length without what comes behind a dot. */
static size_t sibling_stem(const char *path)
{
	size_t folder = clue_folder(path);

	return folder + strcspn(path + folder, ".");
}

static bool sibling_same_name(const char *one, const char *other)
{
	size_t stem = sibling_stem(one);

	return sibling_stem(other) == stem && !strncmp(one, other, stem);
}

static bool sibling_near(int64_t from, int64_t to, int64_t other_from, int64_t other_to)
{
	return from < other_to + SIBLING_NEAR_NS && other_from < to + SIBLING_NEAR_NS;
}

static bool sibling_beside(const struct sibling *o, size_t file, const char *path, size_t folder)
{
	return o->file != file && o->folder == folder && !strncmp(path, o->path, folder);
}

/* Formats of many files have folders of their own for the little that is about the others. */
static bool sibling_is_about(const struct siblings *s, size_t file)
{
	const struct shared *shared = sibling_shared(s, file);

	return sibling_use(s, file)->write_bytes < SIBLING_ABOUT && !shared->recurs &&
	       !shared->random && !shared->worker_read;
}

/* Says which of the states is the last: a word, written anew after each. */
static bool sibling_points(const struct sibling *o, const struct use *u)
{
	return u->write_opens >= 2 && (u->truncated || u->renamed_to) &&
	       u->write_bytes / u->write_opens <= SIBLING_WORD && u->first_write > o->first_write;
}

/* The folder that another one lies in. */
static bool sibling_above(const char *path, size_t folder, const struct sibling *o)
{
	return folder < o->folder && o->path[folder] == '/' && !strncmp(path, o->path, folder) &&
	       !memchr(o->path + folder + 1, '/', o->folder - folder - 1);
}

bool sibling_of_saved(const struct siblings *s, size_t file)
{
	const struct use *u = sibling_use(s, file);
	const char *path = sibling_path(s, file);
	size_t folder = clue_folder(path);
	bool known, about = sibling_is_about(s, file);

	if (u->append || !s->count)
		return false;
	known = root_checkpoint_folder(s->judge, path) || u->evidence[1] & EVIDENCE_SERIAL;
	for (size_t k = 0; k < s->count; k++) {
		const struct sibling *o = &s->items[k];
		if (!o->written ||
		    !sibling_near(u->first_write, u->last_write, o->first_write, o->last_write))
			continue;
		if (o->file != file && about && clue_checkpoint_shared(path, o->path))
			return true;
		if (sibling_above(path, folder, o) && sibling_points(o, u))
			return true;
		if (!sibling_beside(o, file, path, folder))
			continue;
		if (known || sibling_points(o, u) || o->numbered ||
		    sibling_same_name(path, o->path))
			return true;
	}
	return false;
}

/* A time that is not known is near. */
static bool sibling_read_near(const struct sibling *o, const struct use *u)
{
	return o->mapped || (o->read && sibling_near(u->first_read, u->first_read, o->first_read,
	                                             o->first_read));
}

static size_t sibling_loaded(const struct siblings *s, size_t file, bool named)
{
	const struct use *u = sibling_use(s, file);
	const char *path = sibling_path(s, file);
	size_t folder = clue_folder(path);

	for (size_t k = 0; k < s->count; k++) {
		const struct sibling *o = &s->items[k];
		bool beside = sibling_beside(o, file, path, folder) &&
		              (!named || sibling_same_name(path, o->path));
		bool within = o->file != file && clue_checkpoint_shared(path, o->path);
		bool points = !named && sibling_shared(s, file)->extent <= SIBLING_WORD &&
		              sibling_above(path, folder, o);
		if (sibling_read_near(o, u) && (beside || within || points))
			return o->file;
	}
	return 0;
}

size_t sibling_of_loaded(const struct siblings *s, size_t file)
{
	return sibling_loaded(s, file, false);
}

size_t sibling_named_like(const struct siblings *s, size_t file)
{
	return sibling_loaded(s, file, true);
}
