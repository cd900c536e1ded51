/* SPDX-License-Identifier: Apache-2.0
 *
 * The run as a whole: which process reads, writes, loads and serves what. Thresholds stand here
 * with their reasons.
 */
#include "stage/judge.h"

#include <stdlib.h>

#include "base/memory.h"
#include "read/evidence.h"
#include "read/kin.h"
#include "read/system.h"
#include "read/tool.h"
#include "stage/alias.h"
#include "stage/below.h"
#include "stage/conduit.h"
#include "stage/download.h"
#include "stage/estimator.h"
#include "stage/evaluate.h"
#include "stage/frozen.h"
#include "stage/helper.h"
#include "stage/layer.h"
#include "stage/likeness.h"
#include "stage/move.h"
#include "stage/named.h"
#include "stage/outcome.h"
#include "stage/prepare.h"
#include "stage/recur.h"
#include "stage/root.h"
#include "stage/score.h"
#include "stage/scratch.h"
#include "stage/series.h"
#include "stage/share.h"
#include "stage/tensor.h"
#include "stage/through.h"
#include "stage/trial.h"
#include "stage/weights.h"

/* Reads inside one file before its order means anything. */
#define FEW_READS 32
#define FEW_FILES 16
/* A fault brings in what is around it, too. */
#define FEW_FAULTS 8

uint32_t judge_final_name(const struct file *file, const struct use *use)
{
	return use->renamed_to ? use->renamed_to : file->name;
}

bool judge_fills(const struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
	const struct shared *s = &j->shared[process_file_at(p, i)->name];
	const struct process *maker = s->maker ? &j->recording->processes[s->maker - 1] : NULL;

	return u->maps && u->write_opens && !u->writes && p->origin == AIOT_ORIGIN_FORK && maker &&
	       maker->origin == AIOT_ORIGIN_FORK && maker != p &&
	       j->parents[maker->number] == j->parents[p->number] &&
	       u->read_bytes <= (uint64_t)s->extent;
}

bool judge_after_data(const struct conduct *c, const struct use *u)
{
	return c->first_data_read && u->first_write > c->first_data_read;
}

int64_t judge_last_read(const struct conduct *c)
{
	return c->fetches && c->files_fetched ? c->last_alone : c->last_data_read;
}

void judge_init(struct judge *j, const struct features *features)
{
	uint32_t names = names_count(features->recording->names);

	*j = (struct judge){.features = features, .recording = features->recording};
	j->shared = memory_get(names, sizeof *j->shared);
	j->series_of = memory_get(names, sizeof *j->series_of);
	j->series = memory_grow(NULL, 0, &j->series_room, sizeof *j->series);
	j->series_names = names_new();
	j->conducts = memory_get(j->recording->count, sizeof *j->conducts);
	j->made = memory_get(j->recording->count, sizeof *j->made);
	j->parents = memory_get(j->recording->count, sizeof *j->parents);
	for (size_t n = 0; n < j->recording->count; n++) {
		const struct process *p = &j->recording->processes[n];
		j->made[n] = memory_get(p->file_count, 1);
		j->parents[n] = kin_parent(j->recording, p);
		j->conducts[n].tool = tool_is(p);
	}
}

void judge_free(struct judge *j)
{
	for (size_t n = 0; n < j->recording->count; n++)
		free(j->made[n]);
	free(j->made);
	free(j->moves);
	free(j->makers);
	free(j->parents);
	free(j->shared);
	free(j->series_of);
	free(j->series);
	free(j->conducts);
	names_free(j->series_names);
}

/* Over many files, by their names, as often as it takes to know what is in them. */
static void judge_order(struct judge *j, const struct process *p)
{
	const struct order *o = &j->features->orders[p->number];
	struct conduct *c = &j->conducts[p->number];
	uint64_t passes = 0;

	for (size_t i = 1; i < p->file_count; i++) {
		judge_fetch(j, p, i);
		if (recur_takes_part(j, p, i) &&
		    recur_passes(&j->shared[process_file_at(p, i)->name]) > passes)
			passes = recur_passes(&j->shared[process_file_at(p, i)->name]);
	}
	c->shuffled = c->files_read >= FEW_FILES && !c->tool &&
	              (double)o->ascents < 0.8 * (double)o->switches;
	c->in_order = c->recurring >= FEW_FILES && passes <= 3 && !c->fetches &&
	              p->role != ROLE_WORKER && (double)o->ascents > 0.9 * (double)o->switches;
}

static bool judge_learns_alone(const struct conduct *c)
{
	return c->saves && (c->last_save >= c->first_load || c->last_save >= c->first_data_read);
}

static void judge_rank_learns(struct judge *j, const struct process *p)
{
	const struct process *parent = j->parents[p->number];

	if (!judge_learns_alone(&j->conducts[p->number]))
		return;
	j->ranks_learn |= p->rank >= 0;
	if (parent && p->origin == AIOT_ORIGIN_FORK)
		j->conducts[parent->number].forks_learn = true;
}

/* One of the forks that learn together, of which another saves. */
static bool judge_is_beside(const struct judge *j, const struct process *p)
{
	const struct process *parent = j->parents[p->number];

	return parent && p->origin == AIOT_ORIGIN_FORK && p->role != ROLE_WORKER &&
	       !j->conducts[p->number].data_written && j->conducts[parent->number].forks_learn;
}

bool judge_learns(const struct judge *j, const struct process *p)
{
	return judge_learns_alone(&j->conducts[p->number]) || (p->rank >= 0 && j->ranks_learn) ||
	       judge_is_beside(j, p);
}

/* Faults have no frames: what is mapped is for what it was mapped for. */
static uint32_t judge_read_for(const struct use *u)
{
	return (uint32_t)u->evidence[0] | (u->maps ? u->evidence[1] | u->evidence[2] : 0u);
}

bool judge_is_loaded(const struct shared *s, const struct use *u)
{
	return s->clue == CLUE_CHECKPOINT || s->weights ||
	       named_for(u, DIRECTION_READ) == WORD_STATE ||
	       (judge_read_for(u) & EVIDENCE_SERIAL && !(judge_read_for(u) & EVIDENCE_LOADER) &&
	        !s->sample);
}

void judge_loads(struct conduct *c, const struct use *u)
{
	c->loads = true;
	c->loaded++;
	c->most_loaded = u->read_bytes > c->most_loaded ? u->read_bytes : c->most_loaded;
	if (!c->first_load || u->first_read < c->first_load)
		c->first_load = u->first_read;
}

void judge_saves(struct judge *j, const struct process *p, const struct file *file,
                 const struct use *u)
{
	uint32_t name = judge_final_name(file, u), moved = move_to(j, p, name);
	struct conduct *c = &j->conducts[p->number];

	j->shared[file->name].checkpoint = true;
	j->shared[name].checkpoint = true;
	if (moved)
		j->shared[moved].checkpoint = true;
	move_saves(j, p, file->name);
	j->saves = c->saves = true;
	if (u->last_write > c->last_save)
		c->last_save = u->last_write;
}

void judge_no_training(struct judge *j, const struct process *p)
{
	j->conducts[p->number].trains = false;
	j->trains = false;
	for (size_t n = 0; n < j->recording->count; n++)
		j->trains |= j->recording->processes[n].run == p->run && j->conducts[n].trains;
}

/* One of some that it wrote in turns is read back, and no more: no data. */
static bool judge_goes_back(const struct judge *j, const struct process *p, size_t i,
                            const struct use *u)
{
	uint32_t name = process_file_at(p, i)->name;
	const struct shared *s = &j->shared[name];

	return u->write_bytes && u->last_write < u->first_read && !s->recurs && !s->random &&
	       series_exact(j, name);
}

static void judge_conduct_read(struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
	const struct shared *s = &j->shared[process_file_at(p, i)->name];
	struct conduct *c = &j->conducts[p->number];

	c->fetches |= (judge_read_for(u) & EVIDENCE_LOADER) != 0;
	if (!u->read_bytes ||
	    (u->writes && u->copied == u->reads && u->first_write < u->first_read))
		return;
	if (judge_is_loaded(s, u) && !s->recurs && !s->random) {
		judge_loads(c, u);
		return;
	}
	c->data_read += u->read_bytes;
	c->recurring += s->recurs;
	c->files_read++;
	if (judge_goes_back(j, p, i, u))
		return;
	if (s->clue != CLUE_LOG && (!c->first_data_read || u->first_read < c->first_data_read))
		c->first_data_read = u->first_read;
	if (s->clue != CLUE_LOG && u->last_read > c->last_data_read)
		c->last_data_read = u->last_read;
	if (s->clue != CLUE_LOG && u->last_read > c->last_alone && !s->worker_read &&
	    !(u->write_bytes && u->last_write < u->first_read))
		c->last_alone = u->last_read;
	c->trains |= recur_takes_part(j, p, i) ||
	             (recur_anywhere(j, p, i) && u->reads >= (u->maps ? FEW_FAULTS : FEW_READS));
	j->trains |= c->trains;
}

static void judge_conduct(struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
	const struct shared *s = &j->shared[process_file_at(p, i)->name];
	struct conduct *c = &j->conducts[p->number];

	if (u->reads && !(u->maps && judge_fills(j, p, i)) &&
	    !below_is_lock(j->recording, process_file_at(p, i), u))
		judge_conduct_read(j, p, i);
	download_count(c, u);
	c->loads |= !u->reads && u->maps && !u->writes &&
	            (s->clue == CLUE_CHECKPOINT || named_for(u, DIRECTION_READ) == WORD_STATE);
	if (u->reads && s->optimizer)
		j->optimizer = c->optimizer = true;
	c->writes |= u->writes && s->clue != CLUE_LOG;
	c->tells |= u->writes > 0;
	c->called_saves |= u->writes && named_for(u, DIRECTION_WRITE) == WORD_STATE;
	if (u->writes && s->clue != CLUE_CHECKPOINT && s->clue != CLUE_LOG)
		c->data_written += u->write_bytes;
}

/* Needs the times that judge_conduct found. */
static void judge_conduct_served(struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
	const struct shared *s = &j->shared[process_file_at(p, i)->name];
	struct conduct *c = &j->conducts[p->number];

	if (s->clue == CLUE_LOG || judge_is_loaded(s, u))
		return;
	if (u->reads && c->loads && u->first_read > c->first_load)
		c->served += u->read_bytes;
}

typedef void judge_visit(struct judge *, const struct process *, size_t);

/* Those that were written, renamed or removed. */
static void judge_each_changed(struct judge *j, uint32_t run, judge_visit *visit)
{
	for (size_t n = 0; n < j->recording->count; n++) {
		const struct process *p = &j->recording->processes[n];
		for (size_t i = 1; p->run == run && i < p->file_count; i++)
			if (!features_plain(j->features, n, i) &&
			    system_is_not(j->recording, process_file_at(p, i)))
				visit(j, p, i);
	}
}

static void judge_each(struct judge *j, uint32_t run, judge_visit *visit)
{
	for (size_t n = 0; n < j->recording->count; n++) {
		const struct process *p = &j->recording->processes[n];
		for (size_t i = 1; p->run == run && i < p->file_count; i++) {
			judge_fetch(j, p, i);
			if (system_is_not(j->recording, process_file_at(p, i)))
				visit(j, p, i);
		}
	}
}

static void judge_reset(struct judge *j)
{
	for (uint32_t i = 0; i < names_count(j->recording->names); i++)
		j->shared[i] = (struct shared){.checkpoint = j->shared[i].checkpoint};
	j->maker_count = 0;
	j->trains = j->saves = j->optimizer = j->ranks_learn = false;
}

static void judge_processes(struct judge *j, uint32_t run,
                            void (*visit)(struct judge *, const struct process *))
{
	for (size_t n = 0; n < j->recording->count; n++)
		if (j->recording->processes[n].run == run)
			visit(j, &j->recording->processes[n]);
}

static void judge_receives(struct judge *j, const struct process *p)
{
	struct conduct *c = &j->conducts[p->number];

	for (size_t i = 1; i < p->file_count; i++) {
		uint8_t kind = process_file_at(p, i)->kind;
		uint64_t bytes =
		        features_use(j->features, p->number, i, &(struct use){0})->read_bytes;
		c->received += kind == AIOT_FILE_SOCKET ? bytes : 0;
		c->handed += kind == AIOT_FILE_PIPE ? bytes : 0;
	}
}

void judge_run(struct judge *j, uint32_t run)
{
	judge_reset(j);
	judge_processes(j, run, judge_receives);
	judge_processes(j, run, move_find);
	judge_each(j, run, share_file);
	root_find(j, run);
	judge_processes(j, run, share_firsts);
	judge_processes(j, run, tensors_find);
	recur_find(j);
	if (run)
		aliases_share(j, run);
	tensors_beside(j);
	recur_workers(j, run);
	recur_dwell(j, run);
	judge_each_changed(j, run, series_join);
	judge_each_changed(j, run, series_removed);
	judge_processes(j, run, series_resumed);
	judge_each(j, run, judge_conduct);
	judge_processes(j, run, judge_order);
	judge_processes(j, run, weights_find);
	judge_processes(j, run, layers_find);
	judge_processes(j, run, weights_of_others);
	judge_each(j, run, judge_conduct_served);
	helpers_read(j, run);
	judge_processes(j, run, trial_find);
	judge_processes(j, run, named_prepares);
	judge_processes(j, run, outcome_find);
	judge_processes(j, run, estimator_find);
	judge_each_changed(j, run, score_checkpoint);
	helpers_save(j, run);
	judge_processes(j, run, through_find);
	aliases_share(j, run);
	judge_processes(j, run, likeness_find);
	judge_processes(j, run, scratch_find);
	judge_processes(j, run, frozen_find);
	judge_processes(j, run, weights_in_turn);
	judge_processes(j, run, named_find);
	conduits_find(j, run);
	judge_processes(j, run, prepare_derive);
	judge_processes(j, run, prepare_judge);
	judge_processes(j, run, judge_rank_learns);
	judge_processes(j, run, evaluate_find);
	judge_processes(j, run, evaluate_returned);
}
