/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/below.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "read/clue.h"

#define FOLDER_LOCK 65536

void below_begin(struct below *f)
{
	for (size_t i = 1; i < f->count; i++)
		f->place[f->named[i]] = 0;
	f->count = 1;
}

static struct folder *below_at(struct below *f, uint32_t name)
{
	if (!f->place[name]) {
		f->of = memory_grow(f->of, f->count, &f->room, sizeof *f->of);
		f->named = memory_grow(f->named, f->count, &f->named_room, sizeof *f->named);
		f->of[f->count] = (struct folder){0};
		f->named[f->count] = name;
		f->place[name] = (uint32_t)f->count++;
	}
	return &f->of[f->place[name]];
}

static void folder_count(struct folder *folder, enum way way, unsigned stage, int64_t first,
                         int64_t last)
{
	struct way_times *t = &folder->times;

	if (!first)
		return;
	folder->files[way][stage]++;
	if (!t->first[way] || first < t->first[way])
		t->first[way] = first;
	if (last > t->last[way])
		t->last[way] = last;
}

/* Who saves looks for the states that go when there are newer ones. */
static int64_t folder_end(const struct use *u, const struct verdict *v)
{
	return u->removed && v->stage == AIOT_STAGE_CHECKPOINT ? u->last_touch : use_written(u);
}

/* What is written elsewhere and renamed to lie here was written for this folder. */
static void below_add_renamed(struct below *f, const struct file *file, const struct use *u,
                              const struct verdict *v)
{
	uint32_t at = u->renamed_to ? f->above[u->renamed_to] : 0;

	if (!u->writes || v->stage == AIOT_STAGE_OTHER || at == f->above[file->name])
		return;
	for (; at; at = f->above[at])
		folder_count(below_at(f, at), WAY_WRITE, v->stage,
		             u->first_open ? u->first_open : u->first_write, u->last_touch);
}

/* Not just again, by who writes it. */
static bool folder_reads(const struct use *u, const struct verdict *v)
{
	bool looks_back = u->writes && u->last_read < u->last_write &&
	                  v[DIRECTION_READ].stage == v[DIRECTION_WRITE].stage;

	return u->reads && !looks_back && v[DIRECTION_READ].stage != AIOT_STAGE_OTHER;
}

static void below_add_file(struct below *f, const struct file *file, const struct use *u,
                           const struct kind *kind)
{
	const struct verdict *v = kind->verdicts;

	if (u->reads && f->above[file->name])
		below_at(f, f->above[file->name])->own[v[DIRECTION_READ].stage]++;
	below_add_renamed(f, file, u, &v[DIRECTION_WRITE]);
	for (uint32_t at = f->above[file->name]; at; at = f->above[at]) {
		if (folder_reads(u, v))
			folder_count(below_at(f, at), WAY_READ, v[DIRECTION_READ].stage,
			             use_first_read(u), u->last_read);
		if (u->writes && v[DIRECTION_WRITE].stage != AIOT_STAGE_OTHER)
			folder_count(below_at(f, at), WAY_WRITE, v[DIRECTION_WRITE].stage,
			             u->first_open ? u->first_open : u->first_write,
			             folder_end(u, &v[DIRECTION_WRITE]));
		if (u->removed && !u->writes && v[DIRECTION_WRITE].stage != AIOT_STAGE_OTHER)
			folder_count(below_at(f, at), WAY_WRITE, v[DIRECTION_WRITE].stage,
			             u->last_touch, u->last_touch);
		if (kind->ways.later || v[DIRECTION_READ].stage == AIOT_STAGE_INFERENCE)
			below_at(f, at)->later = true;
	}
}

/* What is mapped to be changed, and so small. */
bool below_is_lock(const struct recording *r, const struct file *file, const struct use *u)
{
	return u->maps && u->write_opens && !u->writes &&
	       files_more(r->files, file)->size < FOLDER_LOCK && u->read_end < FOLDER_LOCK;
}

void below_add(struct below *f, const struct stages *stages, const struct features *features,
               size_t number)
{
	const struct process *p = &f->recording->processes[number];

	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = features_use(features, number, i, &(struct use){0});
		process_fetch(p, i);
		if (!below_is_lock(f->recording, process_file_at(p, i), u))
			below_add_file(f, process_file_at(p, i), u, stages_kind(stages, number, i));
	}
}

/* The stage of most files; AIOT_STAGES where there are none. */
unsigned below_most(const struct folder *folder, enum way way)
{
	unsigned most = 0;

	for (unsigned i = 1; folder && i < AIOT_STAGES; i++)
		most = folder->files[way][i] > folder->files[way][most] ? i : most;
	return folder && folder->files[way][most] ? most : AIOT_STAGES;
}

const struct folder *below_look(const struct below *f, uint32_t name)
{
	return f->place[name] ? &f->of[f->place[name]] : NULL;
}

uint32_t *below_above(const struct names *names)
{
	uint32_t count = names_count(names);
	uint32_t *above = memory_get(count, sizeof *above);

	for (uint32_t i = 1; i < count; i++) {
		const char *path = names_text(names, i);
		size_t length = clue_folder(path);
		uint32_t found = 0;
		/* Some folders on the way may never have been asked for themselves. */
		while (length > 1 && !(found = names_find(names, path, length))) {
			while (length && path[length - 1] != '/')
				length--;
			length -= length > 0;
		}
		above[i] = found;
	}
	return above;
}

struct below below_of(const struct recording *r, uint32_t *above)
{
	return (struct below){
	        .recording = r,
	        .above = above,
	        .place = memory_get(names_count(r->names), sizeof(uint32_t)),
	        .files = memory_get(names_count(r->names), sizeof(uint32_t)),
	        .count = 1,
	};
}

void below_free(struct below *f)
{
	free(f->place);
	free(f->files);
	free(f->named);
	free(f->of);
}
