/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/weights.h"

#include <string.h>

#include "read/system.h"
#include "stage/asked.h"
#include "stage/named.h"
#include "stage/recur.h"
#include "stage/twin.h"

#define FEW_FILES 16
#define FEW_NOTES 8
/* Weights of less than this are not told from a setting ... */
#define LEAST_WEIGHTS (UINT64_C(256) << 10)
/* ... and where less speaks for them, of less than that. */
#define SURE_WEIGHTS (UINT64_C(1) << 20)
/* Loaded itself by who has all else read by loader workers. */
#define LEAST_FETCHED (UINT64_C(64) << 10)
#define LEAST_BEFORE  (UINT64_C(64) << 10)
#define LEAST_LOOKED  (UINT64_C(4) << 10)
#define LEAST_WRITTEN (UINT64_C(16) << 10)
/* What is loaded whole takes few reads, or large ones; what is worked on, many. */
#define FEW_READS  8
#define LARGE_READ (UINT64_C(16) << 10)
#define MANY_READS 16
/* Read-ahead and what is around it make few faults of many reads. */
#define READS_A_FAULT        4

#define weights_use(j, p, i) features_use((j)->features, (p)->number, i, &(struct use){0})

/* The data file, of so many bytes at least, that a process began to read first; 0 = none. */
static size_t weights_earliest(const struct judge *j, const struct process *p, uint64_t least)
{
	size_t first = 0;

	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = weights_use(j, p, i);
		bool own = u->first_write && u->first_write < u->first_read;
		if (u->read_bytes > least && !own &&
		    system_is_not(j->recording, process_file_at(p, i)) &&
		    (!first || u->first_read < weights_use(j, p, first)->first_read))
			first = i;
	}
	return first;
}

/* ... but for a few much smaller ones, that say how it is to be read. */
static size_t weights_first(const struct judge *j, const struct process *p)
{
	size_t first = weights_earliest(j, p, 0), large = weights_earliest(j, p, LEAST_FETCHED);
	uint64_t bytes = 0, size = large ? weights_use(j, p, large)->read_bytes : 0;
	uint32_t count = 0;

	for (size_t i = 1; large && i < p->file_count; i++) {
		const struct use *u = weights_use(j, p, i);
		if (!u->read_bytes || !system_is_not(j->recording, process_file_at(p, i)) ||
		    u->first_read >= weights_use(j, p, large)->first_read)
			continue;
		bytes += u->read_bytes;
		count++;
	}
	return large && count <= FEW_NOTES && bytes <= size / 8 ? large : first;
}

bool weights_at_large(const struct use *u)
{
	return u->reads <= FEW_READS || u->read_bytes / u->reads >= LARGE_READ;
}

/* What is read first, and what of its size is read whole in its folder: weights may
 * come in parts. */
struct weights_parts {
	size_t first;
	uint64_t most; /* bytes of one */
	uint64_t bytes, reads;
	int64_t last; /* end of reading them */
	uint32_t count;
	bool whole;
};

static bool weights_is_part(const struct judge *j, const struct process *p,
                            const struct weights_parts *parts, size_t i)
{
	const char *one = names_text(j->recording->names, process_file_at(p, parts->first)->name);
	const char *other = names_text(j->recording->names, process_file_at(p, i)->name);
	const struct use *u = weights_use(j, p, i), *f = weights_use(j, p, parts->first);
	size_t folder = clue_folder(one);

	if (i == parts->first)
		return true;
	return u->read_bytes > f->read_bytes / 4 &&
	       (u->reads <= FEW_READS || u->reads <= 2 * f->reads) && weights_at_large(u) &&
	       !u->writes &&
	       u->read_bytes >= (uint64_t)j->shared[process_file_at(p, i)->name].extent &&
	       clue_folder(other) == folder && !strncmp(one, other, folder) &&
	       system_is_not(j->recording, process_file_at(p, i));
}

static struct weights_parts weights_parts(const struct judge *j, const struct process *p,
                                          size_t first)
{
	struct weights_parts parts = {.first = first, .whole = true};

	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = weights_use(j, p, i);
		if (!weights_is_part(j, p, &parts, i))
			continue;
		parts.count++;
		parts.bytes += u->read_bytes;
		parts.reads += u->reads;
		parts.most = u->read_bytes > parts.most ? u->read_bytes : parts.most;
		parts.last = u->last_read > parts.last ? u->last_read : parts.last;
		parts.whole &=
		        weights_at_large(u) &&
		        u->read_bytes >= (uint64_t)j->shared[process_file_at(p, i)->name].extent;
	}
	return parts;
}

/* Whether they were read to their end before all others, which are `times` smaller. */
static bool weights_stand_out(const struct judge *j, const struct process *p,
                              const struct weights_parts *parts, uint64_t times)
{
	int64_t begun = weights_use(j, p, parts->first)->first_read;

	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = weights_use(j, p, i);
		if (u->read_bytes && system_is_not(j->recording, process_file_at(p, i)) &&
		    !weights_is_part(j, p, parts, i) && u->first_read > begun &&
		    (u->first_read < parts->last || u->read_bytes * times > parts->most))
			return false;
	}
	return true;
}

/* As much as is made of data by who prepares them, with loaders of no framework. */
static bool weights_writes(const struct conduct *c, const struct asked_fetched *fetched)
{
	return !fetched->loader && c->data_written > (c->data_read + fetched->bytes) / 10;
}

/* Nothing else lies in its folder, and hardly anything is written. */
static bool weights_apart(const struct judge *j, const struct process *p,
                          const struct weights_parts *parts)
{
	const struct conduct *c = &j->conducts[p->number];
	const char *one = names_text(j->recording->names, process_file_at(p, parts->first)->name);
	size_t folder = clue_folder(one);

	for (size_t i = 1; i < p->file_count; i++) {
		const char *other = names_text(j->recording->names, process_file_at(p, i)->name);
		if (i != parts->first && weights_use(j, p, i)->read_bytes &&
		    clue_folder(other) == folder && !strncmp(one, other, folder))
			return false;
	}
	return c->data_written <= c->data_read / 100;
}

/* Swallowed in a few large reads, before others are read bit by bit, by who hardly
 * writes. */
static bool weights_at_once(const struct judge *j, const struct process *p,
                            const struct weights_parts *parts, const struct asked_fetched *fetched)
{
	const struct conduct *c = &j->conducts[p->number];
	uint64_t least = fetched->files || weights_apart(j, p, parts) ? LEAST_FETCHED
	                 : weights_stand_out(j, p, parts, 2)          ? LEAST_WEIGHTS
	                                                              : SURE_WEIGHTS;

	return parts->bytes >= least && parts->whole && parts->count <= FEW_FILES &&
	       !weights_writes(c, fetched) && weights_stand_out(j, p, parts, 0) &&
	       asked_reads(j, p, parts->first, READS_A_FAULT) >=
	               MANY_READS + parts->reads - weights_use(j, p, parts->first)->reads;
}

/* A file of size, or few, read whole before many smaller ones: what else would it be.
 * Where much is written, as much as from data by preparing, it is to be larger. */
static bool weights_before_many(const struct judge *j, const struct process *p,
                                const struct weights_parts *parts,
                                const struct asked_fetched *fetched)
{
	const struct conduct *c = &j->conducts[p->number];

	return c->files_read + fetched->files >= FEW_FILES + parts->count - 1 &&
	       parts->count <= FEW_FILES && weights_stand_out(j, p, parts, 4) &&
	       parts->bytes >= (weights_writes(c, fetched) ? SURE_WEIGHTS : LEAST_WEIGHTS);
}

void weights_set(struct judge *j, const struct process *p, size_t i)
{
	struct conduct *c = &j->conducts[p->number];
	const struct use *u = weights_use(j, p, i);

	j->shared[process_file_at(p, i)->name].weights = true;
	c->data_read -= u->read_bytes < c->data_read ? u->read_bytes : c->data_read;
	judge_loads(c, u);
}

/* Mapped, and touched as it comes, by who answers what many reads ask. */
static void weights_mapped(struct judge *j, const struct process *p)
{
	const struct conduct *c = &j->conducts[p->number];

	if (c->data_written > c->data_read || asked_reads(j, p, 0, 0) < MANY_READS ||
	    named_trains(j, p))
		return;
	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = weights_use(j, p, i);
		const struct shared *s = &j->shared[process_file_at(p, i)->name];
		bool plain = s->clue == CLUE_NONE && !s->random;
		judge_fetch(j, p, i);
		if (u->maps && !u->writes && !judge_fills(j, p, i) && plain &&
		    s->extent >= (int64_t)SURE_WEIGHTS &&
		    system_is_not(j->recording, process_file_at(p, i)))
			weights_set(j, p, i);
	}
	/* When it was mapped is not known; it was, before it was touched. */
	if (j->conducts[p->number].loads)
		j->conducts[p->number].first_load = 1;
}

/* Whether a file is one of some that are equally large and read whole once, while many
 * smaller ones are read again for each. */
static bool weights_tried(const struct judge *j, const struct process *p, size_t i, uint64_t size)
{
	const struct use *u = weights_use(j, p, i);

	return u->read_bytes == size && !u->writes && u->begins && u->returns <= 1 &&
	       system_is_not(j->recording, process_file_at(p, i));
}

/* Of a process: files that may be states, and data that are read for each of them. */
struct weights_trial {
	uint64_t size; /* of such a state */
	uint64_t most; /* of a file of data */
	uint32_t tried, again;
};

static struct weights_trial weights_trial(const struct judge *j, const struct process *p)
{
	struct weights_trial t = {0};

	for (size_t i = 1; i < p->file_count; i++) {
		uint64_t bytes = weights_use(j, p, i)->read_bytes;
		if (bytes > t.size && weights_tried(j, p, i, bytes))
			t.size = bytes;
	}
	for (size_t i = 1; i < p->file_count; i++) {
		const struct shared *s = &j->shared[process_file_at(p, i)->name];
		judge_fetch(j, p, i);
		if (weights_tried(j, p, i, t.size)) {
			t.tried++;
		} else if (recur_takes_part(j, p, i)) {
			t.again++;
			t.most = (uint64_t)s->extent > t.most ? (uint64_t)s->extent : t.most;
		}
	}
	return t;
}

/* Newer weights take the place of older ones, between smaller files. */
static bool weights_replaced(const struct judge *j, const struct process *p, size_t first)
{
	const struct conduct *c = &j->conducts[p->number];
	uint64_t size = weights_use(j, p, first)->read_bytes;
	uint32_t smaller = 0, like = 0;
	int64_t last = 0, earliest = INT64_MAX;

	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = weights_use(j, p, i);
		if (!u->read_bytes || !system_is_not(j->recording, process_file_at(p, i)))
			continue;
		if (weights_tried(j, p, i, size)) {
			like++;
			last = u->first_read > last ? u->first_read : last;
		} else if (u->read_bytes <= size / 4) {
			smaller++;
			earliest = u->first_read < earliest ? u->first_read : earliest;
		} else {
			return false;
		}
	}
	return size >= SURE_WEIGHTS && like >= 2 && smaller >= FEW_FILES && last > earliest &&
	       c->data_written <= c->data_read / 10;
}

static void weights_set_like(struct judge *j, const struct process *p, uint64_t size)
{
	for (size_t i = 1; i < p->file_count; i++)
		if (weights_tried(j, p, i, size))
			weights_set(j, p, i);
}

/* Bytes of what a process read, or mapped, in order before it began to read others in any
 * order; 0 where it does more than looking up things in these. */
static uint64_t weights_before_lookups(const struct judge *j, const struct process *p)
{
	int64_t looks = INT64_MAX;
	uint64_t before = 0;

	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = weights_use(j, p, i);
		bool data = system_is_not(j->recording, process_file_at(p, i));
		judge_fetch(j, p, i);
		if (data && (u->write_bytes >= LEAST_WRITTEN ||
		             (!recur_anywhere(j, p, i) && recur_takes_part(j, p, i))))
			return 0;
		if (data && recur_anywhere(j, p, i) && u->first_read < looks)
			looks = u->first_read;
	}
	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = weights_use(j, p, i);
		if (system_is_not(j->recording, process_file_at(p, i)) && u->last_read <= looks)
			before += u->read_bytes;
	}
	return before;
}

/* Forks write for it, and read nothing. */
static bool weights_forks_write(const struct judge *j, const struct process *p)
{
	for (size_t n = 0; n < j->recording->count; n++) {
		const struct conduct *c = &j->conducts[n];
		if (j->parents[n] == p && j->recording->processes[n].origin == AIOT_ORIGIN_FORK &&
		    !c->files_read && c->data_written >= LEAST_WRITTEN)
			return true;
	}
	return false;
}

/* Looks things up in any order, by what it has loaded before, and writes nothing. */
static void weights_of_lookups(struct judge *j, const struct process *p)
{
	struct conduct *c = &j->conducts[p->number];

	if (c->fetches || c->loads || p->role == ROLE_WORKER || p->rank >= 0 ||
	    weights_forks_write(j, p) || weights_before_lookups(j, p) < LEAST_BEFORE)
		return;
	for (size_t i = 1; i < p->file_count; i++)
		if (weights_use(j, p, i)->read_bytes >= LEAST_LOOKED && !recur_anywhere(j, p, i) &&
		    system_is_not(j->recording, process_file_at(p, i)))
			weights_set(j, p, i);
	judge_no_training(j, p);
}

/* By its name, or as it is read again. */
static bool weights_is_data(const struct judge *j, const struct file *file)
{
	const struct shared *s = &j->shared[file->name];

	return s->recurs || s->clue == CLUE_LOG ||
	       clue_dataset(names_text(j->recording->names, file->name));
}

void weights_find(struct judge *j, const struct process *p)
{
	const struct conduct *c = &j->conducts[p->number];
	struct asked_fetched fetched;
	struct weights_parts parts;
	size_t first;

	if (c->trains)
		weights_of_lookups(j, p);
	if (c->trains || c->loads || c->fetches)
		return;
	weights_mapped(j, p);
	if (c->loads)
		return;
	first = weights_first(j, p);
	if (!first || weights_is_data(j, process_file_at(p, first)))
		return;
	parts = weights_parts(j, p, first);
	fetched = asked_fetched(j, p);
	if (fetched.trains || twin_is(j, p, first))
		return;
	if (weights_before_many(j, p, &parts, &fetched) ||
	    weights_at_once(j, p, &parts, &fetched)) {
		for (size_t i = 1; i < p->file_count; i++)
			if (weights_is_part(j, p, &parts, i))
				weights_set(j, p, i);
	} else if (weights_replaced(j, p, first)) {
		weights_set_like(j, p, weights_use(j, p, first)->read_bytes);
	}
}

void weights_of_others(struct judge *j, const struct process *p)
{
	const struct conduct *c = &j->conducts[p->number];

	if (c->trains || c->loads || c->fetches || c->tool)
		return;
	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = weights_use(j, p, i);
		const struct shared *s = &j->shared[process_file_at(p, i)->name];
		judge_fetch(j, p, i);
		if (s->weights && u->read_bytes && !u->writes &&
		    u->read_bytes >= (uint64_t)s->extent)
			weights_set(j, p, i);
	}
}

void weights_in_turn(struct judge *j, const struct process *p)
{
	const struct conduct *c = &j->conducts[p->number];
	struct weights_trial t;

	if (!c->trains || c->saves || c->loads || c->fetches)
		return;
	t = weights_trial(j, p);
	if (t.size < LEAST_WEIGHTS || t.tried < 2 || t.again < FEW_FILES || t.most > t.size / 4)
		return;
	for (size_t i = 1; i < p->file_count; i++)
		if (weights_tried(j, p, i, t.size))
			weights_set(j, p, i);
		else
			j->shared[process_file_at(p, i)->name].recurs = false;
	j->conducts[p->number].served = c->data_read;
	judge_no_training(j, p);
}
