/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/evaluate.h"

#include <stdlib.h>

#include "base/memory.h"
#include "read/system.h"

/* A buffer reads a small file twice, its beginning first. */
#define SMALL_FILE 65536

/* How often a process and its workers began a file, and turned to it from others; what
 * they read of it. By name. */
struct pass {
	uint64_t begins, returns, bytes;
};

static bool evaluate_works_for(const struct judge *j, size_t n, const struct process *p)
{
	return n == p->number ||
	       (j->parents[n] == p && j->recording->processes[n].role == ROLE_WORKER);
}

static void evaluate_add(const struct judge *j, const struct process *p, struct pass *passes)
{
	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
		if (!u->reads || !system_is_not(j->recording, &p->files[i]))
			continue;
		passes[p->files[i].name].begins += u->begins;
		passes[p->files[i].name].returns += u->returns;
		passes[p->files[i].name].bytes += u->read_bytes;
	}
}

static bool evaluate_exceeds(const struct shared *s, const struct pass *pass, uint64_t most)
{
	uint64_t extent = s->extent > 0 ? (uint64_t)s->extent : 1;
	uint64_t spare = extent <= SMALL_FILE ? extent * most : extent / 2;

	return (pass->begins > most && pass->returns > most) || pass->bytes > extent * most + spare;
}

/* Whether it and its workers go over the data more often than that; a few files may
 * be looked at besides. */
static bool evaluate_more_often(const struct judge *j, const struct process *p, uint64_t most)
{
	uint32_t names = names_count(j->recording->names), again = 0, more = 0;
	struct pass *passes = memory_get(names, sizeof *passes);

	for (size_t n = 0; n < j->recording->count; n++)
		if (evaluate_works_for(j, n, p))
			evaluate_add(j, &j->recording->processes[n], passes);
	for (uint32_t i = 0; i < names; i++) {
		if (!passes[i].bytes || !j->shared[i].recurs)
			continue;
		again++;
		more += evaluate_exceeds(&j->shared[i], &passes[i], most);
	}
	free(passes);
	return more * 8 > again;
}

void evaluate_find(struct judge *j, const struct process *p)
{
	struct conduct *c = &j->conducts[p->number];

	if (!c->loads || !c->trains || c->saves || c->optimizer || p->role == ROLE_WORKER ||
	    judge_learns(j, p) || evaluate_more_often(j, p, c->loaded))
		return;
	for (size_t n = 0; n < j->recording->count; n++) {
		if (!evaluate_works_for(j, n, p))
			continue;
		j->conducts[n].evaluates = true;
		judge_no_training(j, &j->recording->processes[n]);
	}
	c->served += !c->served;
}
