/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/likeness.h"

#include <string.h>

#include "read/system.h"

/* Less is of the size of many things. */
#define LEAST_LIKE (UINT64_C(64) << 10)
#define SIZES      8 /* that others are compared with */

struct sizes {
	uint64_t of[SIZES];
	unsigned count;
};

static void likeness_add(struct sizes *sizes, uint64_t size)
{
	for (unsigned k = 0; k < sizes->count; k++)
		if (sizes->of[k] == size)
			return;
	if (size >= LEAST_LIKE && sizes->count < SIZES)
		sizes->of[sizes->count++] = size;
}

static bool likeness_has(const struct sizes *sizes, uint64_t size, bool exactly)
{
	for (unsigned k = 0; k < sizes->count; k++) {
		uint64_t of = sizes->of[k], apart = size > of ? size - of : of - size;
		if (apart <= (exactly ? 0 : of / 128))
			return true;
	}
	return false;
}

static const struct use *likeness_use(const struct judge *j, const struct process *p, size_t i,
                                      struct use *room)
{
	return features_use(j->features, p->number, i, room);
}

/* Sizes of the checkpoints that a process wrote, or read whole. */
static struct sizes likeness_sizes(const struct judge *j, const struct process *p, bool written)
{
	struct sizes sizes = {0};

	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = likeness_use(j, p, i, &(struct use){0});
		const struct shared *s = &j->shared[process_file_at(p, i)->name];
		judge_fetch(j, p, i);
		if (!s->checkpoint || s->extent <= 0)
			continue;
		bool whole = written ? u->write_bytes && !u->append
		                     : !u->writes && u->read_bytes >= (uint64_t)s->extent;
		if (whole)
			likeness_add(&sizes, (uint64_t)s->extent);
	}
	return sizes;
}

/* Read once, whole, and by no worker. */
static bool likeness_read(const struct shared *s, const struct use *u)
{
	if (u->writes || s->checkpoint || s->extent <= 0 || s->worker_read || s->random)
		return false;
	/* Of what is mapped not all is seen. */
	return u->maps ? u->maps == 1
	               : u->begins && u->read_bytes &&
	                         u->read_bytes % (uint64_t)s->extent <= (uint64_t)s->extent / 16;
}

/* Few are: data that happen to have that size come in numbers. */
static void likeness_of_read(struct judge *j, const struct process *p)
{
	struct sizes sizes = likeness_sizes(j, p, true);
	size_t fit[2] = {0}, found = 0;

	for (size_t i = 1; sizes.count && i < p->file_count; i++) {
		const struct use *u = likeness_use(j, p, i, &(struct use){0});
		const struct shared *s = &j->shared[process_file_at(p, i)->name];
		if (!likeness_read(s, u) || !system_is_not(j->recording, process_file_at(p, i)) ||
		    !likeness_has(&sizes, (uint64_t)s->extent, s->clue == CLUE_DATA))
			continue;
		if (found == 2)
			return;
		fit[found++] = i;
	}
	for (size_t i = 0; i < found; i++) {
		j->shared[process_file_at(p, fit[i])->name].checkpoint = true;
		j->shared[process_file_at(p, fit[i])->name].recurs = false;
	}
}

static bool likeness_written(const struct judge *j, const struct process *p, size_t i,
                             const struct sizes *sizes)
{
	const struct use *u = likeness_use(j, p, i, &(struct use){0});

	return u->write_bytes && !u->reads && !u->append &&
	       !j->shared[process_file_at(p, i)->name].checkpoint &&
	       system_is_not(j->recording, process_file_at(p, i)) &&
	       likeness_has(sizes, u->write_bytes, false);
}

/* One or two, for results come in numbers, too. */
static void likeness_of_written(struct judge *j, const struct process *p)
{
	struct sizes sizes = likeness_sizes(j, p, false);
	unsigned found = 0;

	for (size_t i = 1; sizes.count && i < p->file_count; i++)
		found += !features_plain(j->features, p->number, i) &&
		         likeness_written(j, p, i, &sizes);
	for (size_t i = 1; found && found <= 2 && i < p->file_count; i++) {
		if (features_plain(j->features, p->number, i) || !likeness_written(j, p, i, &sizes))
			continue;
		const struct use *u = likeness_use(j, p, i, &(struct use){0});
		judge_saves(j, p, process_file_at(p, i), u);
	}
}

/* Written in the folder of a checkpoint, and as large to the byte. */
static void likeness_beside(struct judge *j, const struct process *p)
{
	struct sizes sizes = likeness_sizes(j, p, true);
	const char *folder = "";
	size_t length = 0;

	for (size_t i = 1; sizes.count && i < p->file_count && !length; i++) {
		uint32_t name = process_file_at(p, i)->name;
		if (features_plain(j->features, p->number, i) || !j->shared[name].checkpoint)
			continue;
		folder = names_text(j->recording->names, name);
		length = clue_folder(folder);
	}
	for (size_t i = 1; length && i < p->file_count; i++) {
		const char *path = names_text(j->recording->names, process_file_at(p, i)->name);
		const struct use *u;
		if (features_plain(j->features, p->number, i) || clue_folder(path) != length ||
		    strncmp(path, folder, length) ||
		    j->shared[process_file_at(p, i)->name].checkpoint)
			continue;
		u = likeness_use(j, p, i, &(struct use){0});
		if (u->write_bytes && !u->reads && !u->append && u->write_opens &&
		    likeness_has(&sizes, u->write_bytes / u->write_opens, true))
			judge_saves(j, p, process_file_at(p, i), u);
	}
}

void likeness_find(struct judge *j, const struct process *p)
{
	if (j->conducts[p->number].saves) {
		likeness_of_read(j, p);
		likeness_beside(j, p);
	} else {
		likeness_of_written(j, p);
	}
}
