/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/round.h"

#include <stdlib.h>

#include "base/memory.h"

#define HEADER 4 /* bytes that an answer begins with */

enum round_pipe {
	ROUND_NONE,
	ROUND_ASKS,
	ROUND_ANSWERS,
};

struct round {
	struct pass time;
	uint64_t messages;
};

struct rounds {
	uint8_t *pipes; /* by name: enum round_pipe */
	uint32_t workers;
	uint64_t asked; /* and not answered */
	struct round now, *items;
	size_t count, room;
};

struct round_worker {
	const struct process *process;
	uint64_t bytes;
};

static bool round_trains(const struct features *f, const struct stages *stages,
                         const struct process *p, size_t i, uint32_t name)
{
	return p->role == ROLE_WORKER && process_file_at(p, i)->name == name &&
	       stages_kind(stages, p->number, i)->verdicts[DIRECTION_READ].stage ==
	               AIOT_STAGE_TRAIN &&
	       features_use(f, p->number, i, &(struct use){0})->read_bytes;
}

static const struct process *rounds_worker(const struct features *f, const struct stages *stages,
                                           uint32_t name)
{
	struct round_worker most = {0};

	for (size_t n = 0; n < f->recording->count; n++) {
		const struct process *p = &f->recording->processes[n];
		for (size_t i = 1; i < p->file_count; i++) {
			uint64_t bytes;
			if (!round_trains(f, stages, p, i, name))
				continue;
			bytes = features_use(f, n, i, &(struct use){0})->read_bytes;
			if (bytes > most.bytes)
				most = (struct round_worker){p, bytes};
		}
	}
	return most.process;
}

/* The pipe that the process writes most to, for all that it loads; 0 without. */
static uint32_t rounds_answers(const struct features *f, const struct process *p)
{
	uint64_t most = 0;
	uint32_t name = 0;

	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = features_use(f, p->number, i, &(struct use){0});
		if (process_file_at(p, i)->kind != AIOT_FILE_PIPE || u->writes <= most)
			continue;
		most = u->writes;
		name = process_file_at(p, i)->name;
	}
	return name;
}

static void rounds_asks(struct rounds *r, const struct features *f, const struct process *p)
{
	for (size_t i = 1; i < p->file_count; i++) {
		const struct file *file = process_file_at(p, i);
		if (file->kind != AIOT_FILE_PIPE || r->pipes[file->name] == ROUND_ANSWERS)
			continue;
		if (features_use(f, p->number, i, &(struct use){0})->reads)
			r->pipes[file->name] = ROUND_ASKS;
	}
}

struct rounds *rounds_new(const struct features *f, const struct stages *stages, uint32_t name)
{
	const struct recording *recording = f->recording;
	const struct process *worker = rounds_worker(f, stages, name);
	uint32_t answers = worker ? rounds_answers(f, worker) : 0;
	struct rounds *r;

	if (!answers)
		return NULL;
	r = memory_get(1, sizeof *r);
	r->pipes = memory_get(names_count(recording->names), 1);
	r->pipes[answers] = ROUND_ANSWERS;
	for (size_t n = 0; n < recording->count; n++) {
		const struct process *p = &recording->processes[n];
		if (p->role != ROLE_WORKER || rounds_answers(f, p) != answers)
			continue;
		r->workers++;
		rounds_asks(r, f, p);
	}
	return r;
}

void rounds_free(struct rounds *r)
{
	if (!r)
		return;
	free(r->pipes);
	free(r->items);
	free(r);
}

static void rounds_asked(struct rounds *r, const struct span *s)
{
	if (!r->asked++)
		r->now = (struct round){.time = {s->start, s->end}};
	r->now.messages++;
}

static void rounds_answered(struct rounds *r, const struct span *s)
{
	if (!r->asked || --r->asked)
		return;
	r->now.time.last_ns = s->end;
	r->items = memory_grow(r->items, r->count, &r->room, sizeof *r->items);
	r->items[r->count++] = r->now;
}

void rounds_add(struct rounds *r, const struct span *spans, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint8_t kind = r->pipes[spans[i].name];
		if (kind == ROUND_ASKS && spans[i].write && spans[i].bytes)
			rounds_asked(r, &spans[i]);
		else if (kind == ROUND_ANSWERS && !spans[i].write && spans[i].bytes == HEADER)
			rounds_answered(r, &spans[i]);
	}
}

/* Each worker is told that an epoch begins, and answers that: what is no more than that
 * belongs to the epoch behind. */
struct pass *rounds_passes(const struct rounds *r, size_t most, size_t *count)
{
	struct pass *passes = memory_get(r->count + 1, sizeof *passes);
	const struct round *begun = NULL;

	*count = 0;
	for (size_t i = 0; i < r->count; i++) {
		begun = begun ? begun : &r->items[i];
		if (r->items[i].messages <= r->workers)
			continue;
		passes[(*count)++] = (struct pass){begun->time.first_ns, r->items[i].time.last_ns};
		begun = NULL;
	}
	if (*count < 2 || *count > most)
		*count = 0;
	return passes;
}
