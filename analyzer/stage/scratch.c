/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/scratch.h"

#include "read/system.h"
#include "stage/recur.h"
#include "stage/weights.h"

#define scratch_use(j, p, i) features_use((j)->features, (p)->number, i, &(struct use){0})

static bool scratch_is(const struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = scratch_use(j, p, i);
	const struct shared *s = &j->shared[process_file_at(p, i)->name];

	return u->read_bytes && u->write_bytes && u->first_write < u->first_read &&
	       u->first_read < u->last_write && s->readers == 1 && s->writers == 1 &&
	       (s->recurs || s->random) && system_is_not(j->recording, process_file_at(p, i));
}

static bool scratch_trains(const struct judge *j, const struct process *p)
{
	for (size_t i = 1; i < p->file_count; i++) {
		judge_fetch(j, p, i);
		if (system_is_not(j->recording, process_file_at(p, i)) &&
		    (recur_takes_part(j, p, i) || recur_anywhere(j, p, i)))
			return true;
	}
	return false;
}

void scratch_find(struct judge *j, const struct process *p)
{
	struct conduct *c = &j->conducts[p->number];
	bool any = false;

	if (!c->trains || c->saves || c->fetches || p->role == ROLE_WORKER || p->rank >= 0)
		return;
	for (size_t i = 1; i < p->file_count; i++) {
		if (features_plain(j->features, p->number, i) || !scratch_is(j, p, i))
			continue;
		const struct use *u = scratch_use(j, p, i);
		struct shared *s = &j->shared[process_file_at(p, i)->name];
		s->recurs = s->random = false;
		c->data_written -=
		        u->write_bytes < c->data_written ? u->write_bytes : c->data_written;
		any = true;
	}
	if (!any || scratch_trains(j, p))
		return;
	judge_no_training(j, p);
	weights_find(j, p);
}
