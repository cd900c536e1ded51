/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/named.h"

#include "read/system.h"
#include "stage/purpose.h"
#include "stage/recur.h"

/* Less is a setting, or a note. */
#define LEAST_NAMED 4096
/* ... unless there are so many. */
#define MANY_FILES 16

#define OF(reason) (UINT64_C(1) << REASON_##reason)

/* Reasons that a function's name overrules ... */
static const uint64_t named_weak_read = OF(NONE) | OF(SMALL) | OF(BESIDE) | OF(MAPPED) |
                                        OF(SERVED) | OF(IN_OUT) | OF(PRODUCT) | OF(LOOKED) |
                                        OF(CHECKED) | OF(PASSES) | OF(SHUFFLED);
static const uint64_t named_weak_write =
        OF(NONE) | OF(SMALL) | OF(PRODUCED) | OF(RESULT) | OF(IN_OUT);
/* ... or that of one that answers questions, when all has been learnt ... */
static const uint64_t named_last_read =
        OF(NONE) | OF(SMALL) | OF(FETCHED) | OF(WORKER) | OF(BESIDE) | OF(MAPPED) | OF(SHUFFLED);
/* ... and, of reads, those that a whole program's purpose does, too. */
static const uint64_t named_weaker_read =
        OF(NONE) | OF(SMALL) | OF(SERVED) | OF(IN_OUT) | OF(PRODUCT) | OF(LOOKED) | OF(CHECKED);

static bool named_one(uint32_t words)
{
	return words && !(words & (words - 1));
}

/* To try is part of training, or of using what was learnt. */
static uint32_t named_only(uint32_t words)
{
	if (words & (WORD_TRAIN | WORD_INFER))
		words &= ~(uint32_t)WORD_TRY;
	return named_one(words) ? words : 0;
}

uint32_t named_for(const struct use *u, enum direction direction)
{
	uint32_t words = u->evidence[direction] & WORDS;

	if (!words && (u->maps || !u->reads))
		words = u->evidence[2] & WORDS;
	return named_only(words);
}

/* A model was written, and none was loaded: what else is done is not called anything. */
static uint32_t named_by_saving(const struct judge *j, const struct process *p)
{
	return j->conducts[p->number].called_saves ? WORD_TRAIN : 0;
}

uint32_t named_intent(const struct judge *j, const struct process *p)
{
	uint32_t all = j->features->evidence[p->number];
	uint32_t functions = all & WORDS & ~(uint32_t)WORD_STATE;
	uint32_t script = (all & WORDS_OF_SCRIPT) >> WORD_SCRIPT_BITS & ~(uint32_t)WORD_STATE;

	functions &= ~(uint32_t)WORD_PART;
	/* What is done at last is nearer than what the script was written for. */
	if (named_one(script) && script != WORD_TRY && named_only(functions) != WORD_TRAIN)
		return script;
	if (named_only(functions) == WORD_TRAIN)
		return WORD_TRAIN;
	return functions | script ? named_only(functions | script) : named_by_saving(j, p);
}

static bool named_infers(const struct judge *j, const struct process *p)
{
	uint32_t intent = named_intent(j, p);

	return (intent == WORD_INFER || intent == WORD_TRY) && !judge_learns(j, p);
}

bool named_trains(const struct judge *j, const struct process *p)
{
	return named_intent(j, p) == WORD_TRAIN;
}

#define named_use(j, p, i) features_use((j)->features, (p)->number, i, &(struct use){0})

/* Data that it reads again it needs more than once, for all that. */
static void named_no_training(struct judge *j, const struct process *p)
{
	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = named_use(j, p, i);
		struct shared *s = &j->shared[process_file_at(p, i)->name];
		if (u->reads && system_is_not(j->recording, process_file_at(p, i)))
			s->recurs = s->random = false;
	}
	judge_no_training(j, p);
}

/* Twice, to know what is in them, and then to make others. */
static bool named_is_pass(const struct judge *j, const struct process *p)
{
	for (size_t i = 1; i < p->file_count; i++)
		if (recur_takes_part(j, p, i) &&
		    recur_passes(&j->shared[process_file_at(p, i)->name]) > RECUR_TO_MAKE)
			return false;
	return true;
}

void named_prepares(struct judge *j, const struct process *p)
{
	const struct conduct *c = &j->conducts[p->number];
	uint32_t intent = named_intent(j, p);

	if (c->trains && !c->fetches && p->rank < 0 && !c->called_saves &&
	    (intent == WORD_PREPARE || intent == WORD_INGEST) && named_is_pass(j, p))
		named_no_training(j, p);
}

void named_find(struct judge *j, const struct process *p)
{
	const struct conduct *c = &j->conducts[p->number];

	if (!c->trains || c->fetches || p->role == ROLE_WORKER || p->rank >= 0 ||
	    !named_infers(j, p))
		return;
	named_no_training(j, p);
	for (size_t n = 0; n < j->recording->count; n++)
		if (j->parents[n] == p && j->recording->processes[n].role == ROLE_WORKER)
			named_no_training(j, &j->recording->processes[n]);
	j->conducts[p->number].served = c->data_read + 1;
}

static enum reason named_reason(uint32_t word)
{
	switch (word) {
	case WORD_TRAIN: return REASON_NAMED_TRAIN;
	case WORD_INFER:
	case WORD_TRY: return REASON_NAMED_INFERENCE;
	case WORD_PREPARE: return REASON_NAMED_PREPARE;
	case WORD_INGEST: return REASON_NAMED_INGEST;
	default: return REASON_COUNT;
	}
}

/* It, or whose loader it is, has saved for the last time when it turns to that. */
static bool named_is_last(const struct judge *j, const struct process *p, const struct use *u)
{
	const struct process *parent = p->role == ROLE_WORKER ? j->parents[p->number] : p;
	const struct conduct *c = &j->conducts[parent ? parent->number : p->number];

	return c->saves && u->first_read > c->last_save;
}

/* What is tried or inferred by who learns is part of learning. */
static uint32_t named_meant(const struct judge *j, const struct process *p, uint32_t word)
{
	bool uses = word == WORD_TRY || word == WORD_INFER;

	return uses && (judge_learns(j, p) || named_intent(j, p) == WORD_TRAIN) ? WORD_TRAIN : word;
}

/* What training begins with is read once, as data are to prepare others; what others are made
 * of is no fuel. */
static bool named_fits_read(const struct judge *j, const struct process *p, size_t i, uint32_t word,
                            enum reason reason)
{
	if (word == WORD_PREPARE && reason == REASON_SERVED &&
	    !(named_use(j, p, i)->evidence[DIRECTION_READ] & WORD_PREPARE))
		return false;
	if (word == WORD_TRAIN)
		return reason != REASON_IN_OUT || !(j->made[p->number][i] & JUDGE_SOURCE);
	if (word == WORD_PREPARE)
		return !judge_learns(j, p) || j->conducts[p->number].made;
	return word != WORD_INGEST || (reason != REASON_BESIDE && reason != REASON_SHUFFLED);
}

/* Questions may be short, but settings are none. */
static bool named_is_note(const struct judge *j, const struct process *p, size_t i, uint32_t word)
{
	uint32_t name = process_file_at(p, i)->name;
	const struct shared *s = &j->shared[name];
	bool asks = (word == WORD_INFER || word == WORD_TRY) &&
	            (s->clue != CLUE_LOG || clue_text(names_text(j->recording->names, name)));

	return s->extent < LEAST_NAMED && j->conducts[p->number].files_read < MANY_FILES && !asks;
}

enum reason named_read(const struct judge *j, const struct process *p, size_t i,
                       const struct use *u, enum reason reason)
{
	uint32_t word = named_for(u, DIRECTION_READ);

	if (named_last_read >> reason & 1 && word == WORD_INFER && named_is_last(j, p, u))
		return REASON_NAMED_INFERENCE;
	if (!(named_weak_read >> reason & 1) || j->conducts[p->number].tool || word == WORD_STATE)
		return reason;
	if (word == WORD_PART)
		return purpose_of_part(j, p, i, reason);
	if (!word && named_weaker_read >> reason & 1)
		word = named_intent(j, p);
	word = named_meant(j, p, word);
	if (named_is_note(j, p, i, word))
		return reason;
	return word && named_fits_read(j, p, i, word, reason) ? named_reason(word) : reason;
}

static bool named_fits_write(const struct judge *j, const struct process *p, const struct use *u,
                             uint32_t word, enum reason reason)
{
	const struct conduct *c = &j->conducts[p->number];

	bool small = u->write_bytes < LEAST_NAMED && c->files_read < MANY_FILES;

	if (word == WORD_INFER || word == WORD_TRY)
		return !judge_learns(j, p) && !u->append &&
		       ((c->loads && u->first_write > c->first_load) || judge_after_data(c, u));
	if (word == WORD_PREPARE)
		return c->data_read && !small &&
		       (reason == REASON_NONE || reason == REASON_SMALL ||
		        (u->evidence[DIRECTION_WRITE] & WORD_PREPARE && judge_after_data(c, u)));
	return word == WORD_INGEST && u->write_bytes >= LEAST_NAMED;
}

enum reason named_write(const struct judge *j, const struct process *p, size_t i,
                        const struct use *u, enum reason reason)
{
	uint32_t word = named_for(u, DIRECTION_WRITE);
	bool log = j->shared[process_file_at(p, i)->name].clue == CLUE_LOG && u->append;

	if (!(named_weak_write >> reason & 1) || j->conducts[p->number].tool || log)
		return reason;
	if (word == WORD_STATE)
		return judge_learns(j, p) || named_intent(j, p) == WORD_TRAIN
		               ? REASON_NAMED_CHECKPOINT
		               : reason;
	if (!word)
		word = named_intent(j, p);
	return word && named_fits_write(j, p, u, word, reason) ? named_reason(word) : reason;
}
