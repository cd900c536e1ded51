/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/outcome.h"

#include <stdlib.h>
#include <string.h>

#include "read/evidence.h"
#include "read/system.h"
#include "stage/evaluate.h"
#include "stage/named.h"
#include "stage/recur.h"
#include "stage/series.h"

/* Less is a note, or settings. */
#define LEAST_OUTCOME 4096
/* Gone over more often, data are learnt from. */
#define OUTCOME_PASSES 2
/* States of one model differ by less. */
#define ALIKE                64

#define outcome_use(j, p, i) features_use((j)->features, (p)->number, i, &(struct use){0})

bool outcome_is_state(const struct judge *j, const struct use *u, uint32_t name)
{
	return u->write_bytes >= LEAST_OUTCOME &&
	       (u->evidence[1] & (EVIDENCE_CHECKPOINT | EVIDENCE_SERIAL) ||
	        named_for(u, DIRECTION_WRITE) == WORD_STATE ||
	        clue_of(names_text(j->recording->names, name)) == CLUE_CHECKPOINT);
}

static void outcome_keep(struct judge *j, const struct process *p)
{
	struct conduct *c = &j->conducts[p->number];

	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u;
		if (features_plain(j->features, p->number, i) ||
		    !system_is_not(j->recording, process_file_at(p, i)))
			continue;
		u = outcome_use(j, p, i);
		if (!outcome_is_state(j, u, judge_final_name(process_file_at(p, i), u)))
			continue;
		c->kept = u->last_write > c->kept ? u->last_write : c->kept;
		c->kept_bytes = u->write_bytes > c->kept_bytes ? u->write_bytes : c->kept_bytes;
	}
}

/* By any of its readers, or by workers that part epochs among them. */
static bool outcome_is_learnt(const struct shared *s)
{
	uint64_t extent = s->extent > 0 ? (uint64_t)s->extent : UINT64_MAX;

	return s->random || (s->recurs && (recur_passes(s) > OUTCOME_PASSES ||
	                                   s->worker_begins > OUTCOME_PASSES ||
	                                   s->read_bytes / extent > OUTCOME_PASSES));
}

/* Read first when all states had been written: one of them, or data. */
static bool outcome_is_asked(const struct judge *j, const struct process *p, size_t i, int64_t kept)
{
	const struct use *u = outcome_use(j, p, i);
	const struct shared *s = &j->shared[process_file_at(p, i)->name];

	return u->read_bytes >= LEAST_OUTCOME && use_first_read(u) > kept && u->copied < u->reads &&
	       s->clue != CLUE_LOG && s->first_read > kept && !outcome_is_learnt(s) &&
	       system_is_not(j->recording, process_file_at(p, i));
}

static bool outcome_any(const struct judge *j, const struct process *p, int64_t kept)
{
	for (size_t n = 0; n < j->recording->count; n++) {
		const struct process *other = &j->recording->processes[n];
		for (size_t i = 1; evaluate_works_for(j, n, p) && i < other->file_count; i++)
			if (outcome_is_asked(j, other, i, kept))
				return true;
	}
	return false;
}

/* Names but for digits of what was read to learn, itself or by its workers. */
static struct names *outcome_learnt_from(const struct judge *j, const struct process *p,
                                         int64_t kept)
{
	struct names *series = names_new();

	for (size_t n = 0; n < j->recording->count; n++) {
		const struct process *other = &j->recording->processes[n];
		for (size_t i = 1; evaluate_works_for(j, n, p) && i < other->file_count; i++) {
			uint32_t name = process_file_at(other, i)->name;
			char *text;
			if (!j->shared[name].first_read || j->shared[name].first_read > kept ||
			    !system_is_not(j->recording, process_file_at(other, i)))
				continue;
			text = clue_series(names_text(j->recording->names, name));
			names_add(series, text, strlen(text));
			free(text);
		}
	}
	return series;
}

static bool outcome_is_like(const struct judge *j, struct names *series, uint32_t name)
{
	char *text = clue_series(names_text(j->recording->names, name));
	bool like = names_find(series, text, strlen(text));

	free(text);
	return like;
}

/* What a process reads of that. */
static void outcome_asks(struct judge *j, struct conduct *c, const struct process *p,
                         struct names *series)
{
	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = outcome_use(j, p, i);
		if (outcome_is_asked(j, p, i, c->kept) &&
		    (!c->asked || use_first_read(u) < c->asked) &&
		    !outcome_is_like(j, series, process_file_at(p, i)->name))
			c->asked = use_first_read(u);
	}
}

void outcome_find(struct judge *j, const struct process *p)
{
	struct conduct *c = &j->conducts[p->number];
	struct names *series;

	if (p->role == ROLE_WORKER || p->rank >= 0 || c->tool)
		return;
	outcome_keep(j, p);
	if (!c->kept || (!c->files_read && !c->files_fetched) || !outcome_any(j, p, c->kept))
		return;
	series = outcome_learnt_from(j, p, c->kept);
	for (size_t n = 0; names_count(series) > 1 && n < j->recording->count; n++)
		if (evaluate_works_for(j, n, p))
			outcome_asks(j, c, &j->recording->processes[n], series);
	names_free(series);
}

bool outcome_is(const struct judge *j, const struct process *p, const struct use *u, uint32_t name)
{
	const struct conduct *c = &j->conducts[p->number];
	uint64_t apart = u->write_bytes > c->kept_bytes ? u->write_bytes - c->kept_bytes
	                                                : c->kept_bytes - u->write_bytes;

	return c->asked && u->first_write > c->asked && apart > c->kept_bytes / ALIKE &&
	       !outcome_is_state(j, u, name) && !series_in_turns(j, name);
}

bool outcome_comes_of(const struct judge *j, const struct conduct *c, const struct use *u,
                      uint32_t name)
{
	const struct series *s = &j->series[j->series_of[name]];

	return c->asked && u->last_write == c->kept && s->members < SERIES_MANY;
}
