/* SPDX-License-Identifier: Apache-2.0
 *
 * One pass over a run's files says what each folder is used for by the run, one
 * over a process's what it is used for by that process, which counts where it
 * says anything.
 */
#include "stage/folder.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/wrap.h"
#include "read/clue.h"
#include "read/evidence.h"
#include "read/system.h"
#include "stage/reason.h"

#define FOLDER_LOCK 65536

struct folder {
	uint32_t files[WAYS][AIOT_STAGES];
	uint32_t own[AIOT_STAGES]; /* that are read, and lie in no folder within it */
	struct way_times times;
	bool later; /* files of it are cut (after.h), or read to infer */
};

struct folders {
	const struct recording *recording;
	uint32_t *above;   /* by name: the name of its folder, 0 = not in the trace */
	uint32_t *place;   /* by name of a folder: in `of`, 0 = none yet */
	uint32_t *named;   /* by place: the name */
	uint32_t *files;   /* by name: index of the file, in this process or one before it */
	struct folder *of; /* by place; [0] is unused */
	size_t count, room;
	size_t named_room;
};

static void folders_begin(struct folders *f)
{
	for (size_t i = 1; i < f->count; i++)
		f->place[f->named[i]] = 0;
	f->count = 1;
}

static struct folder *folders_at(struct folders *f, uint32_t name)
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
	return u->removed && v->stage == AIOT_STAGE_CHECKPOINT ? u->last_touch : u->last_write;
}

/* What is written elsewhere and renamed to lie here was written for this folder. */
static void folders_add_renamed(struct folders *f, const struct file *file, const struct use *u,
                                const struct verdict *v)
{
	uint32_t at = u->renamed_to ? f->above[u->renamed_to] : 0;

	if (!u->writes || v->stage == AIOT_STAGE_OTHER || at == f->above[file->name])
		return;
	for (; at; at = f->above[at])
		folder_count(folders_at(f, at), WAY_WRITE, v->stage,
		             u->first_open ? u->first_open : u->first_write, u->last_touch);
}

/* Not just again, by who writes it. */
static bool folder_reads(const struct use *u, const struct verdict *v)
{
	bool looks_back = u->writes && u->last_read < u->last_write &&
	                  v[DIRECTION_READ].stage == v[DIRECTION_WRITE].stage;

	return u->reads && !looks_back && v[DIRECTION_READ].stage != AIOT_STAGE_OTHER;
}

static void folders_add(struct folders *f, const struct file *file, const struct use *u,
                        const struct kind *kind)
{
	const struct verdict *v = kind->verdicts;

	if (u->reads && f->above[file->name])
		folders_at(f, f->above[file->name])->own[v[DIRECTION_READ].stage]++;
	folders_add_renamed(f, file, u, &v[DIRECTION_WRITE]);
	for (uint32_t at = f->above[file->name]; at; at = f->above[at]) {
		if (folder_reads(u, v))
			folder_count(folders_at(f, at), WAY_READ, v[DIRECTION_READ].stage,
			             u->first_read, u->last_read);
		if (u->writes && v[DIRECTION_WRITE].stage != AIOT_STAGE_OTHER)
			folder_count(folders_at(f, at), WAY_WRITE, v[DIRECTION_WRITE].stage,
			             u->first_open ? u->first_open : u->first_write,
			             folder_end(u, &v[DIRECTION_WRITE]));
		if (u->removed && !u->writes && v[DIRECTION_WRITE].stage != AIOT_STAGE_OTHER)
			folder_count(folders_at(f, at), WAY_WRITE, v[DIRECTION_WRITE].stage,
			             u->last_touch, u->last_touch);
		if (kind->ways.later || v[DIRECTION_READ].stage == AIOT_STAGE_INFERENCE)
			folders_at(f, at)->later = true;
	}
}

/* What is mapped and so small. */
static bool folder_is_lock(const struct recording *r, const struct file *file, const struct use *u)
{
	return u->maps && !u->writes && files_more(r->files, file)->size < FOLDER_LOCK &&
	       u->read_end < FOLDER_LOCK;
}

static void folders_add_process(struct folders *f, const struct stages *stages,
                                const struct features *features, size_t number)
{
	const struct process *p = &f->recording->processes[number];

	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = features_use(features, number, i, &(struct use){0});
		process_fetch(p, i);
		if (!folder_is_lock(f->recording, process_file_at(p, i), u))
			folders_add(f, process_file_at(p, i), u, stages_kind(stages, number, i));
	}
}

/* The stage of most files; AIOT_STAGES where there are none. */
static unsigned folder_most(const struct folder *folder, enum way way)
{
	unsigned most = 0;

	for (unsigned i = 1; folder && i < AIOT_STAGES; i++)
		most = folder->files[way][i] > folder->files[way][most] ? i : most;
	return folder && folder->files[way][most] ? most : AIOT_STAGES;
}

static const struct folder *folders_look(const struct folders *f, uint32_t name)
{
	return f->place[name] ? &f->of[f->place[name]] : NULL;
}

/* What is read to train and to infer, by who has times for that: the times tell. */
static unsigned folder_at_times(const struct folder *from, unsigned found,
                                const struct way_turns *turns)
{
	bool trains = from && from->files[WAY_READ][AIOT_STAGE_TRAIN];

	return found == AIOT_STAGE_INFERENCE && trains && turns->try_count ? AIOT_STAGE_TRAIN
	                                                                   : found;
}

/* A process's own use of the folder, and the run's where it has none. */
static struct ways folder_ways(const struct folder *own, const struct folder *all, int64_t end,
                               int64_t saved, struct way_turns *turns, uint32_t file)
{
	struct ways ways = {.folder = 1, .later = all && all->later};
	struct way_times times = {0};
	unsigned found[WAYS] = {0};

	for (enum way way = 0; way < WAYS; way++) {
		const struct folder *from = folder_most(own, way) < AIOT_STAGES ? own : all;
		/* Who only reads there has no part in what others write. */
		if (way == WAY_WRITE && found[WAY_READ] < AIOT_STAGES &&
		    folder_most(own, WAY_READ) < AIOT_STAGES)
			from = own;
		/* Nor has who only writes there in what is read when it has ended. */
		if (way == WAY_READ && folder_most(own, WAY_WRITE) < AIOT_STAGES && all &&
		    all->times.first[WAY_READ] > end)
			from = own;
		found[way] = folder_most(from, way);
		if (way == WAY_READ)
			found[way] = folder_at_times(from, found[way], turns);
		if (!from || found[way] >= AIOT_STAGES)
			continue;
		times.first[way] = from->times.first[way];
		times.last[way] = from->times.last[way];
	}
	for (enum way way = 0; way < WAYS; way++) {
		unsigned stage = found[way] < AIOT_STAGES ? found[way] : found[!way];
		ways.stage[way] = (uint8_t)(stage < AIOT_STAGES ? stage : AIOT_STAGE_OTHER);
	}
	if (ways.stage[WAY_WRITE] == AIOT_STAGE_CHECKPOINT && saved > times.last[WAY_WRITE] &&
	    saved < times.first[WAY_READ])
		times.last[WAY_WRITE] = saved;
	way_turn(&ways, turns, file, &times);
	return ways;
}

/* When the last state was saved beside a folder of states, by its process: until then it looks
 * at this one to save others; 0 = never. */
static int64_t folder_saved(const struct folders *own, uint32_t name)
{
	const struct folder *above = own->above[name] ? folders_look(own, own->above[name]) : NULL;

	return folder_most(above, WAY_WRITE) == AIOT_STAGE_CHECKPOINT ? above->times.last[WAY_WRITE]
	                                                              : 0;
}

static bool folder_asks(const struct recording *r, const struct file *file, const struct use *u)
{
	if (!file->name || system_stage(r, file) != AIOT_STAGE_OTHER)
		return false;
	return file->kind == AIOT_FILE_DIRECTORY || folder_is_lock(r, file, u) ||
	       (!u->writes && !(u->reads | u->maps));
}

/* What is asked of a file that was written, before it or those beside it are read,
 * is asked for that. */
static void folder_advance(struct ways *ways, struct way_turns *turns, uint32_t file,
                           const struct folder *folder, const struct use *u)
{
	unsigned stage = folder_most(folder, WAY_READ);
	struct way_times times = {{u->first_read, u->first_write}, {u->last_read, u->last_write}};

	if (stage >= AIOT_STAGES || folder->times.first[WAY_READ] <= u->last_write ||
	    (u->reads && u->first_read < u->last_write))
		return;
	if (!u->reads)
		ways->stage[WAY_READ] = (uint8_t)stage;
	times.first[WAY_READ] = folder->times.first[WAY_READ];
	times.last[WAY_READ] = folder->times.last[WAY_READ];
	way_turn(ways, turns, file, &times);
}

/* The file that a name goes on from: `base` of `base-journal`; 0 = none. */
static uint32_t folders_beside(const struct folders *f, const struct process *p, uint32_t name)
{
	const char *path = names_text(f->recording->names, name);
	size_t folder = clue_folder(path);

	for (size_t length = strlen(path); length-- > folder + 2;) {
		uint32_t found = 0, at;
		if (strchr("-._~", path[length]))
			found = names_find(f->recording->names, path, length);
		at = found ? f->files[found] : 0;
		if (at && at < p->file_count && process_file_at(p, at)->name == found)
			return at;
	}
	return 0;
}

/* A journal is asked for as long as that which it is of is used, and for that. */
static void folder_of_beside(struct ways *ways, struct way_turns *turns, uint32_t file,
                             const struct use *u, const struct use *of, struct ways of_ways)
{
	struct way_times times = {{u->last_write, u->first_write}, {of->last_read, u->last_write}};

	if (u->read_bytes || !of->reads || of->last_read <= u->last_write)
		return;
	ways->stage[WAY_READ] = of_ways.stage[WAY_READ];
	way_turn(ways, turns, file, &times);
}

/* What is only asked for beside a file that is read or written, is for that; 0 = none. */
static uint32_t folders_for(const struct folders *f, const struct features *features,
                            const struct process *p, size_t i)
{
	uint32_t beside = 0;
	struct use room = {0};
	const struct use *u;

	if (process_file_at(p, i)->kind != AIOT_FILE_DIRECTORY)
		beside = folders_beside(f, p, process_file_at(p, i)->name);
	u = features_use(features, p->number, beside, &room);
	return beside != i && u->reads | u->writes | u->maps ? beside : 0;
}

/* All who ask for it and say what for make data ready. */
static bool folder_is_readied(const struct use *u)
{
	const uint32_t says = EVIDENCE_PREPARE | EVIDENCE_CHECKPOINT | EVIDENCE_SERIAL |
	                      EVIDENCE_LOADER | EVIDENCE_WORKER;

	return (u->evidence[2] & says) == EVIDENCE_PREPARE;
}

/* What is only asked for. */
static void folders_fill_asked(const struct folders *own, const struct folders *all,
                               struct stages *stages, const struct features *features,
                               const struct process *p, size_t i)
{
	const struct use *u = features_use(features, p->number, i, &(struct use){0});
	struct kind kind = *stages_kind(stages, p->number, i);
	struct way_turns *turns = &stages->turns[p->number];
	uint32_t name = process_file_at(p, i)->name, beside = folders_for(own, features, p, i);

	while (name && !all->place[name])
		name = all->above[name];
	/* Where Python looks for modules, and nothing else happens. */
	if (!beside && folder_is_readied(u))
		kind.ways = (struct ways){{AIOT_STAGE_PREPARE, AIOT_STAGE_PREPARE}, .folder = 1};
	else if (beside)
		kind.ways = way_copy(turns, (uint32_t)i,
		                     stages_kind(stages, p->number, beside)->ways, beside);
	else if (!name && u->evidence[2] & EVIDENCE_RUNTIME)
		kind.ways = (struct ways){{AIOT_STAGE_RUNTIME, AIOT_STAGE_RUNTIME}, .folder = 1};
	else
		kind.ways = folder_ways(folders_look(own, name), folders_look(all, name),
		                        wrap_add(p->end_ns, (uint64_t)p->clock),
		                        folder_saved(own, name), turns, (uint32_t)i);
	stages->kind_of[p->number][i] = kinds_add(&stages->kinds, &kind);
}

/* Little beside data says what they are: it is read for what they are read for. */
static void folder_note(struct kind *kind, const struct folder *folder, const struct use *u)
{
	struct verdict *v = &kind->verdicts[DIRECTION_READ];
	unsigned most = AIOT_STAGE_OTHER;

	if (!u->reads || (u->writes && u->first_read < u->last_write) || !folder ||
	    v->reason != REASON_SMALL)
		return;
	for (unsigned i = 0; i < AIOT_STAGES; i++)
		if (i != AIOT_STAGE_OTHER && folder->own[i] &&
		    (most == AIOT_STAGE_OTHER || folder->own[i] > folder->own[most]))
			most = i;
	if (most != AIOT_STAGE_TRAIN && most != AIOT_STAGE_PREPARE && most != AIOT_STAGE_INFERENCE)
		return;
	*v = stage_beside(most);
	kind->ways.stage[WAY_READ] = (uint8_t)most;
	if (u->writes)
		return;
	kind->verdicts[DIRECTION_WRITE] = *v;
	kind->ways.stage[WAY_WRITE] = (uint8_t)most;
}

static void folders_fill(const struct folders *own, const struct folders *all,
                         struct stages *stages, const struct features *features, size_t number)
{
	const struct process *p = &all->recording->processes[number];

	for (size_t i = 1; i < p->file_count; i++)
		own->files[process_file_at(p, i)->name] = (uint32_t)i;
	for (size_t i = 1; i < p->file_count; i++) {
		uint32_t name = process_file_at(p, i)->name;
		const struct use *u = features_use(features, number, i, &(struct use){0});
		process_fetch(p, i);
		if (stages_kind(stages, number, i)->verdicts[DIRECTION_READ].reason ==
		    REASON_SMALL) {
			struct kind kind = *stages_kind(stages, number, i);
			folder_note(&kind, folders_look(own, all->above[name]), u);
			stages->kind_of[number][i] = kinds_add(&stages->kinds, &kind);
		}
		if (u->writes && system_is_not(all->recording, process_file_at(p, i))) {
			struct kind kind = *stages_kind(stages, number, i);
			uint32_t beside = folders_beside(own, p, name);
			folder_advance(&kind.ways, &stages->turns[number], (uint32_t)i,
			               folders_look(own, all->above[name]), u);
			if (beside)
				folder_of_beside(
				        &kind.ways, &stages->turns[number], (uint32_t)i, u,
				        features_use(features, number, beside, &(struct use){0}),
				        stages_kind(stages, number, beside)->ways);
			stages->kind_of[number][i] = kinds_add(&stages->kinds, &kind);
		}
		if (folder_asks(all->recording, process_file_at(p, i), u))
			folders_fill_asked(own, all, stages, features, p, i);
	}
}

static uint32_t *folders_above(const struct names *names)
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

static struct folders folders_of(const struct recording *r, uint32_t *above)
{
	return (struct folders){
	        .recording = r,
	        .above = above,
	        .place = memory_get(names_count(r->names), sizeof(uint32_t)),
	        .files = memory_get(names_count(r->names), sizeof(uint32_t)),
	        .count = 1,
	};
}

static void folders_free(struct folders *f)
{
	free(f->place);
	free(f->files);
	free(f->named);
	free(f->of);
}

void folders_judge(struct stages *stages, const struct features *features, uint32_t run)
{
	const struct recording *r = features->recording;
	uint32_t *above = folders_above(r->names);
	struct folders all = folders_of(r, above), own = folders_of(r, above);

	for (size_t n = 0; n < r->count; n++)
		if (r->processes[n].run == run)
			folders_add_process(&all, stages, features, n);
	for (size_t n = 0; n < r->count; n++) {
		if (r->processes[n].run != run)
			continue;
		folders_begin(&own);
		folders_add_process(&own, stages, features, n);
		folders_fill(&own, &all, stages, features, n);
	}
	folders_free(&all);
	folders_free(&own);
	free(above);
}
