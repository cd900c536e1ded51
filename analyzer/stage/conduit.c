/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/conduit.h"

#include <stdlib.h>

#include "base/memory.h"

/* Less is said, not handed on: by all pipes of a process, and by one. */
#define LEAST_HANDED 65536
#define LEAST_A_PIPE 4096

/* Who wrote to a pipe, by its name, and what each process got and gave. */
struct conduit_pipes {
	uint32_t *writer; /* process number + 1, 0 = nobody */
	uint64_t *handed; /* bytes, by process number */
};

static uint32_t conduit_root(const struct judge *j, uint32_t number)
{
	while (j->conducts[number].conduit != number + 1)
		number = j->conducts[number].conduit - 1;
	return number;
}

static void conduit_begin(struct judge *j, uint32_t number)
{
	if (!j->conducts[number].conduit)
		j->conducts[number].conduit = number + 1;
}

static void conduit_join(struct judge *j, uint32_t one, uint32_t other)
{
	uint32_t a, b;

	conduit_begin(j, one);
	conduit_begin(j, other);
	a = conduit_root(j, one);
	b = conduit_root(j, other);
	j->conducts[a > b ? a : b].conduit = (a > b ? b : a) + 1;
}

/* Loader workers are known as such. */
static bool conduit_any(const struct process *p, uint32_t run)
{
	return p->run == run && p->role != ROLE_WORKER;
}

static void conduit_writes(const struct judge *j, const struct process *p,
                           struct conduit_pipes *pipes)
{
	for (size_t i = 1; i < p->file_count; i++)
		if (process_file_at(p, i)->kind == AIOT_FILE_PIPE &&
		    features_use(j->features, p->number, i, &(struct use){0})->write_bytes >=
		            LEAST_A_PIPE)
			pipes->writer[process_file_at(p, i)->name] = p->number + 1;
}

/* Who wrote to a pipe that the process reads more than a little from, + 1; 0 = nobody else. */
static uint32_t conduit_from(const struct judge *j, const struct process *p, size_t i,
                             const struct conduit_pipes *pipes)
{
	uint32_t from = pipes->writer[process_file_at(p, i)->name];

	return process_file_at(p, i)->kind == AIOT_FILE_PIPE && from != p->number + 1 &&
	                       features_use(j->features, p->number, i, &(struct use){0})
	                                       ->read_bytes >= LEAST_A_PIPE
	               ? from
	               : 0;
}

static void conduit_sum(const struct judge *j, const struct process *p, struct conduit_pipes *pipes)
{
	for (size_t i = 1; i < p->file_count; i++) {
		uint32_t from = conduit_from(j, p, i, pipes);
		uint64_t bytes =
		        features_use(j->features, p->number, i, &(struct use){0})->read_bytes;
		if (!from)
			continue;
		pipes->handed[from - 1] += bytes;
		pipes->handed[p->number] += bytes;
	}
}

static void conduit_reads(struct judge *j, const struct process *p,
                          const struct conduit_pipes *pipes)
{
	for (size_t i = 1; i < p->file_count; i++) {
		uint32_t from = conduit_from(j, p, i, pipes);
		if (from && (pipes->handed[from - 1] >= LEAST_HANDED ||
		             pipes->handed[p->number] >= LEAST_HANDED))
			conduit_join(j, from - 1, p->number);
	}
}

/* One that trains or serves makes those that it takes data from parts of that. */
static void conduit_feeds(struct judge *j, uint32_t run)
{
	const struct recording *r = j->recording;
	bool *trains = memory_get(r->count, sizeof *trains);

	for (size_t n = 0; n < r->count; n++) {
		struct conduct *c = &j->conducts[n];
		if (!c->conduit || r->processes[n].run != run)
			continue;
		c->conduit = conduit_root(j, (uint32_t)n) + 1;
		trains[c->conduit - 1] |= c->trains || c->saves;
	}
	for (size_t n = 0; n < r->count; n++) {
		struct conduct *c = &j->conducts[n];
		c->feeds |= c->conduit && r->processes[n].run == run && trains[c->conduit - 1];
	}
	free(trains);
}

void conduits_find(struct judge *j, uint32_t run)
{
	const struct recording *r = j->recording;
	struct conduit_pipes pipes = {
	        .writer = memory_get(names_count(r->names), sizeof *pipes.writer),
	        .handed = memory_get(r->count, sizeof *pipes.handed),
	};

	for (size_t n = 0; n < r->count; n++)
		if (conduit_any(&r->processes[n], run))
			conduit_writes(j, &r->processes[n], &pipes);
	for (size_t n = 0; n < r->count; n++)
		if (conduit_any(&r->processes[n], run))
			conduit_sum(j, &r->processes[n], &pipes);
	for (size_t n = 0; n < r->count; n++)
		if (conduit_any(&r->processes[n], run))
			conduit_reads(j, &r->processes[n], &pipes);
	free(pipes.writer);
	free(pipes.handed);
	conduit_feeds(j, run);
}

bool conduit_joins(const struct judge *j, const struct process *one, const struct process *other)
{
	const struct conduct *a = &j->conducts[one->number], *b = &j->conducts[other->number];

	return a->conduit && a->conduit == b->conduit && !a->feeds && one->run == other->run;
}
