/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/asked.h"

#include "read/evidence.h"
#include "read/system.h"

static uint64_t asked_reads_of(const struct judge *j, const struct process *p, size_t but,
                               uint64_t maps)
{
	uint64_t reads = 0;

	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
		bool data = i != but && !j->shared[process_file_at(p, i)->name].weights;
		judge_fetch(j, p, i);
		if (data && system_is_not(j->recording, process_file_at(p, i)) && u->read_bytes)
			reads += u->reads * (u->maps ? maps : 1);
	}
	return reads;
}

uint64_t asked_reads(const struct judge *j, const struct process *p, size_t but, uint64_t maps)
{
	uint64_t reads = asked_reads_of(j, p, but, maps);

	for (size_t n = 0; n < j->recording->count; n++)
		if (j->parents[n] == p && j->recording->processes[n].origin == AIOT_ORIGIN_FORK)
			reads += asked_reads_of(j, &j->recording->processes[n], 0, maps);
	return reads;
}

struct asked_fetched asked_fetched(const struct judge *j, const struct process *p)
{
	struct asked_fetched fetched = {0};

	for (size_t n = 0; n < j->recording->count; n++) {
		if (j->parents[n] != p || j->recording->processes[n].role != ROLE_WORKER)
			continue;
		fetched.bytes += j->conducts[n].data_read;
		fetched.files += j->conducts[n].files_read;
		fetched.trains |= j->conducts[n].trains;
		fetched.loader |= (j->features->evidence[n] & EVIDENCE_WORKER) != 0;
	}
	return fetched;
}
