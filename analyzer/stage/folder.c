/* SPDX-License-Identifier: Apache-2.0
 *
 * One pass over a run's files says what each folder is used for by the run, one
 * over a process's what it is used for by that process, which counts where it
 * says anything.
 */
#include "stage/folder.h"

#include <stdlib.h>
#include <string.h>

#include "base/wrap.h"
#include "read/clue.h"
#include "read/evidence.h"
#include "read/system.h"
#include "stage/below.h"
#include "stage/reason.h"

/* Of the time from the last write to the first read, the part after which reading is meant. */
#define FOLDER_SOON 4

/* What is read to train and to infer, by who has times for that: the times tell. */
static unsigned folder_at_times(const struct folder *from, unsigned found,
                                const struct way_turns *turns)
{
	bool trains = from && from->files[WAY_READ][AIOT_STAGE_TRAIN];

	return found == AIOT_STAGE_INFERENCE && trains && turns->try_count ? AIOT_STAGE_TRAIN
	                                                                   : found;
}

/* A process's own use of the folder, and the run's where it has none. What locks a file in it is
 * closed with it, where a folder is listed soon. */
static struct ways folder_ways(const struct folder *own, const struct folder *all, int64_t end,
                               int64_t saved, bool lock, struct way_turns *turns, uint32_t file)
{
	struct ways ways = {.folder = !lock, .later = all && all->later};
	struct way_times times = {0};
	unsigned found[WAYS] = {0};

	for (enum way way = 0; way < WAYS; way++) {
		const struct folder *from = below_most(own, way) < AIOT_STAGES ? own : all;
		/* Who only reads there has no part in what others write. */
		if (way == WAY_WRITE && found[WAY_READ] < AIOT_STAGES &&
		    below_most(own, WAY_READ) < AIOT_STAGES)
			from = own;
		/* Nor has who only writes there in what is read when it has ended. */
		if (way == WAY_READ && below_most(own, WAY_WRITE) < AIOT_STAGES && all &&
		    all->times.first[WAY_READ] > end)
			from = own;
		found[way] = below_most(from, way);
		if (way == WAY_READ)
			found[way] = folder_at_times(from, found[way], turns);
		if (!from || found[way] >= AIOT_STAGES)
			continue;
		times.first[way] = from->times.first[way];
		times.last[way] = from->times.last[way];
	}
	/* What Python itself tries to write somewhere below says nothing of it. */
	if (found[WAY_WRITE] == AIOT_STAGE_RUNTIME && found[WAY_READ] < AIOT_STAGES) {
		found[WAY_WRITE] = AIOT_STAGES;
		times.first[WAY_WRITE] = times.last[WAY_WRITE] = 0;
	}
	for (enum way way = 0; way < WAYS; way++) {
		unsigned stage = found[way] < AIOT_STAGES ? found[way] : found[!way];
		ways.stage[way] = (uint8_t)(stage < AIOT_STAGES ? stage : AIOT_STAGE_OTHER);
	}
	if (ways.stage[WAY_WRITE] == AIOT_STAGE_CHECKPOINT && saved > times.last[WAY_WRITE] &&
	    saved < times.first[WAY_READ])
		times.last[WAY_WRITE] = saved;
	way_turn(&ways, turns, file, &times);
	ways.folder = 1;
	return ways;
}

/* When the last state was saved beside a folder of states, by its process: until then it looks
 * at this one to save others; 0 = never. */
static int64_t folder_saved(const struct below *own, uint32_t name)
{
	const struct folder *above = own->above[name] ? below_look(own, own->above[name]) : NULL;

	return below_most(above, WAY_WRITE) == AIOT_STAGE_CHECKPOINT ? above->times.last[WAY_WRITE]
	                                                             : 0;
}

static bool folder_asks(const struct recording *r, const struct file *file, const struct use *u)
{
	if (!file->name || system_stage(r, file) != AIOT_STAGE_OTHER)
		return false;
	return file->kind == AIOT_FILE_DIRECTORY || below_is_lock(r, file, u) ||
	       (!u->writes && !(u->reads | u->maps));
}

/* What is asked of a file that was written, before it or those beside it are read,
 * is asked for that. */
static void folder_advance(struct ways *ways, struct way_turns *turns, uint32_t file,
                           const struct folder *folder, const struct use *u)
{
	unsigned stage = below_most(folder, WAY_READ);
	struct way_times times = {{use_first_read(u), u->first_write},
	                          {u->last_read, u->last_write}};
	int64_t gap;

	if (stage >= AIOT_STAGES || folder->times.first[WAY_READ] <= u->last_write ||
	    (u->reads && use_first_read(u) < u->last_write))
		return;
	if (!u->reads)
		ways->stage[WAY_READ] = (uint8_t)stage;
	times.first[WAY_READ] = folder->times.first[WAY_READ];
	times.last[WAY_READ] = folder->times.last[WAY_READ];
	/* Soon after all of it has been written, as it is listed then. */
	if (folder->times.last[WAY_WRITE] > u->last_write &&
	    folder->times.last[WAY_WRITE] < times.first[WAY_READ])
		times.last[WAY_WRITE] = folder->times.last[WAY_WRITE];
	gap = wrap_subtract((uint64_t)times.first[WAY_READ], (uint64_t)times.last[WAY_WRITE]);
	times.first[WAY_READ] =
	        wrap_add((uint64_t)times.last[WAY_WRITE], (uint64_t)(gap / FOLDER_SOON));
	way_turn(ways, turns, file, &times);
}

/* The file that a name goes on from: `base` of `base-journal`; 0 = none. */
static uint32_t folders_beside(const struct below *f, const struct process *p, uint32_t name)
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

/* A folder as the process reads it, or as others do where it does not, as its workers. */
static const struct folder *folders_read(const struct below *own, const struct below *all,
                                         uint32_t name)
{
	const struct folder *folder = below_look(own, name);

	return below_most(folder, WAY_READ) < AIOT_STAGES ? folder : below_look(all, name);
}

/* A journal is asked for as long as that which it is of is used, and for that. */
static void folder_of_beside(struct ways *ways, struct way_turns *turns, uint32_t file,
                             const struct use *u, const struct use *of, struct ways of_ways)
{
	struct way_times times = {{u->last_write, u->first_write}, {of->last_read, u->last_write}};

	if (u->read_bytes || !of->reads || of->last_read <= u->last_write)
		return;
	ways->stage[WAY_READ] = of_ways.stage[WAY_READ];
	ways->later = of_ways.later;
	way_turn(ways, turns, file, &times);
}

/* What is only asked for beside a file that is read or written, is for that; 0 = none. */
static uint32_t folders_for(const struct below *f, const struct features *features,
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
static void folders_fill_asked(const struct below *own, const struct below *all,
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
		kind.ways = folder_ways(below_look(own, name), below_look(all, name),
		                        wrap_add(p->end_ns, (uint64_t)p->clock),
		                        folder_saved(own, name),
		                        below_is_lock(all->recording, process_file_at(p, i), u),
		                        turns, (uint32_t)i);
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
	if (most == AIOT_STAGE_OTHER && below_most(folder, WAY_READ) < AIOT_STAGES)
		most = below_most(folder, WAY_READ);
	if (most != AIOT_STAGE_TRAIN && most != AIOT_STAGE_PREPARE && most != AIOT_STAGE_INFERENCE)
		return;
	*v = stage_beside(most);
	kind->ways.stage[WAY_READ] = (uint8_t)most;
	if (u->writes)
		return;
	kind->verdicts[DIRECTION_WRITE] = *v;
	kind->ways.stage[WAY_WRITE] = (uint8_t)most;
}

/* Likewise what is written beside data, by who saves no state there. */
static void folder_note_written(struct kind *kind, const struct folder *folder, const struct use *u)
{
	struct verdict *v = &kind->verdicts[DIRECTION_WRITE];
	unsigned most = below_most(folder, WAY_WRITE);

	if (!u->writes || u->append || (v->reason != REASON_SMALL && v->reason != REASON_NONE) ||
	    (most != AIOT_STAGE_PREPARE && most != AIOT_STAGE_INGEST) ||
	    folder->files[WAY_WRITE][AIOT_STAGE_CHECKPOINT])
		return;
	*v = stage_beside(most);
	kind->ways.stage[WAY_WRITE] = (uint8_t)most;
	if (u->reads || u->maps)
		return;
	kind->verdicts[DIRECTION_READ] = *v;
	kind->ways.stage[WAY_READ] = (uint8_t)most;
}

static void folders_fill(const struct below *own, const struct below *all, struct stages *stages,
                         const struct features *features, size_t number)
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
			folder_note(&kind, below_look(own, all->above[name]), u);
			stages->kind_of[number][i] = kinds_add(&stages->kinds, &kind);
		}
		if (u->writes && system_is_not(all->recording, process_file_at(p, i))) {
			struct kind kind = *stages_kind(stages, number, i);
			uint32_t beside = folders_beside(own, p, name);
			folder_note_written(&kind, below_look(own, all->above[name]), u);
			folder_advance(&kind.ways, &stages->turns[number], (uint32_t)i,
			               folders_read(own, all, all->above[name]), u);
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

void folders_judge(struct stages *stages, const struct features *features, uint32_t run)
{
	const struct recording *r = features->recording;
	uint32_t *above = below_above(r->names);
	struct below all = below_of(r, above), own = below_of(r, above);

	for (size_t n = 0; n < r->count; n++)
		if (r->processes[n].run == run)
			below_add(&all, stages, features, n);
	for (size_t n = 0; n < r->count; n++) {
		if (r->processes[n].run != run)
			continue;
		below_begin(&own);
		below_add(&own, stages, features, n);
		folders_fill(&own, &all, stages, features, n);
	}
	below_free(&all);
	below_free(&own);
	free(above);
}
