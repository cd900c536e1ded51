/* SPDX-License-Identifier: Apache-2.0 */
#include "sibling.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "score.h"
#include "system.h"

#define SIBLING_NEAR_NS INT64_C(5000000000)
#define SIBLINGS        1024 /* more are no states: each small file looks at all */

#define sibling_use(s, i)                                                                          \
	features_use((s)->judge->features, (s)->process->number, i, &(struct use){0})

static const struct shared *sibling_shared(const struct siblings *s, size_t i)
{
	return &s->judge->shared[s->process->files[i].name];
}

/* Under the name that it ends with. */
static const char *sibling_path(const struct siblings *s, size_t i)
{
	uint32_t name = judge_final_name(&s->process->files[i], sibling_use(s, i));

	return names_text(s->judge->recording->names, name);
}

struct siblings siblings_find(const struct judge *judge, const struct process *p)
{
	struct siblings s = {.judge = judge, .process = p};

	for (size_t i = 1; i < p->file_count && s.count < SIBLINGS; i++) {
		const struct use *u = sibling_use(&s, i);
		bool state = sibling_shared(&s, i)->checkpoint ||
		             ((u->reads || u->maps) && judge_is_loaded(sibling_shared(&s, i), u));
		if (!state || !system_is_not(judge->recording, &p->files[i]))
			continue;
		s.files = memory_grow(s.files, s.count, &s.room, sizeof *s.files);
		s.files[s.count++] = i;
	}
	return s;
}

void siblings_free(struct siblings *s)
{
	free(s->files);
}

static bool sibling_same_folder(const char *one, const char *other)
{
	size_t folder = clue_folder(one);

	return clue_folder(other) == folder && !strncmp(one, other, folder);
}

/* The path's length without what comes behind a dot. */
static size_t sibling_stem(const char *path)
{
	size_t folder = clue_folder(path) + 1, length = strcspn(path + folder, ".");

	return folder + length;
}

static bool sibling_same_name(const char *one, const char *other)
{
	size_t stem = sibling_stem(one);

	return sibling_stem(other) == stem && !strncmp(one, other, stem);
}

/* The folder's own name ends in a number, and there are more like it: each save has one. */
static bool sibling_numbered(const struct siblings *s, size_t i)
{
	const struct judge *j = s->judge;
	uint32_t name = judge_final_name(&s->process->files[i], sibling_use(s, i));
	const char *path = names_text(j->recording->names, name);
	size_t folder = clue_folder(path);

	return folder && isdigit((unsigned char)path[folder - 1]) &&
	       j->series[j->series_of[name]].members > 1;
}

static bool sibling_near(int64_t from, int64_t to, int64_t other_from, int64_t other_to)
{
	return from < other_to + SIBLING_NEAR_NS && other_from < to + SIBLING_NEAR_NS;
}

bool sibling_of_saved(const struct siblings *s, size_t file)
{
	const struct use *u = sibling_use(s, file);
	const char *path = sibling_path(s, file);
	bool known = clue_checkpoint_folder(path);

	if (u->append)
		return false;
	for (size_t k = 0; k < s->count; k++) {
		const struct use *other = sibling_use(s, s->files[k]);
		const char *beside = sibling_path(s, s->files[k]);
		if (!other->writes || s->files[k] == file || !sibling_same_folder(path, beside) ||
		    !sibling_near(u->first_write, u->last_write, other->first_write,
		                  other->last_write))
			continue;
		if (known || sibling_numbered(s, s->files[k]) || sibling_same_name(path, beside))
			return true;
	}
	return false;
}

size_t sibling_of_loaded(const struct siblings *s, size_t file)
{
	const struct use *u = sibling_use(s, file);
	const char *path = sibling_path(s, file);

	for (size_t k = 0; k < s->count; k++) {
		const struct use *other = sibling_use(s, s->files[k]);
		bool mapped = other->maps && !other->reads; /* at a time that is not known */
		if ((!other->reads && !mapped) || s->files[k] == file ||
		    !sibling_same_folder(path, sibling_path(s, s->files[k])))
			continue;
		if (mapped || sibling_near(u->first_read, u->first_read, other->first_read,
		                           other->first_read))
			return s->files[k];
	}
	return 0;
}
