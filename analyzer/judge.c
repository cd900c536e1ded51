/* SPDX-License-Identifier: Apache-2.0
 *
 * The run as a whole: who shares a path, which paths are series, which process
 * reads and which one writes, and how far a written file looks like a
 * checkpoint. Thresholds stand here with their reasons.
 */
#include "judge.h"

#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "memory.h"
#include "system.h"
#include "wrap.h"

/* A data file below this is a setting or a note, unless there are many. */
#define BIG_FILE  (INT64_C(1) << 20)
#define HUGE_FILE (INT64_C(64) << 20)
/* Reads inside one file before its order means anything. */
#define FEW_READS 32
#define FEW_FILES 16

uint32_t judge_final_name(const struct file *file, const struct use *use)
{
	return use->renamed_to ? use->renamed_to : file->name;
}

bool judge_after_data(const struct conduct *c, const struct use *u)
{
	return c->first_data_read && u->first_write > c->first_data_read;
}

void judge_init(struct judge *j, const struct features *features)
{
	uint32_t names = names_count(features->recording->names);

	*j = (struct judge){.features = features, .recording = features->recording};
	j->shared = memory_get(names, sizeof *j->shared);
	j->series_of = memory_get(names, sizeof *j->series_of);
	j->series = memory_get(names + 1, sizeof *j->series);
	j->series_names = names_new();
	j->conducts = memory_get(j->recording->count, sizeof *j->conducts);
}

void judge_free(struct judge *j)
{
	free(j->shared);
	free(j->series_of);
	free(j->series);
	free(j->conducts);
	names_free(j->series_names);
}

static void judge_share_reads(struct shared *s, const struct process *p, const struct use *u)
{
	s->readers++;
	s->reads += u->reads;
	s->read_bytes += u->read_bytes;
	s->begins += u->begins;
	s->jumps += u->read.count[ACCESS_RANDOM] + u->read.count[ACCESS_STRIDED];
	if (p->role == ROLE_WORKER) {
		s->worker_begins += u->begins;
		s->worker_read = true;
	}
	if (u->begins > s->most_begins)
		s->most_begins = u->begins;
	if (!s->first_read || u->first_read < s->first_read)
		s->first_read = u->first_read;
}

static void judge_share(struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = &j->features->uses[p->number][i];
	struct shared *s = &j->shared[p->files[i].name];

	if (!s->known) {
		s->clue = (uint8_t)j->recording->clues[p->files[i].name];
		s->known = true;
	}
	if (u->reads)
		judge_share_reads(s, p, u);
	if (u->writes) {
		s->writers++;
		s->write_bytes += u->write_bytes;
		if (!s->first_write || u->first_write < s->first_write)
			s->first_write = u->first_write;
		if (u->last_write > s->last_write)
			s->last_write = u->last_write;
	}
	if (u->read_end > s->extent)
		s->extent = u->read_end;
	if (u->write_end > s->extent)
		s->extent = u->write_end;
	if (p->files[i].size > s->extent)
		s->extent = p->files[i].size;
}

/* Twice the whole file, and begun more than once by the same process or by
 * workers, who divide epochs among them. Each rank reading it once is no
 * epoch. */
static bool judge_recurs(const struct shared *s)
{
	if (!s->extent || s->read_bytes < (uint64_t)s->extent / 10 * 18)
		return false;
	if (s->clue == CLUE_LOG && s->extent < BIG_FILE)
		return false;
	return s->most_begins >= 2 || s->worker_begins >= 2 ||
	       (s->random && s->readers && s->read_bytes / s->readers > (uint64_t)s->extent);
}

static void judge_series(struct judge *j, const struct file *file, const struct use *u)
{
	uint32_t name = judge_final_name(file, u);
	char *text = clue_series(names_text(j->recording->names, name));
	uint32_t number = names_add(j->series_names, text, strlen(text));
	struct series *s = &j->series[number];
	uint64_t times = u->write_opens > 1 && u->truncated ? u->write_opens : 1;

	free(text);
	j->series_of[name] = j->series_of[file->name] = number;
	if (!s->members || u->write_bytes / times < s->least)
		s->least = u->write_bytes / times;
	if (u->write_bytes / times > s->most)
		s->most = u->write_bytes / times;
	if (!s->first || u->first_write < s->first)
		s->first = u->first_write;
	if (u->last_write > s->last)
		s->last = u->last_write;
	/* A path written again spends unknown time between its turns. */
	if (times == 1)
		s->spent =
		        wrap_add(s->spent, (uint64_t)wrap_subtract(u->last_write, u->first_write));
	s->members += (uint32_t)times;
}

bool judge_in_turns(const struct judge *j, uint32_t name)
{
	const struct series *s = &j->series[j->series_of[name]];

	return j->series_of[name] && s->members >= 2 && s->most <= s->least + s->least / 4 &&
	       s->spent < wrap_subtract(s->last, s->first) / 2;
}

static void judge_conduct_read(struct judge *j, struct conduct *c, const struct shared *s,
                               const struct use *u)
{
	if (s->clue == CLUE_CHECKPOINT) {
		c->loads = true;
		if (u->last_read > c->last_load)
			c->last_load = u->last_read;
		return;
	}
	c->data_read += u->read_bytes;
	c->recurring += s->recurs;
	c->files_read++;
	if (s->clue != CLUE_LOG && (!c->first_data_read || u->first_read < c->first_data_read))
		c->first_data_read = u->first_read;
	c->trains |= s->recurs || (s->random && u->reads >= FEW_READS);
	j->trains |= c->trains;
}

static void judge_conduct(struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = &j->features->uses[p->number][i];
	const struct shared *s = &j->shared[p->files[i].name];
	struct conduct *c = &j->conducts[p->number];

	if (u->reads)
		judge_conduct_read(j, c, s, u);
	if (u->reads && clue_optimizer(names_text(j->recording->names, p->files[i].name)))
		j->optimizer = c->optimizer = true;
	if (u->writes && s->clue != CLUE_CHECKPOINT && s->clue != CLUE_LOG)
		c->data_written += u->write_bytes;
}

/* Needs the times that judge_conduct found. */
static void judge_conduct_after(struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = &j->features->uses[p->number][i];
	const struct shared *s = &j->shared[p->files[i].name];
	struct conduct *c = &j->conducts[p->number];

	if (s->clue == CLUE_CHECKPOINT || s->clue == CLUE_LOG)
		return;
	if (u->writes && judge_after_data(c, u))
		c->made += u->write_bytes;
	if (u->reads && c->loads && u->first_read > c->last_load)
		c->served += u->read_bytes;
}

int judge_checkpoint_score(const struct judge *j, const struct process *p, const struct file *file,
                           const struct use *u)
{
	uint32_t name = judge_final_name(file, u);
	const char *path = names_text(j->recording->names, name);
	const struct shared *s = &j->shared[file->name];
	enum clue clue = clue_of(path);
	const struct conduct *c = &j->conducts[p->number];
	int score = 0;

	if (clue == CLUE_CHECKPOINT || clue_checkpoint_folder(path))
		score += 3;
	score -= clue == CLUE_DATA ? 2 : clue == CLUE_LOG ? 3 : 0;
	score += u->write_bytes >= BIG_FILE;
	score += u->write_bytes >= HUGE_FILE;
	score += u->syncs > 0;
	score += u->renamed_to != 0;
	score += (u->created || u->truncated) && !u->append &&
	         pattern_share(&u->write, ACCESS_CONSECUTIVE) > 0.5;
	score += judge_in_turns(j, name) && !u->append ? 2 : 0;
	score += j->trains;
	score += u->evidence[1] & EVIDENCE_CHECKPOINT ? JUDGE_CHECKPOINT : 0;
	score += u->evidence[1] & EVIDENCE_SERIAL ? 2 : 0;
	score -= u->append ? 2 : 0;
	/* What training reads again and again is data, whatever its name. */
	score -= s->recurs || s->random || s->worker_read ? 4 : 0;
	score -= !j->trains && judge_after_data(c, u) ? 2 : 0;
	return score;
}

static void judge_checkpoint(struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = &j->features->uses[p->number][i];

	if (!u->writes || judge_checkpoint_score(j, p, &p->files[i], u) < JUDGE_CHECKPOINT)
		return;
	j->shared[p->files[i].name].checkpoint = true;
	j->shared[judge_final_name(&p->files[i], u)].checkpoint = true;
	j->conducts[p->number].saves = true;
	j->saves = true;
}

typedef void judge_visit(struct judge *, const struct process *, size_t);

static void judge_each(struct judge *j, uint32_t run, judge_visit *visit)
{
	for (size_t n = 0; n < j->recording->count; n++) {
		const struct process *p = &j->recording->processes[n];
		for (size_t i = 1; p->run == run && i < p->file_count; i++)
			if (system_is_not(j->recording, &p->files[i]))
				visit(j, p, i);
	}
}

static void judge_series_visit(struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = &j->features->uses[p->number][i];

	if (u->write_bytes)
		judge_series(j, &p->files[i], u);
}

static void judge_reset(struct judge *j)
{
	for (uint32_t i = 0; i < names_count(j->recording->names); i++)
		j->shared[i] = (struct shared){.checkpoint = j->shared[i].checkpoint};
	j->trains = j->saves = j->optimizer = false;
}

/* What loader workers read, they read for the process that made them. */
static void judge_workers(struct judge *j, uint32_t run)
{
	for (size_t n = 0; n < j->recording->count; n++) {
		const struct process *p = &j->recording->processes[n];
		const struct process *parent = recording_parent(j->recording, p);
		if (p->run == run && parent && p->role == ROLE_WORKER)
			j->conducts[parent->number].trains |= j->conducts[n].trains;
	}
}

void judge_run(struct judge *j, uint32_t run)
{
	judge_reset(j);
	judge_each(j, run, judge_share);
	for (uint32_t i = 0; i < names_count(j->recording->names); i++) {
		struct shared *s = &j->shared[i];
		s->random = s->reads >= FEW_READS && s->jumps * 2 > s->reads &&
		            s->extent >= BIG_FILE && s->clue != CLUE_CHECKPOINT;
		s->recurs = judge_recurs(s);
	}
	judge_each(j, run, judge_series_visit);
	judge_each(j, run, judge_conduct);
	judge_each(j, run, judge_conduct_after);
	judge_workers(j, run);
	judge_each(j, run, judge_checkpoint);
	for (size_t n = 0; n < j->recording->count; n++) {
		const struct order *o = &j->features->orders[n];
		j->conducts[n].shuffled = j->conducts[n].files_read >= FEW_FILES &&
		                          (double)o->ascents < 0.8 * (double)o->switches;
	}
}
