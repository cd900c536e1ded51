/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/helper.h"

#include "read/evidence.h"

/* A worker, but of a pool only who writes nothing; or such a fork of who reads nothing. */
static bool helper_reads_for(const struct judge *j, const struct process *p,
                             const struct conduct *parent)
{
	const struct conduct *c = &j->conducts[p->number];

	if (p->role == ROLE_WORKER)
		return !(j->features->evidence[p->number] & EVIDENCE_POOL && c->writes);
	return p->origin == AIOT_ORIGIN_FORK && !parent->data_read && !c->data_written;
}

static void helper_begins(struct conduct *c, const struct conduct *reader)
{
	if (reader->first_data_read &&
	    (!c->first_data_read || reader->first_data_read < c->first_data_read))
		c->first_data_read = reader->first_data_read;
}

/* What loader workers read, they read for the process that made them; who forks
 * servers serves. */
void helpers_read(struct judge *j, uint32_t run)
{
	for (size_t n = 0; n < j->recording->count; n++) {
		const struct process *p = &j->recording->processes[n];
		const struct process *parent = j->parents[n];
		bool trains, fetches;
		struct conduct *c;
		if (p->run != run || !parent)
			continue;
		c = &j->conducts[parent->number];
		fetches = (j->features->evidence[n] & EVIDENCE_WORKER) != 0;
		trains = helper_reads_for(j, p, c) && j->conducts[n].trains;
		c->trains |= trains;
		c->fetches |= fetches;
		if (trains || fetches)
			helper_begins(c, &j->conducts[n]);
		c->files_fetched += p->role == ROLE_WORKER ? j->conducts[n].files_read : 0;
		if (p->origin == AIOT_ORIGIN_FORK && c->loads)
			c->served += j->conducts[n].data_read;
	}
}

void helpers_save(struct judge *j, uint32_t run)
{
	for (size_t n = 0; n < j->recording->count; n++) {
		const struct process *p = &j->recording->processes[n];
		const struct conduct *c = &j->conducts[n];
		struct conduct *whose = j->parents[n] ? &j->conducts[j->parents[n]->number] : NULL;
		if (p->run != run || !whose || !c->saves || c->files_read ||
		    p->origin != AIOT_ORIGIN_FORK)
			continue;
		whose->saves = true;
		whose->last_save =
		        c->last_save > whose->last_save ? c->last_save : whose->last_save;
	}
}
