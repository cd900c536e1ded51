/* SPDX-License-Identifier: Apache-2.0
 *
 * A sum of all that speaks for a file's being a checkpoint and against it.
 */
#include "stage/score.h"

#include "read/evidence.h"
#include "stage/download.h"
#include "stage/estimator.h"
#include "stage/named.h"
#include "stage/no_state.h"
#include "stage/outcome.h"
#include "stage/root.h"
#include "stage/series.h"

#define BIG_FILE         (INT64_C(1) << 20)
#define HUGE_FILE        (INT64_C(64) << 20)
#define SCORE_CHECKPOINT 4 /* from here on it is one */
#define LEAST_STATE      NO_STATE_BELOW
/* ... unless there are some of its very size. */
#define LEAST_EXACT   1024

#define MANY_IN_BATCH 256
#define LEAST_DATA    4096 /* less is a word that says where a state is */

/* One for each batch of files that a model that was loaded before is asked about, and smaller
 * than it; states are written more rarely. */
static bool score_answers(const struct judge *j, const struct conduct *c, const struct use *u,
                          uint32_t name)
{
	const struct series *s = &j->series[j->series_of[name]];
	uint64_t files = (uint64_t)c->files_read + c->files_fetched;

	return c->loads && !c->trains && !c->optimizer && u->first_write > c->first_load &&
	       !(u->evidence[1] & EVIDENCE_CHECKPOINT) && j->series_of[name] &&
	       s->members >= SERIES_MANY && s->writer != UINT32_MAX && !s->removed &&
	       s->most < c->most_loaded / 2 && files >= s->members &&
	       files <= MANY_IN_BATCH * (uint64_t)s->members;
}

/* Writes in turns what it has made of data that it has read all of before. */
static bool score_growth(const struct judge *j, const struct conduct *c, const struct use *u,
                         uint32_t name)
{
	const struct series *s = &j->series[j->series_of[name]];

	return series_in_turns(j, name) && series_grows(s) && s->most >= 4 * LEAST_STATE &&
	       !u->append && judge_after_data(c, u) && u->first_write > judge_last_read(c);
}

/* What comes after all data, of who goes over them again and again. */
static bool score_comes_last(const struct judge *j, const struct conduct *c, const struct use *u,
                             uint32_t name)
{
	bool learns = c->trains || (c->fetches && !c->loads);

	return learns && !c->in_order && !no_state_of(c) && !series_each(j, name) &&
	       judge_after_data(c, u) && u->first_write > judge_last_read(c) &&
	       (u->created || u->truncated) && !u->append && u->write_bytes >= LEAST_STATE;
}

/* What is written anew under its name again and again is no product. */
static bool score_replaces(const struct use *u)
{
	return (u->truncated || u->renamed_to) && !u->append && u->write_opens >= 3 &&
	       u->write_bytes / u->write_opens >= LEAST_STATE;
}

/* As much is added each time that it is opened, and enough for a state, by who has data. */
static bool score_adds(const struct conduct *c, const struct use *u)
{
	return u->append && u->write_opens >= 2 && u->write_bytes % u->write_opens == 0 &&
	       u->write_bytes / u->write_opens >= LEAST_STATE && (c->data_read || c->trains);
}

/* Each time as large, though what is named like it is not. */
static bool score_alone_in_turns(const struct judge *j, const struct use *u, uint32_t name)
{
	return !series_in_turns(j, name) && u->write_bytes % u->write_opens == 0;
}

/* Gets by sockets what it writes; those who train together talk by sockets, too. */
static bool score_downloads(const struct conduct *c, const struct process *p)
{
	return p->rank < 0 && !c->trains && !c->fetches && c->data_read <= c->data_written / 1024 &&
	       c->received >= c->data_written / 4 * 3 && c->received;
}

/* New, and not while data are being prepared, but by who trains. */
static bool score_while_training(const struct judge *j, const struct conduct *c,
                                 const struct use *u, uint32_t name)
{
	return c->trains && !c->in_order && !no_state_of(c) && !series_each(j, name) &&
	       judge_after_data(c, u) &&
	       (((u->created || u->truncated) && !u->append) || score_adds(c, u)) &&
	       u->write_bytes >= (series_exact(j, name) ? LEAST_EXACT : LEAST_STATE);
}

/* Forked from who reads data, to write what it has in memory and nothing else. */
static bool score_by_fork(const struct judge *j, const struct process *p, const struct use *u)
{
	const struct process *parent = j->parents[p->number];
	const struct conduct *c = &j->conducts[p->number];

	const struct conduct *whose = parent ? &j->conducts[parent->number] : NULL;

	return p->origin == AIOT_ORIGIN_FORK && parent && !c->files_read && !c->handed &&
	       c->data_written < 2 * u->write_bytes &&
	       (judge_after_data(whose, u) || whose->files_fetched);
}

/* The state of one of some that try the same, when it has read all. */
static bool score_of_trial(const struct judge *j, const struct conduct *c, const struct use *u,
                           uint32_t name)
{
	const struct series *s = &j->series[j->series_of[name]];

	return c->tries && j->series_of[name] && s->members >= 3 && s->writer == UINT32_MAX &&
	       s->least == s->most && s->least >= LEAST_STATE && judge_after_data(c, u) &&
	       u->first_write > judge_last_read(c);
}

/* Tensors that all data left behind, too few to be what each of these became. */
static bool score_extract(const struct conduct *c, const struct use *u)
{
	return u->evidence[1] & EVIDENCE_SERIAL && judge_after_data(c, u) &&
	       u->first_write > judge_last_read(c) && u->write_bytes < c->data_read / 64;
}

/* A few tensors of who has read no data: a model that begins, or what another one became. */
static bool score_of_model(const struct judge *j, const struct conduct *c, const struct use *u,
                           uint32_t name)
{
	const struct series *s = &j->series[j->series_of[name]];

	return u->evidence[1] & EVIDENCE_SERIAL && c->data_read < LEAST_DATA &&
	       (!j->series_of[name] || s->members < SERIES_MANY);
}

/* All of some that came before any data were read are read, too: data. */
static bool score_parts(const struct judge *j, const struct conduct *c, const struct use *u,
                        uint32_t name)
{
	const struct series *s = &j->series[j->series_of[name]];

	return j->series_of[name] && s->members >= 2 && s->used == s->members &&
	       c->first_data_read > s->last &&
	       !(u->evidence[1] & (EVIDENCE_SERIAL | EVIDENCE_CHECKPOINT));
}

/* Between reads of data, as what is made from them; what comes after all of them may
 * be what was learnt, but not by one of a pool that made others like it before. */
static bool score_amid_data(const struct judge *j, const struct process *p, const struct use *u,
                            uint32_t name)
{
	const struct series *s = &j->series[j->series_of[name]];
	const struct conduct *c = &j->conducts[p->number];
	bool pool = p->role == ROLE_WORKER || p->origin == AIOT_ORIGIN_FORK;
	int64_t begun = u->first_open ? u->first_open : u->first_write;

	if (outcome_comes_of(j, c, u, name))
		return false;
	if (j->series_of[name] && s->writer == UINT32_MAX && pool && s->first < begun)
		begun = s->first;
	return judge_after_data(c, u) && (begun < judge_last_read(c) || !u->write_bytes);
}

/* A few in turns, while a framework's loader fetches many files. */
static bool score_amid_batches(const struct judge *j, const struct conduct *c, uint32_t name)
{
	const struct series *s = &j->series[j->series_of[name]];

	return c->fetches && !c->loads && series_in_turns(j, name) &&
	       s->members * 8 <= c->files_read + c->files_fetched;
}

/* Written bit by bit, while more is read than state could need: no burst. */
static bool score_trickles(const struct conduct *c, const struct use *u)
{
	return judge_after_data(c, u) && u->write_opens <= 1 &&
	       u->read_until - u->read_before > u->write_bytes / 4;
}

/* What the name says, and who else uses the file. */
static int score_by_name(const struct judge *j, const struct file *file, uint32_t name, bool growth,
                         bool called)
{
	const char *path = names_text(j->recording->names, name);
	const struct shared *s = &j->shared[file->name];
	enum clue clue = clue_of(path);
	int score = 0;

	if (clue == CLUE_CHECKPOINT || root_checkpoint_folder(j, path))
		score += 3;
	score -= clue == CLUE_DATA ? 2 : clue == CLUE_LOG && !growth && !called ? 3 : 0;
	score -= clue_media(path) || clue_table(path) ? 2 : 0;
	/* What training reads again and again is data, whatever its name. */
	score -= s->recurs || s->random || s->worker_read || series_again(j, name) ? 4 : 0;
	score -= s->random || series_used(j, name) || series_again(j, name) ? 4 : 0;
	return score;
}

/* Most of it, from its beginning to its end. */
static bool score_in_order(const struct use *u)
{
	return pattern_share(&u->write, ACCESS_CONSECUTIVE) > 0.5 ||
	       4 * (u->write.bytes[ACCESS_CONSECUTIVE] + u->write.bytes[ACCESS_SEQUENTIAL]) >
	               3 * u->write_bytes;
}

/* How it is written. */
static int score_by_writes(const struct judge *j, const struct conduct *c, const struct use *u,
                           uint32_t name)
{
	int score = 0;

	score += u->write_bytes >= BIG_FILE;
	score += u->write_bytes >= HUGE_FILE;
	score += u->syncs > 0;
	score += u->renamed_to ? 1 + (u->write_opens > 1) : 0;
	score += (u->created || u->truncated) && !u->append && score_in_order(u);
	score += series_in_turns(j, name) && !u->append
	                 ? 1 + (u->write_bytes >= 4 * LEAST_STATE) + series_even(j, name)
	                 : 0;
	score += j->series_of[name] && j->series[j->series_of[name]].resumed ? 3 : 0;
	score += score_replaces(u) ? 3 + 2 * score_alone_in_turns(j, u, name) : 0;
	score += u->evidence[1] & EVIDENCE_CHECKPOINT ? SCORE_CHECKPOINT : 0;
	score += u->evidence[1] & EVIDENCE_SERIAL ? 2 : 0;
	score += score_adds(c, u) ? 3 : u->append ? -2 : 0;
	return score;
}

/* What its writer does with data before and meanwhile. */
static int score_by_conduct(const struct judge *j, const struct process *p, const struct use *u,
                            uint32_t name)
{
	const struct conduct *c = &j->conducts[p->number];
	bool note = clue_of(names_text(j->recording->names, name)) == CLUE_LOG;
	int score = 0;

	score -= score_downloads(c, p) || download_is(c, p, u) ? 4 : 0;
	/* What loaders read are samples. */
	score -= u->evidence[0] & EVIDENCE_LOADER ? 4 : 0;
	score += j->trains || c->fetches;
	score += score_while_training(j, c, u, name) && !note ? 2 : 0;
	score += score_of_trial(j, c, u, name) && !note ? 2 : 0;
	score += score_by_fork(j, p, u) && !note ? 3 : 0;
	score += score_extract(c, u);
	score += score_of_model(j, c, u, name) ? 2 : 0;
	score += estimator_wrote(j, c, u, name) ? 3 + 3 * note : 0;
	score -= !c->trains && !score_replaces(u) && score_amid_data(j, p, u, name) &&
	                         !series_steady(j, name) && !score_amid_batches(j, c, name)
	                 ? 3
	                 : 0;
	score += score_comes_last(j, c, u, name) ? 2 : 0;
	score -= outcome_is(j, p, u, name) || score_parts(j, c, u, name) ? 4 : 0;
	score -= score_trickles(c, u) || c->in_order || series_each(j, name) ? 3 : 0;
	return score;
}

/* What functions and scripts are called. */
static int score_by_words(const struct judge *j, const struct process *p, const struct use *u)
{
	uint32_t word = named_for(u, DIRECTION_WRITE), intent = named_intent(j, p);
	const struct conduct *c = &j->conducts[p->number];

	if (word == WORD_STATE)
		return 3 + 2 * (intent == WORD_TRAIN);
	if (word == WORD_PREPARE || word == WORD_INGEST || word == WORD_INFER)
		return -2;
	if (intent == WORD_TRAIN && judge_after_data(c, u) && !u->append)
		return u->first_write > judge_last_read(c) && !no_state_of(c) ? 3 : 1;
	return intent && intent != WORD_TRY && intent != WORD_TRAIN ? -1 : 0;
}

static int score_of(const struct judge *j, const struct process *p, const struct file *file,
                    const struct use *u)
{
	uint32_t name = judge_final_name(file, u);
	const struct conduct *c = &j->conducts[p->number];
	bool growth = score_growth(j, c, u, name);
	bool called = named_for(u, DIRECTION_WRITE) == WORD_STATE && u->write_bytes >= LEAST_STATE;

	if (score_answers(j, c, u, name))
		return 0;
	return 2 * growth + score_by_name(j, file, name, growth, called) +
	       score_by_writes(j, c, u, name) + score_by_conduct(j, p, u, name) +
	       score_by_words(j, p, u);
}

void score_checkpoint(struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
	uint32_t name = judge_final_name(process_file_at(p, i), u);
	uint64_t least = series_exact(j, name) ? LEAST_EXACT : LEAST_STATE;

	if (u->writes && !no_state(j, &j->conducts[p->number], u, name, least) &&
	    score_of(j, p, process_file_at(p, i), u) >= SCORE_CHECKPOINT)
		judge_saves(j, p, process_file_at(p, i), u);
}
