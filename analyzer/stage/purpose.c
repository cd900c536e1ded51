/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/purpose.h"

#include <string.h>

#include "read/evidence.h"
#include "read/system.h"
#include "stage/move.h"
#include "stage/named.h"
#include "stage/prepare.h"
#include "stage/recur.h"
#include "stage/series.h"

#define PURPOSE_SMALL (INT64_C(1) << 20)
#define PURPOSE_NOTE  (INT64_C(4) << 10)
#define PURPOSE_MANY  32 /* so many notes are data */
#define UNDECIDED     REASON_COUNT

/* Loads weights, reads nothing else and writes what it makes up by them. */
static bool purpose_invents(const struct conduct *c)
{
	return c->tells && !c->saves && !c->files_read && !c->files_fetched;
}

/* Loads weights and then reads data once, without training. */
static bool purpose_serves(const struct judge *j, const struct process *p)
{
	const struct conduct *c = &j->conducts[p->number];

	if (named_trains(j, p))
		return false;
	return c->loads && (c->served || (purpose_invents(c) && p->rank < 0)) && !c->trains &&
	       !c->optimizer && !judge_learns(j, p);
}

/* So does a worker, or a fork, of who has. */
bool purpose_infers(const struct judge *j, const struct process *p)
{
	const struct process *parent = j->parents[p->number];
	const struct conduct *c;

	if (purpose_serves(j, p))
		return true;
	if (!parent || (p->role != ROLE_WORKER && p->origin != AIOT_ORIGIN_FORK))
		return false;
	c = &j->conducts[p->number];
	if (p->role != ROLE_WORKER && (c->trains || c->saves))
		return false;
	c = &j->conducts[parent->number];
	return c->loads && !c->trains && !c->optimizer && !judge_learns(j, parent);
}

bool purpose_tests(const struct judge *j, const struct process *p, int64_t begun)
{
	const struct process *parent = j->parents[p->number];
	const struct process *who = p->role == ROLE_WORKER && parent ? parent : p;
	int64_t returned = j->conducts[who->number].returned;

	return returned && begun > returned;
}

static enum reason purpose_of_state(const struct judge *j, const struct process *p, size_t i)
{
	const struct shared *s = &j->shared[process_file_at(p, i)->name];
	const struct conduct *c = &j->conducts[p->number];

	bool trains = named_trains(j, p);

	if (purpose_serves(j, p))
		return REASON_WEIGHTS;
	/* Goes on to questions, though these look like notes. */
	if (!trains && c->files_read && !c->trains && !c->optimizer && !s->optimizer &&
	    p->rank < 0 && !j->trains && !judge_learns(j, p) && s->maker != p->number + 1)
		return REASON_WEIGHTS;
	if (s->checkpoint)
		return REASON_READ_BACK;
	if (s->optimizer)
		return REASON_STATE;
	return !trains && !j->trains && !j->saves && !j->optimizer ? REASON_WEIGHTS : REASON_LOADED;
}

enum reason purpose_of_part(const struct judge *j, const struct process *p, size_t i,
                            enum reason otherwise)
{
	return j->conducts[p->number].loads ? purpose_of_state(j, p, i) : otherwise;
}

/* More than one pass over the data, or in any order, by who makes others of them and
 * saves no state: no training. */
static bool purpose_makes(const struct judge *j, const struct process *p, size_t i,
                          const struct use *u)
{
	const struct shared *s = &j->shared[process_file_at(p, i)->name];
	const struct conduct *c = &j->conducts[p->number];

	return (recur_takes_part(j, p, i) || recur_anywhere(j, p, i)) &&
	       j->made[p->number][i] & JUDGE_SOURCE && recur_passes(s) <= RECUR_TO_MAKE &&
	       !c->saves && !(u->evidence[0] & EVIDENCE_LOADER) && c->prepares;
}

/* By what the file is: a copy's original, or state. */
static enum reason purpose_as_state(const struct judge *j, const struct process *p, size_t i,
                                    const struct use *u)
{
	const struct shared *s = &j->shared[process_file_at(p, i)->name];

	if (j->made[p->number][i] & JUDGE_JOINED && u->copied == u->reads)
		return REASON_IN_OUT;
	if (u->copied == u->reads || (j->made[p->number][i] & JUDGE_COPIED && !s->recurs))
		return prepare_keeps(j, p, i) ? REASON_STATE_KEPT : REASON_COPIED;
	if (s->maker == p->number + 1 && move_is_save(j, p, process_file_at(p, i)->name))
		return REASON_STATE_KEPT;
	if (u->evidence[0] & EVIDENCE_CHECKPOINT && !purpose_serves(j, p))
		return REASON_STATE_LOADED;
	if (s->checkpoint || (judge_is_loaded(s, u) && !s->recurs && !s->random))
		return purpose_of_state(j, p, i);
	return UNDECIDED;
}

/* Who is forked to make data ready does nothing else. */
static uint32_t purpose_forked_for(const struct judge *j, const struct process *p)
{
	uint32_t says = j->features->evidence[p->number];

	return p->origin == AIOT_ORIGIN_FORK && !(says & (EVIDENCE_LOADER | EVIDENCE_WORKER))
	               ? says & EVIDENCE_PREPARE
	               : 0;
}

/* Faults have no frames: what is mapped is for what it was mapped for, but what the process made
 * itself, and made nothing of. */
static bool purpose_readies(const struct judge *j, const struct process *p, size_t i,
                            const struct use *u)
{
	bool own = u->writes && !(j->made[p->number][i] & JUDGE_SOURCE);
	uint32_t says = (uint32_t)u->evidence[0] | purpose_forked_for(j, p) |
	                (u->maps && !own ? u->evidence[1] | u->evidence[2] : 0u);

	return says & EVIDENCE_PREPARE && !(says & EVIDENCE_LOADER);
}

/* In a pool that goes over data once, for who learns and infers nothing. */
static bool purpose_looks_for(const struct judge *j, const struct process *p)
{
	const struct process *parent = j->parents[p->number];
	const struct conduct *c = parent ? &j->conducts[parent->number] : NULL;

	return c && j->conducts[p->number].once && !c->trains && !c->saves && !c->fetches &&
	       !c->loads && p->rank < 0 && !judge_learns(j, parent) &&
	       !(j->features->evidence[p->number] & EVIDENCE_WORKER);
}

/* By how it is read: again and again, in any order, or by who reads for others. */
static enum reason purpose_as_fuel(const struct judge *j, const struct process *p, size_t i,
                                   const struct use *u)
{
	const struct conduct *c = &j->conducts[p->number];

	if (purpose_tests(j, p, j->shared[process_file_at(p, i)->name].first_read))
		return REASON_TESTED;
	if (purpose_makes(j, p, i, u))
		return REASON_PASSES;
	if (purpose_readies(j, p, i, u) && !purpose_infers(j, p))
		return REASON_READIED;
	if (recur_anywhere(j, p, i) && purpose_serves(j, p))
		return REASON_SERVED;
	if (recur_takes_part(j, p, i) ||
	    (c->trains && series_again(j, process_file_at(p, i)->name)))
		return REASON_EPOCHS;
	if (p->role == ROLE_WORKER && !(j->features->evidence[p->number] & EVIDENCE_WORKER) &&
	    c->prepares)
		return REASON_IN_OUT;
	if (p->role == ROLE_WORKER && !purpose_looks_for(j, p))
		return purpose_infers(j, p) ? REASON_SERVED : REASON_WORKER;
	if (u->evidence[0] & EVIDENCE_LOADER)
		return purpose_infers(j, p) ? REASON_SERVED : REASON_FETCHED;
	if (recur_anywhere(j, p, i))
		return REASON_RANDOM;
	return c->feeds ? REASON_FED : UNDECIDED;
}

/* What a program of data reads and keeps nothing of, it counts, checks or describes; tools
 * of the system read anything. */
static bool purpose_looks(const struct process *p, const struct conduct *c, const struct shared *s)
{
	const char *exe = process_attribute(p, "exe");

	return exe && strstr(exe, "python") && (s->clue == CLUE_NONE || s->clue == CLUE_DATA) &&
	       (s->extent >= PURPOSE_NOTE || c->files_read >= PURPOSE_MANY);
}

/* By what else its reader does. */
static enum reason purpose_as_beside(const struct siblings *siblings, size_t i, const struct use *u)
{
	const struct judge *j = siblings->judge;
	const struct process *p = siblings->process;
	const struct shared *s = &j->shared[process_file_at(p, i)->name];
	const struct conduct *c = &j->conducts[p->number];

	if (u->copied)
		return REASON_COPIED;
	if (s->clue == CLUE_LOG && s->extent < PURPOSE_SMALL) {
		size_t beside = sibling_of_loaded(siblings, i);
		return beside ? purpose_of_state(j, p, beside) : REASON_SMALL;
	}
	if (s->extent < PURPOSE_NOTE && u->writes && sibling_of_saved(siblings, i))
		return purpose_of_state(j, p, i);
	if (s->extent < PURPOSE_NOTE && !s->recurs && sibling_named_like(siblings, i))
		return purpose_of_state(j, p, sibling_named_like(siblings, i));
	if (purpose_infers(j, p))
		return REASON_SERVED;
	if (c->prepares &&
	    (j->made[p->number][i] & JUDGE_SOURCE || !c->made || (!c->trains && !c->saves)))
		return REASON_IN_OUT;
	if (s->maker == p->number + 1 && !s->recurs && !judge_learns(j, p))
		return REASON_CHECKED;
	if (c->shuffled)
		return REASON_SHUFFLED;
	if (s->recurs && !c->tool && !c->once)
		return REASON_EPOCHS;
	if (c->saves || judge_learns(j, p))
		return REASON_BESIDE;
	if (s->maker && j->conducts[s->maker - 1].prepares)
		return REASON_PRODUCT;
	if (!purpose_looks(p, c, s))
		return REASON_NONE;
	/* Who reads some of what its workers read has a part in that. */
	return c->divides && s->worker_read && !purpose_infers(j, p) ? REASON_WORKER
	                                                             : REASON_LOOKED;
}

static enum reason purpose_of_read(const struct siblings *siblings, size_t i, const struct use *u)
{
	enum reason reason = purpose_as_state(siblings->judge, siblings->process, i, u);

	if (reason == UNDECIDED)
		reason = purpose_as_fuel(siblings->judge, siblings->process, i, u);
	return reason == UNDECIDED ? purpose_as_beside(siblings, i, u) : reason;
}

/* A large mapped file is what a program works on, if nothing else is known. */
enum reason purpose_of(const struct siblings *siblings, size_t i, const struct use *u)
{
	const struct judge *j = siblings->judge;
	const struct process *p = siblings->process;
	const struct shared *s = &j->shared[process_file_at(p, i)->name];
	bool mapped = u->maps && s->extent >= PURPOSE_SMALL && !j->conducts[p->number].tool;
	enum reason reason = REASON_NONE;

	if (u->reads)
		reason = purpose_of_read(siblings, i, u);
	else if (u->maps && judge_is_loaded(s, u))
		return purpose_of_state(j, p, i);
	else if (u->maps && s->worker_read && !u->writes)
		return purpose_infers(j, p) ? REASON_SERVED : REASON_WORKER;
	return mapped && (reason == REASON_NONE || reason == REASON_BESIDE) ? REASON_MAPPED
	                                                                    : reason;
}
