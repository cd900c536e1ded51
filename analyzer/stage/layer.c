/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/layer.h"

#include "read/system.h"
#include "stage/outcome.h"
#include "stage/recur.h"
#include "stage/weights.h"

/* Less says how others are to be read. */
#define LEAST_READ (UINT64_C(16) << 10)
/* Less is no part of a model. */
#define LEAST_LAYER (UINT64_C(64) << 10)
#define MOST_LAYERS 256
#define FEW_PASSES  3 /* fewer are made to make other data */
/* Of files that are turned to: shuffled ones ascend half as often as not. */
#define IN_ORDER 0.7
/* Written one by one, and far less than what was loaded: else that is what they were made of. */
#define FEW_INVENTED       8
#define INVENTED           4

#define layer_use(j, p, i) features_use((j)->features, (p)->number, i, &(struct use){0})

static bool layer_is_read(const struct judge *j, const struct process *p, size_t i)
{
	judge_fetch(j, p, i);
	return layer_use(j, p, i)->read_bytes >= LEAST_READ &&
	       system_is_not(j->recording, process_file_at(p, i));
}

/* Read whole, again and again, and large enough. */
static bool layer_is(const struct judge *j, const struct process *p, size_t i)
{
	const struct shared *s = &j->shared[process_file_at(p, i)->name];
	const struct use *u = layer_use(j, p, i);

	return s->extent >= (int64_t)LEAST_LAYER && !u->writes && weights_at_large(u) &&
	       recur_passes(s) >= FEW_PASSES && u->read_bytes >= FEW_PASSES * (uint64_t)s->extent;
}

/* How many there are, where all that is read is such. */
static uint32_t layers_count(const struct judge *j, const struct process *p)
{
	uint32_t count = 0;

	for (size_t i = 1; i < p->file_count; i++) {
		if (!layer_is_read(j, p, i))
			continue;
		if (!layer_is(j, p, i) || ++count > MOST_LAYERS)
			return 0;
	}
	return count;
}

/* A state, by its name or by what wrote it. */
static bool layers_keep(const struct judge *j, const struct process *p)
{
	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u;
		if (features_plain(j->features, p->number, i) ||
		    !system_is_not(j->recording, process_file_at(p, i)))
			continue;
		u = layer_use(j, p, i);
		if (outcome_is_state(j, u, judge_final_name(process_file_at(p, i), u)))
			return true;
	}
	return false;
}

/* Each time in the same order, by who keeps nothing: training looks at data in any, or saves
 * what it learns. */
static void layers_of_questions(struct judge *j, const struct process *p)
{
	struct conduct *c = &j->conducts[p->number];
	const struct order *o = &j->features->orders[p->number];

	if (c->data_written > c->data_read / 100 ||
	    (double)o->ascents < IN_ORDER * (double)o->switches || layers_count(j, p) < 2 ||
	    layers_keep(j, p))
		return;
	for (size_t i = 1; i < p->file_count; i++) {
		if (!layer_is_read(j, p, i))
			continue;
		j->shared[process_file_at(p, i)->name].recurs = false;
		weights_set(j, p, i);
	}
	c->served = 1;
	judge_no_training(j, p);
}

/* The only file that is read, whole; 0 = there are more, or none. */
static size_t layer_alone(const struct judge *j, const struct process *p)
{
	size_t alone = 0;

	for (size_t i = 1; i < p->file_count; i++) {
		if (!layer_is_read(j, p, i))
			continue;
		if (alone)
			return 0;
		alone = i;
	}
	if (!alone || layer_use(j, p, alone)->writes)
		return 0;
	return layer_use(j, p, alone)->read_bytes >=
	                       (uint64_t)j->shared[process_file_at(p, alone)->name].extent
	               ? alone
	               : 0;
}

/* Whether files are written one by one when it has been read. */
static bool layer_invents(const struct judge *j, const struct process *p, size_t alone)
{
	int64_t loaded = layer_use(j, p, alone)->last_read;
	uint32_t made = 0;

	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u;
		if (features_plain(j->features, p->number, i))
			continue;
		u = layer_use(j, p, i);
		if (!u->write_bytes || !system_is_not(j->recording, process_file_at(p, i)))
			continue;
		if (u->first_write < loaded)
			return false;
		made++;
	}
	return made >= FEW_INVENTED;
}

static void layers_of_inventions(struct judge *j, const struct process *p)
{
	struct conduct *c = &j->conducts[p->number];
	size_t alone = layer_alone(j, p);
	uint64_t bytes = alone ? layer_use(j, p, alone)->read_bytes : 0;

	if (bytes < LEAST_LAYER || c->data_written > bytes / INVENTED ||
	    !layer_invents(j, p, alone))
		return;
	weights_set(j, p, alone);
	c->served = 1;
}

void layers_find(struct judge *j, const struct process *p)
{
	const struct conduct *c = &j->conducts[p->number];

	if (c->loads || c->fetches || c->tool || p->role == ROLE_WORKER || p->rank >= 0)
		return;
	if (c->trains)
		layers_of_questions(j, p);
	else
		layers_of_inventions(j, p);
}
