/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/tensor.h"

#include "read/evidence.h"

#define TENSORS_MANY  48
#define TENSORS_AGAIN 16

static bool tensor_is(const struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
	const struct shared *s = &j->shared[process_file_at(p, i)->name];

	return u->evidence[0] & EVIDENCE_SERIAL && !(u->evidence[0] & EVIDENCE_CHECKPOINT) &&
	       s->clue != CLUE_CHECKPOINT && u->read_bytes && !s->sample;
}

void tensors_find(struct judge *j, const struct process *p)
{
	size_t count = 0;

	for (size_t i = 1; i < p->file_count; i++)
		count += tensor_is(j, p, i);
	for (size_t i = 1; count >= TENSORS_MANY && i < p->file_count; i++)
		if (tensor_is(j, p, i))
			j->shared[process_file_at(p, i)->name].sample = true;
}

static bool tensor_again(const struct shared *s)
{
	return s->serial && s->recurs;
}

/* Whether such a process has written it: a state, then. */
static bool tensor_of_trainer(const struct judge *j, const struct shared *s)
{
	const struct process *p = s->maker ? &j->recording->processes[s->maker - 1] : NULL;

	for (size_t i = 1; p && i < p->file_count; i++)
		if (tensor_again(&j->shared[process_file_at(p, i)->name]) &&
		    features_use(j->features, p->number, i, &(struct use){0})->read_bytes)
			return true;
	return false;
}

void tensors_beside(struct judge *j)
{
	uint32_t names = names_count(j->recording->names), again = 0, all = 0;
	int64_t most = 0;

	for (uint32_t i = 0; i < names; i++) {
		const struct shared *s = &j->shared[i];
		all += s->serial;
		again += tensor_again(s);
		most = tensor_again(s) && s->extent > most ? s->extent : most;
	}
	for (uint32_t i = 0; again >= TENSORS_AGAIN && again >= all / 2 && i < names; i++) {
		struct shared *s = &j->shared[i];
		if (!s->serial || s->recurs || s->extent > 2 * most || tensor_of_trainer(j, s))
			continue;
		s->sample = true;
		s->clue = s->clue == CLUE_CHECKPOINT ? CLUE_NONE : s->clue;
	}
}
