/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/recur.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "read/system.h"

/* Smaller notes are read again for what has changed in them. */
#define BIG_FILE   (INT64_C(1) << 20)
#define SMALL_FILE (INT64_C(64) << 10)
/* Reads inside one file before its order means anything. */
#define FEW_READS   32
#define LEAST_AGAIN (INT64_C(16) << 10)
/* In less, jumps are those of looking up something. */
#define LEAST_RANDOM (INT64_C(256) << 10)
/* Of parts of files: as often, and in so many of them, that it is no look at what
 * they are before they are read. */
#define FEW_FILES   16
#define FEW_RETURNS 3
#define FEW_DWELT   4
#define MANY_VISITS 32
#define BIG_TEXT    (INT64_C(256) << 10)
#define MANY_TEXTS  32
/* Of those that are named as nothing but text. */
#define BIG_PLAIN (INT64_C(32) << 10)

uint64_t recur_jumped(const struct use *u)
{
	return u->read.count[ACCESS_RANDOM] + (u->maps ? 0 : u->read.count[ACCESS_STRIDED]);
}

uint64_t recur_passes(const struct shared *s)
{
	uint64_t extent = s->extent > 0 ? (uint64_t)s->extent : UINT64_MAX;
	uint64_t whole = s->most_bytes / extent + (s->most_bytes % extent > extent / 10 * 8);
	/* What looks at a file's beginning before it reads it begins twice. */
	uint64_t begins = s->most_begins < s->most_returns ? s->most_begins : s->most_returns;

	/* And a buffer holds all of a small one when it is looked at. */
	if (s->extent <= SMALL_FILE && begins >= 2)
		return begins;
	return begins > whole ? begins : whole;
}

/* From anywhere to anywhere, a buffer's part and the rest at once; parts that are read on from,
 * each begun anywhere, go back half as often as not. */
static bool recur_jumps(uint64_t reads, uint64_t jumps, uint64_t backs, uint64_t breaks)
{
	return reads >= FEW_READS &&
	       (jumps * 2 > reads || (backs * 5 > reads && breaks * 9 >= reads * 4));
}

/* All but a little of it comes in order: back it goes for what says where the rest is. */
static bool recur_forward(const struct shared *s)
{
	return s->back < s->ahead / 10 && s->ahead > s->read_bytes / 16;
}

/* By torch.load and the like, as a whole: records of an archive, however they lie in it. */
static bool recur_unpacks(const struct shared *s)
{
	uint64_t extent = (uint64_t)s->extent;

	return s->serial && s->most_bytes >= extent / 10 * 9 && s->most_bytes <= extent / 4 * 5;
}

static bool recur_random(const struct shared *s)
{
	return recur_jumps(s->reads, s->jumps, s->backs, s->breaks) && s->extent >= LEAST_RANDOM &&
	       s->clue != CLUE_CHECKPOINT && !recur_forward(s) && !recur_unpacks(s);
}

/* Buffers may read a little again, and leave out a little. */
static bool recur_twice(const struct shared *s, uint64_t bytes)
{
	return bytes >= (uint64_t)s->extent / 10 * 18;
}

/* Twice the whole file, and begun more than once by the same process or by
 * workers, who divide epochs among them. Each rank reading it once is no
 * epoch. */
static bool recur_whole(const struct shared *s)
{
	/* A buffer reads a small one again and again. */
	bool again = s->extent >= LEAST_AGAIN && recur_twice(s, s->most_bytes);
	bool begun = s->most_begins >= 2 && s->most_returns >= 2;
	/* Some formats are read by an index at their end, and never from their beginning. */
	bool indexed = again && !s->begins && s->most_returns >= 2;

	if (!s->extent || !recur_twice(s, s->read_bytes))
		return false;
	if (s->clue == CLUE_LOG && s->extent < BIG_FILE)
		return false;
	return begun || indexed || (again && (s->most_begins >= 2 || s->breaks < s->reads / 2)) ||
	       (s->worker_begins >= 2 && (s->firsts < s->readers || !s->leads)) ||
	       (s->random && s->readers && s->read_bytes / s->readers > (uint64_t)s->extent);
}

/* Some of it, each time after other things. */
static bool recur_part(const struct shared *s, uint64_t returns)
{
	return s->most_returns >= returns && s->clue != CLUE_CHECKPOINT && s->clue != CLUE_LOG;
}

/* Read to its end. */
static bool recur_is_text(const struct shared *s)
{
	return s->clue == CLUE_LOG && s->extent && s->read_bytes >= (uint64_t)s->extent;
}

static bool recur_numbered(const char *path)
{
	return strpbrk(path + clue_folder(path), "0123456789");
}

/* Names of notes, of what are texts to learn from, or captions and labels: large, as
 * settings and logs that are read are not, or many. */
static void recur_texts(struct judge *j)
{
	const struct names *names = j->recording->names;
	uint32_t count = names_count(names), numbered = 0;
	int64_t bytes = 0;

	for (uint32_t i = 0; i < count; i++) {
		bool is = recur_is_text(&j->shared[i]) && recur_numbered(names_text(names, i));
		numbered += is;
		bytes += is ? j->shared[i].extent : 0;
	}
	for (uint32_t i = 0; i < count; i++) {
		struct shared *s = &j->shared[i];
		bool many = (numbered >= MANY_TEXTS || bytes >= BIG_TEXT) &&
		            recur_numbered(names_text(names, i));
		int64_t big = clue_text(names_text(names, i)) ? BIG_PLAIN : BIG_TEXT;
		if (recur_is_text(s) && (many || s->extent >= big))
			s->clue = CLUE_NONE;
	}
}

/* All who read it call it a state, and it was written by the run, or no one reads it often. */
static bool recur_is_called_state(const struct shared *s)
{
	return s->called_state && !s->called_else &&
	       (s->maker || s->most_bytes <= 2 * (uint64_t)s->extent);
}

void recur_find(struct judge *j)
{
	uint32_t count = names_count(j->recording->names), parts = 0, inner = 0;
	uint64_t visits = 0;

	recur_texts(j);
	for (uint32_t i = 0; i < count; i++) {
		struct shared *s = &j->shared[i];
		s->random = recur_random(s);
		s->recurs = recur_whole(s);
		parts += recur_part(s, FEW_RETURNS);
		/* Nobody looks at what they are first. */
		inner += recur_part(s, 2) && !s->begins;
		visits += recur_part(s, s->begins ? 2 * FEW_RETURNS : FEW_RETURNS) &&
		                          s->extent >= LEAST_RANDOM
		                  ? s->returns
		                  : 0;
	}
	for (uint32_t i = 0; i < count; i++) {
		struct shared *s = &j->shared[i];
		bool mapped = s->most_maps >= FEW_RETURNS && s->extent >= BIG_FILE;
		s->recurs |= recur_part(s, FEW_RETURNS) &&
		             (parts >= FEW_FILES || visits >= MANY_VISITS || mapped);
		s->recurs |= recur_part(s, 2) && inner >= FEW_FILES;
		if (recur_is_called_state(s))
			s->recurs = s->random = false;
	}
}

bool recur_takes_part(const struct judge *j, const struct process *p, size_t i)
{
	const struct shared *s = &j->shared[process_file_at(p, i)->name];
	const struct use *u;

	if (!s->recurs || j->conducts[p->number].evaluates || j->conducts[p->number].tool ||
	    j->conducts[p->number].once)
		return false;
	u = features_use(j->features, p->number, i, &(struct use){0});
	return (u->returns >= 2 || p->role == ROLE_WORKER || p->rank >= 0 ||
	        (recur_twice(s, u->read_bytes) && !j->conducts[p->number].dwells) ||
	        recur_anywhere(j, p, i));
}

bool recur_anywhere(const struct judge *j, const struct process *p, size_t i)
{
	const struct use *u;
	const uint64_t *count;

	if (!j->shared[process_file_at(p, i)->name].random || j->conducts[p->number].tool)
		return false;
	u = features_use(j->features, p->number, i, &(struct use){0});
	count = u->read.count;
	/* Of few reads nothing is known but what all of them together say. */
	return (u->reads < FEW_READS ||
	        recur_jumps(u->reads, recur_jumped(u), count[ACCESS_RANDOM],
	                    pattern_total(&u->read) - count[ACCESS_CONSECUTIVE]));
}

/* Whether the process reads file after file, each again and again as long as it is at it,
 * as a window that moves over them does, and goes back to next to none. */
static bool recur_process_dwells(const struct judge *j, const struct process *p)
{
	uint32_t dwelt = 0, returned = 0;

	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u;
		const struct shared *s = &j->shared[process_file_at(p, i)->name];
		judge_fetch(j, p, i);
		u = features_use(j->features, p->number, i, &(struct use){0});
		if (!u->reads || s->extent < LEAST_AGAIN ||
		    !system_is_not(j->recording, process_file_at(p, i)))
			continue;
		dwelt += u->returns < 2 && recur_twice(s, u->read_bytes);
		returned += u->returns >= 2;
	}
	return dwelt >= FEW_DWELT && returned * 4 <= dwelt;
}

void recur_dwell(struct judge *j, uint32_t run)
{
	for (size_t n = 0; n < j->recording->count; n++) {
		const struct process *p = &j->recording->processes[n];
		if (p->run == run)
			j->conducts[n].dwells = recur_process_dwells(j, p);
	}
}

/* A worker, and who made it. */
struct recur_worker {
	uint32_t parent, number; /* of the processes */
};

static int recur_by_parent(const void *one, const void *other)
{
	const struct recur_worker *a = one, *b = other;

	if (a->parent != b->parent)
		return a->parent < b->parent ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

static struct recur_worker *recur_all_workers(const struct judge *j, uint32_t run, size_t *count)
{
	struct recur_worker *workers = memory_get(j->recording->count + 1, sizeof *workers);

	*count = 0;
	for (uint32_t n = 0; n < j->recording->count; n++) {
		const struct process *p = &j->recording->processes[n];
		if (p->run == run && p->role == ROLE_WORKER && j->parents[n])
			workers[(*count)++] =
			        (struct recur_worker){(uint32_t)j->parents[n]->number, n};
	}
	qsort(workers, *count, sizeof *workers, recur_by_parent);
	return workers;
}

/* Bytes that a worker reads, some of them twice, as buffers do, and those of files that it is the
 * first to read of those with its parent. seen: by name, the last parent + 1. */
static void recur_add(const struct judge *j, const struct recur_worker *w, uint32_t *seen,
                      uint64_t sums[2])
{
	const struct process *p = &j->recording->processes[w->number];

	for (size_t i = 1; i < p->file_count; i++) {
		uint32_t name = process_file_at(p, i)->name;
		uint64_t bytes =
		        features_use(j->features, p->number, i, &(struct use){0})->read_bytes;
		judge_fetch(j, p, i);
		if (!bytes || !system_is_not(j->recording, process_file_at(p, i)))
			continue;
		sums[0] += bytes;
		if (seen[name] != w->parent + 1 && j->shared[name].extent > 0)
			sums[1] += (uint64_t)j->shared[name].extent;
		seen[name] = w->parent + 1;
	}
}

void recur_workers(struct judge *j, uint32_t run)
{
	size_t count, end;
	struct recur_worker *workers = recur_all_workers(j, run, &count);
	uint32_t *seen = count ? memory_get(names_count(j->recording->names), sizeof *seen) : NULL;

	for (size_t i = 0; i < count; i = end) {
		uint64_t sums[2] = {0};
		bool once;
		for (end = i; end < count && workers[end].parent == workers[i].parent; end++)
			recur_add(j, &workers[end], seen, sums);
		once = sums[0] >= sums[1] / 10 * 8 && sums[0] <= sums[1] / 10 * 16;
		for (size_t k = i; k < end; k++)
			j->conducts[workers[k].number].once = once;
		j->conducts[workers[i].parent].divides = !once;
	}
	free(seen);
	free(workers);
}
