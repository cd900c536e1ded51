/* SPDX-License-Identifier: Apache-2.0
 *
 * A loader worker is a process that multiprocessing made, that reads storage
 * and that writes to a pipe its parent reads, or at least to some ipc. Nothing
 * of it depends on a framework's own names.
 */
#include "stage/role.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "read/evidence.h"
#include "read/kin.h"
#include "read/system.h"
#include "stage/gang.h"

/* Less is no data set, but what a program looks up. */
#define LEAST_DATA 65536

struct role_sums {
	uint64_t storage_reads, storage_read_bytes, storage_write_bytes, ipc_writes;
	bool answers_parent;
};

static int role_number(const struct process *p, const char *const *keys)
{
	for (; *keys; keys++) {
		const char *text = process_attribute(p, *keys);
		char *end;
		long value = text ? strtol(text, &end, 10) : -1;
		if (text && end != text && !*end && value >= 0 && value <= 1 << 24)
			return (int)value;
	}
	return -1;
}

static const char *const role_rank[] = {"env.RANK",      "env.OMPI_COMM_WORLD_RANK", "env.PMI_RANK",
                                        "env.PMIX_RANK", "env.SLURM_PROCID",         NULL};

static void role_ranks(struct process *p)
{
	static const char *const local[] = {"env.LOCAL_RANK", "env.OMPI_COMM_WORLD_LOCAL_RANK",
	                                    "env.MPI_LOCALRANKID", "env.SLURM_LOCALID", NULL};
	static const char *const world[] = {"env.WORLD_SIZE", "env.OMPI_COMM_WORLD_SIZE",
	                                    "env.PMI_SIZE", "env.SLURM_NTASKS", NULL};

	p->rank = role_number(p, role_rank);
	p->local_rank = role_number(p, local);
	p->world_size = role_number(p, world);
}

/* Names of files that a process reads, to see whose writes reach it. */
static uint8_t *role_reads(const struct features *f, const struct process *p)
{
	uint8_t *reads = memory_get(names_count(f->recording->names), 1);

	for (size_t i = 1; p && i < p->file_count; i++)
		if (features_use(f, p->number, i, &(struct use){0})->reads)
			reads[process_file_at(p, i)->name] = 1;
	return reads;
}

static struct role_sums role_sum(const struct features *f, const struct process *p,
                                 const uint8_t *parent_reads)
{
	struct role_sums sums = {0};

	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = features_use(f, p->number, i, &(struct use){0});
		const struct file *file = process_file_at(p, i);
		bool ipc = system_stage(f->recording, file) == AIOT_STAGE_IPC;
		if (system_is_not(f->recording, file)) {
			sums.storage_reads += u->reads;
			sums.storage_read_bytes += u->read_bytes;
			sums.storage_write_bytes += u->write_bytes;
		}
		/* Where output goes to is a pipe, too. */
		sums.ipc_writes += ipc && file->kind != AIOT_FILE_PIPE ? u->writes : 0;
		if (ipc && u->writes && file->kind == AIOT_FILE_PIPE && parent_reads[file->name])
			sums.answers_parent = true;
	}
	return sums;
}

static int role_set(struct process *p, enum process_role role, const char *why)
{
	p->role = role;
	snprintf(p->why, sizeof p->why, "%s", why);
	return 1;
}

static bool role_says(const struct process *p, const char *word)
{
	const struct attribute *a = process_attribute_bytes(p, "cmdline");

	return a && memmem(a->value, a->length, word, strlen(word));
}

/* Python's own helpers, known by what they are told to run. */
static int role_helper(struct process *p)
{
	if (p->origin == AIOT_ORIGIN_FORK)
		return 0;
	if (role_says(p, "resource_tracker") || role_says(p, "semaphore_tracker"))
		return role_set(p, ROLE_OTHER, "multiprocessing's resource tracker");
	if (role_says(p, "multiprocessing.forkserver"))
		return role_set(p, ROLE_OTHER, "multiprocessing's fork server");
	if (role_says(p, "torch.distributed.run") || role_says(p, "torchrun") ||
	    role_says(p, "torch.distributed.launch") || role_says(p, "torch/distributed/run.py"))
		return p->rank < 0 ? role_set(p, ROLE_OTHER, "launches the ranks") : 0;
	return 0;
}

bool role_spawned(const struct process *p, const struct process *parent)
{
	if (p->origin == AIOT_ORIGIN_EXEC)
		return role_says(p, "spawn_main") || role_says(p, "--multiprocessing-fork");
	return parent && role_says(parent, "multiprocessing.forkserver");
}

/* Who was given a rank that the one who made it has not trains itself; a rank's workers have
 * its rank. */
static bool role_own_rank(const struct process *p, const struct process *parent)
{
	return p->rank >= 0 && p->world_size > 1 && (!parent || parent->rank != p->rank);
}

/* A process of multiprocessing: worker, or one that trains itself. */
static int role_worker(const struct features *f, struct process *p, const struct process *parent,
                       bool spawned)
{
	/* A forkserver's child answers to the process that asked for it. */
	const struct process *asker = parent;
	struct role_sums sums;
	uint8_t *reads;

	if (parent && role_says(parent, "multiprocessing.forkserver"))
		asker = kin_parent(f->recording, parent);
	reads = role_reads(f, asker);
	sums = role_sum(f, p, reads);
	free(reads);
	if (f->evidence[p->number] & EVIDENCE_WORKER)
		return role_set(p, ROLE_WORKER,
		                spawned ? "spawned, and runs torch/utils/data/_utils/worker.py"
		                        : "forked, and runs torch/utils/data/_utils/worker.py");
	if (role_own_rank(p, asker))
		return 0;
	/* Libraries write a note of a few bytes; a worker that writes files is none. */
	if (!sums.storage_reads || sums.storage_write_bytes > sums.storage_read_bytes / 16)
		return 0;
	if (sums.answers_parent)
		return role_set(p, ROLE_WORKER,
		                spawned ? "spawned by multiprocessing, reads storage and writes "
		                          "to a pipe that its parent reads"
		                        : "forked, reads storage and writes to a pipe that its "
		                          "parent reads");
	if (!spawned && sums.ipc_writes)
		return role_set(p, ROLE_WORKER,
		                "forked, reads storage and writes to other processes");
	return 0;
}

static bool role_same_program(const struct process *p, const struct process *other)
{
	const char *a = process_attribute(p, "exe"), *b = process_attribute(other, "exe");

	return !strcmp(a ? a : "", b ? b : "");
}

/* Started by its like, as launchers do, and works on data of its own. */
static bool role_launched(const struct features *f, const struct process *p,
                          const struct process *parent)
{
	struct role_sums sums;
	uint8_t *reads;

	if (p->origin != AIOT_ORIGIN_EXEC || !role_same_program(p, parent))
		return false;
	reads = role_reads(f, NULL);
	sums = role_sum(f, p, reads);
	free(reads);
	return sums.storage_read_bytes >= LEAST_DATA;
}

static void role_main(const struct features *f, struct process *p, const struct process *parent,
                      bool spawned)
{
	if (p->rank >= 0 && (spawned ? !parent || parent->rank != p->rank
	                             : p->origin == AIOT_ORIGIN_EXEC || role_own_rank(p, parent)))
		role_set(p, ROLE_RANK_MAIN,
		         role_number(p, role_rank) >= 0
		                 ? "has a rank in its environment and is no worker"
		                 : "has a MASTER_PORT in common with others of its parent");
	else if (!parent)
		role_set(p, ROLE_MAIN, "the first process of its run");
	else if (spawned)
		role_set(p, ROLE_MAIN, "spawned by multiprocessing, and no loader worker");
	else if (p->origin == AIOT_ORIGIN_EXEC && !role_same_program(p, parent) &&
	         !role_says(parent, "python"))
		role_set(p, ROLE_MAIN, "started by a program that is not Python");
	else if (role_launched(f, p, parent))
		role_set(p, ROLE_MAIN, "started by another one of its kind, and reads data");
	else
		role_set(p, ROLE_OTHER,
		         p->origin == AIOT_ORIGIN_FORK ? "forked, and no loader worker"
		                                       : "a program started by another one");
}

/* A process with workers of its own is the one that trains, whoever made it. */
static void role_with_workers(struct features *f, const struct process *worker)
{
	const struct process *parent = kin_parent(f->recording, worker);
	struct process *p;

	if (parent && role_says(parent, "multiprocessing.forkserver"))
		parent = kin_parent(f->recording, parent);
	if (!parent || parent->role == ROLE_WORKER)
		return;
	p = &f->recording->processes[parent->number];
	if (p->role == ROLE_OTHER || p->role == ROLE_MAIN)
		role_set(p, p->rank >= 0 ? ROLE_RANK_MAIN : ROLE_MAIN, "has loader workers");
}

void roles_find(struct features *f)
{
	struct recording *r = f->recording;

	for (size_t i = 0; i < r->count; i++)
		role_ranks(&r->processes[i]);
	gang_find(f);
	for (size_t i = 0; i < r->count; i++) {
		struct process *p = &r->processes[i];
		const struct process *parent = kin_parent(r, p);
		bool spawned = role_spawned(p, parent);
		bool candidate = spawned || (p->origin == AIOT_ORIGIN_FORK && parent);
		if (role_helper(p) || (candidate && role_worker(f, p, parent, spawned)))
			continue;
		role_main(f, p, parent, spawned);
	}
	for (size_t i = 0; i < r->count; i++)
		if (r->processes[i].role == ROLE_WORKER)
			role_with_workers(f, &r->processes[i]);
}
