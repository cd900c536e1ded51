/* SPDX-License-Identifier: Apache-2.0
 *
 * The verdicts. First what a file is by itself (runtime, ipc), then by
 * direction: is a write a checkpoint, fuel for training, a product or a note;
 * is a read a restore, training, preparation or inference. The order of the
 * questions is the order of how sure their answers are.
 */
#include "stage/stage.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "read/evidence.h"
#include "read/system.h"
#include "stage/download.h"
#include "stage/folder.h"
#include "stage/judge.h"
#include "stage/named.h"
#include "stage/prepare.h"
#include "stage/purpose.h"
#include "stage/reason.h"
#include "stage/series.h"
#include "stage/sibling.h"

#define STAGE_SMALL (UINT64_C(1) << 20)
#define STAGE_NOTE  (UINT64_C(4) << 10)
#define STAGE_LEAST (UINT64_C(1) << 16) /* less, of all files, is no data set */

static const char *const stage_names[AIOT_STAGES] = {AIOT_STAGE_NAMES};

struct reason_row {
	struct verdict verdict;
	const char *words;
};

static const struct reason_row reasons[] = {
#define REASON(name, stage, percent, text) {{AIOT_STAGE_##stage, percent, REASON_##name}, text},
        REASONS(REASON)
#undef REASON
};

const char *stage_name(unsigned stage)
{
	return stage_names[stage < AIOT_STAGES ? stage : AIOT_STAGE_OTHER];
}

int stage_by_name(const char *name)
{
	for (int i = 0; i < AIOT_STAGES; i++)
		if (!strcmp(name, stage_names[i]))
			return i;
	return -1;
}

const char *stage_reason_text(unsigned reason)
{
	return reasons[reason < REASON_COUNT ? reason : REASON_NONE].words;
}

struct verdict stage_retried(void)
{
	return reasons[REASON_RETRIED].verdict;
}

static struct verdict stage_as(enum reason reason, unsigned stage)
{
	struct verdict verdict = reasons[reason].verdict;

	verdict.stage = (uint8_t)stage;
	return verdict;
}

struct verdict stage_marked(unsigned stage)
{
	return stage_as(REASON_MARKED, stage);
}

struct verdict stage_beside(unsigned stage)
{
	return stage_as(REASON_BESIDE_DATA, stage);
}

/* Little that was made of data by who does nothing else with them: what is in them. */
static bool stage_describes(const struct judge *j, const struct process *p, size_t i,
                            const struct use *u)
{
	const struct conduct *c = &j->conducts[p->number];

	return j->made[p->number][i] & JUDGE_DERIVED && u->write_bytes >= STAGE_NOTE && !c->tool &&
	       !c->trains && !c->saves && !c->loads && !judge_learns(j, p);
}

/* Written in one go as notes are, and read later: what others need to know of data. */
static bool stage_tells(const struct judge *j, const struct process *p, size_t i,
                        const struct use *u)
{
	const struct shared *s = &j->shared[process_file_at(p, i)->name];
	const struct conduct *c = &j->conducts[p->number];

	return s->clue == CLUE_LOG && !u->append && u->write_opens <= 1 && s->readers &&
	       s->first_read > u->last_write && u->write_bytes >= STAGE_NOTE &&
	       !(c->saves && judge_after_data(c, u));
}

static enum reason stage_write(const struct siblings *siblings, size_t i, const struct use *u)
{
	const struct judge *j = siblings->judge;
	const struct process *p = siblings->process;
	const struct shared *s = &j->shared[process_file_at(p, i)->name];
	const struct conduct *c = &j->conducts[p->number];

	if (s->checkpoint && u->evidence[1] & EVIDENCE_CHECKPOINT)
		return REASON_STATE_SAVED;
	if (s->checkpoint)
		return series_in_turns(j, process_file_at(p, i)->name) ? REASON_SERIES
		                                                       : REASON_SAVED;
	if (c->saves && u->evidence[1] & EVIDENCE_CHECKPOINT && !u->append)
		return REASON_STATE_SAVED;
	if (sibling_of_saved(siblings, i))
		return REASON_SIBLING;
	if (purpose_infers(j, p) && u->first_write > c->first_load)
		return REASON_RESULT;
	if (purpose_tests(j, p, u->first_write))
		return REASON_TESTED;
	if (u->evidence[1] & EVIDENCE_PREPARE)
		return REASON_READIED;
	if (download_is(c, p, u))
		return REASON_PRODUCED;
	if (j->made[p->number][i] & JUDGE_DERIVED && !prepare_is_note(j, p, i) && c->prepares)
		return REASON_IN_OUT;
	if (j->made[p->number][i] & JUDGE_JOINED && u->copy)
		return REASON_IN_OUT;
	if (s->recurs || s->random || s->worker_read ||
	    series_again(j, process_file_at(p, i)->name))
		return REASON_FUEL;
	if (u->copy || j->made[p->number][i] & JUDGE_COPY)
		return REASON_COPIED;
	if (stage_tells(j, p, i, u))
		return j->made[p->number][i] & JUDGE_DERIVED && c->prepares ? REASON_IN_OUT
		                                                            : REASON_PRODUCED;
	if (s->clue == CLUE_LOG || u->append)
		return c->data_written < STAGE_SMALL                     ? REASON_SMALL
		       : s->clue == CLUE_LOG || c->data_read || c->saves ? REASON_NONE
		                                                         : REASON_PRODUCED;
	if ((u->created || u->truncated) &&
	    (c->data_written >= STAGE_LEAST || s->clue == CLUE_DATA || s->readers))
		return REASON_PRODUCED;
	if (stage_describes(j, p, i, u))
		return REASON_LOOKED;
	return u->write_bytes < STAGE_SMALL ? REASON_SMALL : REASON_NONE;
}

/* Reads a little of what it is writing, as formats with an index do. */
static bool stage_looks_back(const struct use *u)
{
	return u->write_bytes && u->last_read < u->last_write &&
	       u->read_bytes < u->write_bytes / 16;
}

/* Reads less of it than it writes, and more when it is done, as databases and formats with an
 * index have it: not who goes on to fill what it reads of. */
static bool stage_looks(const struct use *u)
{
	return use_peeks(u) && u->read_amid < u->write_bytes &&
	       u->read_amid <= u->read_bytes - u->read_amid;
}

static void stage_judge(struct verdict *v, const struct siblings *siblings, size_t i,
                        const struct use *u)
{
	const struct judge *j = siblings->judge;
	const struct process *p = siblings->process;
	const struct file *file = process_file_at(p, i);
	enum aiot_stage system = system_stage(j->recording, file);

	if (system == AIOT_STAGE_RUNTIME || system == AIOT_STAGE_IPC) {
		v[0] = v[1] =
		        reasons[system == AIOT_STAGE_IPC ? REASON_IPC : REASON_SYSTEM].verdict;
		return;
	}
	v[DIRECTION_READ] = v[DIRECTION_WRITE] = reasons[REASON_NONE].verdict;
	if (!system_is_not(j->recording, file))
		return;
	if (u->evidence[1] & EVIDENCE_RUNTIME) {
		v[DIRECTION_READ] = v[DIRECTION_WRITE] = reasons[REASON_SYSTEM].verdict;
		return;
	}
	if (judge_fills(j, p, i)) {
		v[DIRECTION_READ] = v[DIRECTION_WRITE] =
		        reasons[stage_write(siblings, i, u)].verdict;
		return;
	}
	if (u->writes)
		v[DIRECTION_WRITE] =
		        reasons[named_write(j, p, i, u, stage_write(siblings, i, u))].verdict;
	if (u->reads || u->maps)
		v[DIRECTION_READ] =
		        reasons[named_read(j, p, i, u, purpose_of(siblings, i, u))].verdict;
	if ((!u->reads && !u->maps) || stage_looks_back(u))
		v[DIRECTION_READ] = v[DIRECTION_WRITE];
	if (u->writes)
		return;
	v[DIRECTION_WRITE] = v[DIRECTION_READ];
	/* Older ones go when newer ones come. */
	if (u->removed && v[DIRECTION_READ].stage == AIOT_STAGE_RESTORE &&
	    j->conducts[p->number].saves)
		v[DIRECTION_WRITE] = reasons[REASON_SERIES].verdict;
}

/* Where the program says what most of a file's accesses are for, that is what the
 * file is for, and what it does with it unmarked, as opening it before, is too. */
static bool stage_say(struct verdict *v, const uint64_t marked[AIOT_STAGES], uint64_t ops)
{
	unsigned most = 0;
	uint64_t all = 0;

	for (unsigned i = 0; i < AIOT_STAGES; i++) {
		all += marked[i];
		most = marked[i] > marked[most] ? i : most;
	}
	if (!all || 2 * all < ops)
		return false;
	*v = stage_marked(most);
	return true;
}

static void stage_heed_marks(struct verdict *v, const struct use *u)
{
	bool read, write;

	if (!u->marks)
		return;
	read = stage_say(&v[DIRECTION_READ], u->marks->ops[0], u->reads);
	write = stage_say(&v[DIRECTION_WRITE], u->marks->ops[1], u->writes);
	if (read && !u->writes)
		v[DIRECTION_WRITE] = v[DIRECTION_READ];
	if (write && !u->reads && !u->maps)
		v[DIRECTION_READ] = v[DIRECTION_WRITE];
}

static struct ways stage_ways(const struct judge *j, struct way_turns *turns,
                              const struct process *p, size_t i, const struct verdict *v,
                              const struct use *u)
{
	struct ways ways = {.stage = {v[DIRECTION_READ].stage, v[DIRECTION_WRITE].stage}};
	struct way_times times = {{use_first_read(u), u->first_write},
	                          {u->last_read, use_written(u)}};

	if (u->removed && !u->writes)
		times.first[WAY_WRITE] = times.last[WAY_WRITE] = u->last_touch;
	way_turn(&ways, turns, (uint32_t)i, &times);
	ways.copies = u->copied && prepare_keeps(j, p, i);
	ways.looks = stage_looks(u);
	return ways;
}

/* One process's files, of a run that is judged. */
static void stages_judge(struct stages *stages, const struct judge *judge, const struct process *p)
{
	struct siblings siblings = siblings_find(judge, p);
	uint16_t *kinds = memory_get(p->file_count, sizeof *kinds);

	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = features_use(judge->features, p->number, i, &(struct use){0});
		struct kind kind = {0};
		judge_fetch(judge, p, i);
		stage_judge(kind.verdicts, &siblings, i, u);
		stage_heed_marks(kind.verdicts, u);
		kind.ways = stage_ways(judge, &stages->turns[p->number], p, i, kind.verdicts, u);
		kinds[i] = kinds_add(&stages->kinds, &kind);
	}
	stages->kind_of[p->number] = kinds;
	siblings_free(&siblings);
}

/* For workers, or without a fault, as what is in memory. */
static bool stage_is_mapped(const struct verdict *v, const struct use *u)
{
	return u->maps && !u->reads && !u->writes && v[DIRECTION_READ].stage == AIOT_STAGE_TRAIN &&
	       v[DIRECTION_READ].reason != REASON_MARKED;
}

/* Anew, while what was learnt is tried. */
static bool stage_answers(const struct verdict *v, const struct use *u, const struct after *after)
{
	bool little = v->reason == REASON_PRODUCED || v->reason == REASON_SMALL ||
	              v->reason == REASON_NONE;

	return little && u->writes && (u->created || u->truncated) && !u->append &&
	       way_within(after->spans, after->span_count, u->first_write);
}

/* What was learnt is tried on them from some time on. */
static void stages_cut(struct stages *stages, const struct features *features,
                       const struct process *p)
{
	const struct after *after = &stages->afters[p->number];
	uint16_t *kinds = stages->kind_of[p->number];

	stages->turns[p->number].tries = after->spans;
	stages->turns[p->number].try_count = after->span_count;
	for (size_t i = 1; i < p->file_count; i++) {
		struct kind kind = stages->kinds.items[kinds[i]];
		const struct use *u = features_use(features, p->number, i, &(struct use){0});
		struct verdict *v = &kind.verdicts[DIRECTION_WRITE];
		if (stage_answers(v, u, after)) {
			*v = stage_retried();
			kind.ways.stage[WAY_WRITE] = v->stage;
		} else if (after_of(after, i) || stage_is_mapped(kind.verdicts, u)) {
			kind.ways.later = 1;
		} else {
			continue;
		}
		kinds[i] = kinds_add(&stages->kinds, &kind);
	}
}

static void stages_run(struct stages *stages, struct judge *judge, uint32_t run)
{
	const struct recording *r = stages->recording;

	judge_run(judge, run);
	for (size_t n = 0; n < r->count; n++)
		if (r->processes[n].run == run)
			stages_judge(stages, judge, &r->processes[n]);
	afters_find(stages->afters, judge, run, &stages->kinds, stages->kind_of);
	for (size_t n = 0; n < r->count; n++)
		if (r->processes[n].run == run && stages->afters[n].span_count)
			stages_cut(stages, judge->features, &r->processes[n]);
	folders_judge(stages, judge->features, run);
}

struct stages *stages_find(const struct features *features)
{
	const struct recording *r = features->recording;
	struct stages *stages = memory_get(1, sizeof *stages);
	struct judge judge;

	stages->recording = r;
	stages->kind_of = memory_get(r->count, sizeof *stages->kind_of);
	stages->turns = memory_get(r->count, sizeof *stages->turns);
	stages->afters = memory_get(r->count, sizeof *stages->afters);
	stages->handles = memory_get(r->count, sizeof *stages->handles);
	kinds_add(&stages->kinds, &(struct kind){0});
	judge_init(&judge, features);
	for (uint32_t run = 0; run < r->run_count; run++)
		stages_run(stages, &judge, run);
	judge_free(&judge);
	return stages;
}

void stages_free(struct stages *stages)
{
	for (size_t i = 0; i < stages->recording->count; i++) {
		free(stages->kind_of[i]);
		way_turns_free(&stages->turns[i]);
		after_free(&stages->afters[i]);
		free(stages->handles[i]);
	}
	free(stages->turns);
	free(stages->afters);
	free(stages->handles);
	free(stages->kind_of);
	kinds_free(&stages->kinds);
	free(stages);
}

/* The stage that an event itself has: by the program's mark, or by the writer. */
static uint8_t stage_said(const struct stages *stages, uint8_t stage, uint8_t flags)
{
	bool ignored = stages->recording->ignore_marks && flags & AIOT_EVENT_MARKED;

	return ignored || stage >= AIOT_STAGES ? AIOT_STAGE_OTHER : stage;
}

static struct way_handles *stages_handles(const struct stages *stages, uint32_t number)
{
	struct way_handles **handles = &stages->handles[number];

	if (!*handles)
		*handles = memory_get(1, sizeof **handles);
	return *handles;
}

enum aiot_stage stages_of(const struct stages *stages, const struct process *process,
                          const struct stage_event *e)
{
	uint32_t n = process->number;
	uint8_t stage = way_stage(stages_kind(stages, n, e->file)->ways, &stages->turns[n], e->file,
	                          stages_handles(stages, n), &e->way);

	if (recording_marked(stages->recording, e->flags) || !e->file)
		return stage_said(stages, e->guess, e->flags);
	return stage;
}

void stages_fill(const struct stages *stages, struct events *e)
{
	const struct kind *kinds = stages->kinds.items;
	const uint16_t *kind_of = stages->kind_of[e->process->number];
	const struct way_turns *turns = &stages->turns[e->process->number];
	struct way_handles *handles = stages_handles(stages, e->process->number);
	unsigned marked = stages->recording->ignore_marks ? 0 : AIOT_EVENT_MARKED;

	for (uint32_t i = 0; i < e->count; i++) {
		struct ways w = kinds[kind_of[e->file[i]]].ways;
		uint8_t class = e->class[i], stage;
		bool plain = !w.copies && !w.later && !w.looks;
		if ((class == AIOT_CLASS_READ || class == AIOT_CLASS_WRITE) && plain)
			stage = w.stage[class == AIOT_CLASS_WRITE];
		else if (w.stage[0] == w.stage[1] && class != AIOT_CLASS_OPEN && plain)
			stage = w.stage[0]; /* whichever way it is */
		else
			stage = way_stage(w, turns, e->file[i], handles,
			                  &(struct way_event){e->aux[i], e->handle[i], class,
			                                      way_copies(e->call[i]), e->start[i]});
		if ((e->flags[i] & marked) || !e->file[i])
			stage = stage_said(stages, e->stage[i], e->flags[i]);
		e->stage[i] = stage;
	}
}
