/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/loader_for.h"

#include <stdlib.h>

#include "base/memory.h"
#include "read/evidence.h"
#include "read/kin.h"
#include "read/system.h"

/* Less is no data set, but what a program looks up. */
#define LEAST_DATA 65536

struct loader_sums {
	uint64_t read, written; /* bytes of storage */
};

static struct loader_sums loader_sum(const struct features *f, const struct process *p)
{
	struct loader_sums sums = {0};

	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = features_use(f, p->number, i, &(struct use){0});
		if (!system_is_not(f->recording, process_file_at(p, i)))
			continue;
		sums.read += u->read_bytes;
		sums.written += u->write_bytes;
	}
	return sums;
}

/* The nearest of those that made it that trains or infers: fork servers are between. */
static const struct process *loader_asker(const struct recording *r, const struct process *p)
{
	const struct process *parent = kin_parent(r, p);

	for (int deep = 0; parent && parent->role == ROLE_OTHER && deep < 2; deep++)
		parent = kin_parent(r, parent);
	return parent && process_is_main(parent) ? parent : NULL;
}

static bool loader_reads_pipe(const struct features *f, const struct process *p, uint32_t name)
{
	for (size_t i = 1; i < p->file_count; i++)
		if (process_file_at(p, i)->name == name)
			return features_use(f, p->number, i, &(struct use){0})->reads > 0;
	return false;
}

static bool loader_pipes_to(const struct features *f, const struct process *p,
                            const struct process *asker)
{
	for (size_t i = 1; i < p->file_count; i++)
		if (process_file_at(p, i)->kind == AIOT_FILE_PIPE &&
		    features_use(f, p->number, i, &(struct use){0})->writes &&
		    loader_reads_pipe(f, asker, process_file_at(p, i)->name))
			return true;
	return false;
}

/* One that is no worker by its role. Who has a rank of its own trains itself. */
static bool loader_silent(const struct features *f, const struct process *p,
                          const struct process *asker)
{
	struct loader_sums own;

	if (p->role == ROLE_RANK_MAIN || (p->role == ROLE_MAIN && p->origin == AIOT_ORIGIN_FORK))
		return false;
	own = loader_sum(f, p);
	if (own.read < LEAST_DATA || own.written > own.read / 16 ||
	    loader_sum(f, asker).read > own.read / 16)
		return false;
	return p->origin == AIOT_ORIGIN_FORK || loader_pipes_to(f, p, asker);
}

static uint64_t loader_received(const struct features *f, const struct process *p)
{
	uint64_t bytes = 0;

	for (size_t i = 1; i < p->file_count; i++)
		if (process_file_at(p, i)->kind == AIOT_FILE_SOCKET)
			bytes += features_use(f, p->number, i, &(struct use){0})->read_bytes;
	return bytes;
}

bool *loaders_remote(const struct features *f)
{
	const struct recording *r = f->recording;
	bool *remote = memory_get(r->count, sizeof *remote);

	for (size_t i = 0; i < r->count; i++)
		remote[i] = f->evidence[i] & EVIDENCE_WORKER &&
		            loader_sum(f, &r->processes[i]).read < LEAST_DATA &&
		            loader_received(f, &r->processes[i]) >= LEAST_DATA;
	return remote;
}

uint32_t *loaders_for(const struct features *f)
{
	const struct recording *r = f->recording;
	uint32_t *made_by = memory_get(r->count, sizeof *made_by);

	for (size_t i = 0; i < r->count; i++) {
		const struct process *p = &r->processes[i], *asker = loader_asker(r, p);
		if (asker && (p->role == ROLE_WORKER || loader_silent(f, p, asker)))
			made_by[i] = asker->number + 1;
	}
	return made_by;
}
