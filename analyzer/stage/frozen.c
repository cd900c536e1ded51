/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/frozen.h"

#include <string.h>

#include "read/system.h"
#include "stage/recur.h"

/* Less may say how the data are to be read, as labels and vocabularies do ... */
#define LEAST_FROZEN (UINT64_C(1) << 20)
/* ... which are far smaller than what they are of, and never of this size. */
#define SURE_FROZEN (UINT64_C(64) << 20)
#define SHARE       16
/* What is loaded whole takes few reads, or large ones. */
#define FEW_READS  8
#define MOST_PARTS 256
#define LARGE_READ (UINT64_C(64) << 10)

/* A macro, for the room that it gives must outlive it. */
#define frozen_use(j, p, i) features_use((j)->features, (p)->number, i, &(struct use){0})

/* When it, or one of its workers, began to go over data, and how much these are. */
struct frozen_data {
	int64_t begun;
	uint64_t bytes;
};

static void frozen_add(const struct judge *j, const struct process *p, struct frozen_data *data)
{
	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = frozen_use(j, p, i);
		const struct shared *s = &j->shared[process_file_at(p, i)->name];
		judge_fetch(j, p, i);
		if (!u->read_bytes || !system_is_not(j->recording, process_file_at(p, i)) ||
		    !(recur_takes_part(j, p, i) || recur_anywhere(j, p, i)))
			continue;
		data->begun = u->first_read < data->begun ? u->first_read : data->begun;
		data->bytes += s->extent > 0 ? (uint64_t)s->extent : 0;
	}
}

static struct frozen_data frozen_data(const struct judge *j, const struct process *p)
{
	struct frozen_data data = {.begun = INT64_MAX};

	frozen_add(j, p, &data);
	for (size_t n = 0; n < j->recording->count; n++)
		if (j->parents[n] == p && j->recording->processes[n].role == ROLE_WORKER)
			frozen_add(j, &j->recording->processes[n], &data);
	return data;
}

/* Read whole and once, whenever. */
static bool frozen_whole(const struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = frozen_use(j, p, i);
	const struct shared *s = &j->shared[process_file_at(p, i)->name];

	return u->read_bytes >= LEAST_FROZEN && !u->writes && s->clue == CLUE_NONE &&
	       !s->checkpoint && !s->weights && !s->recurs && !s->random && !s->worker_read &&
	       u->read_bytes >= (uint64_t)s->extent && s->maker != p->number + 1 &&
	       (u->reads <= FEW_READS || u->read_bytes / u->reads >= LARGE_READ) &&
	       system_is_not(j->recording, process_file_at(p, i));
}

/* Others beside it are read so later on: parts of the data. */
static bool frozen_goes_on(const struct judge *j, const struct process *p, size_t i, int64_t begun)
{
	const char *one = names_text(j->recording->names, process_file_at(p, i)->name);
	size_t folder = clue_folder(one);

	for (size_t k = 1; k < p->file_count; k++) {
		const char *other = names_text(j->recording->names, process_file_at(p, k)->name);
		if (frozen_use(j, p, k)->first_read >= begun && frozen_whole(j, p, k) &&
		    clue_folder(other) == folder && !strncmp(one, other, folder))
			return true;
	}
	return false;
}

/* When the process began to write, after that time, what it goes over then. */
static int64_t frozen_made(const struct judge *j, const struct process *p, int64_t since)
{
	int64_t made = INT64_MAX;

	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u;
		if (features_plain(j->features, p->number, i) ||
		    !(recur_takes_part(j, p, i) || recur_anywhere(j, p, i)))
			continue;
		u = frozen_use(j, p, i);
		if (u->write_bytes && u->first_write > since && u->first_write < made)
			made = u->first_write;
	}
	return made;
}

/* Data are made, and nothing else was read that they can be made of. */
static bool frozen_is_source(const struct judge *j, const struct process *p, size_t i)
{
	int64_t since = frozen_use(j, p, i)->last_read, made = frozen_made(j, p, since);

	for (size_t k = 1; made < INT64_MAX && k < p->file_count; k++) {
		const struct use *u = frozen_use(j, p, k);
		if (u->read_bytes && !u->writes && u->first_read > since && u->first_read < made &&
		    system_is_not(j->recording, process_file_at(p, k)))
			return false;
	}
	return made < INT64_MAX;
}

/* Read before all data that are gone over, and not much smaller than these. */
static bool frozen_is(const struct judge *j, const struct process *p, size_t i,
                      const struct frozen_data *data)
{
	const struct use *u = frozen_use(j, p, i);

	return u->last_read <= data->begun && frozen_whole(j, p, i) &&
	       (u->read_bytes >= SURE_FROZEN || u->read_bytes >= data->bytes / SHARE) &&
	       !frozen_is_source(j, p, i);
}

/* The files of a model, up to some; returns how many there are. */
static size_t frozen_list(const struct judge *j, const struct process *p, size_t list[MOST_PARTS])
{
	struct frozen_data data = frozen_data(j, p);
	size_t count = 0;

	for (size_t i = 1; i < p->file_count; i++) {
		judge_fetch(j, p, i);
		if (!frozen_is(j, p, i, &data))
			continue;
		if (count == MOST_PARTS || frozen_goes_on(j, p, i, data.begun))
			return 0;
		list[count++] = i;
	}
	return count;
}

void frozen_find(struct judge *j, const struct process *p)
{
	struct conduct *c = &j->conducts[p->number];
	size_t list[MOST_PARTS], count;

	if (!c->trains || (!c->saves && p->rank < 0) || p->role == ROLE_WORKER)
		return;
	count = frozen_list(j, p, list);
	for (size_t k = 0; k < count; k++) {
		const struct use *u = frozen_use(j, p, list[k]);
		j->shared[process_file_at(p, list[k])->name].weights = true;
		c->data_read -= u->read_bytes < c->data_read ? u->read_bytes : c->data_read;
		judge_loads(c, u);
	}
}
