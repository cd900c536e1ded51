/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/trial.h"

#include "read/system.h"

/* Less is no data set, but what programs look up. */
#define LEAST_TRIED (UINT64_C(64) << 10)
#define FEW_TRIALS  3

/* Read whole by some of those that the process's parent started. */
static bool trial_shares(const struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
	const struct shared *s = &j->shared[process_file_at(p, i)->name];

	return s->readers >= FEW_TRIALS && s->maker != p->number + 1 && s->extent > 0 &&
	       u->read_bytes >= (uint64_t)s->extent &&
	       s->read_bytes >= FEW_TRIALS * (uint64_t)s->extent;
}

void trial_find(struct judge *j, const struct process *p)
{
	struct conduct *c = &j->conducts[p->number];
	uint64_t bytes = 0;

	if (p->origin != AIOT_ORIGIN_EXEC || !j->parents[p->number] || p->role == ROLE_WORKER ||
	    c->loads || c->trains)
		return;
	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
		judge_fetch(j, p, i);
		if (!u->read_bytes || !system_is_not(j->recording, process_file_at(p, i)) ||
		    j->shared[process_file_at(p, i)->name].clue == CLUE_LOG)
			continue;
		if (!trial_shares(j, p, i))
			return;
		bytes += u->read_bytes;
	}
	c->tries = bytes >= LEAST_TRIED;
}
