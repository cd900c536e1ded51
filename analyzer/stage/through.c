/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/through.h"

#include <string.h>

#include "read/evidence.h"
#include "read/system.h"
#include "stage/asked.h"

/* Less is of the size of many things. */
#define LEAST_THROUGH (UINT64_C(32) << 10)
/* Formats differ in what they say about the same tensors. */
#define THROUGH_APART 32
#define THROUGH_KNOWN 8 /* of one that is known as a checkpoint: packed, too */
/* Data that are gone over, by calls or by faults. */
#define THROUGH_LITTLE 256 /* of many files data can be */
#define MANY_READS     16
#define READS_A_FAULT  4
/* Read before all else, and so small: how it is to be read. */
#define THROUGH_NOTE (UINT64_C(16) << 10)
/* Data that happen to have that size come in numbers. */
#define FEW_LIKE 2
/* States are fewer than files of data. */
#define FEW_OF               4
#define MOST_OUT             512 /* of which each is looked at with all beside it */
#define MOST_IN              16

#define through_use(j, p, i) features_use((j)->features, (p)->number, i, &(struct use){0})

/* What is read first: one file, or some of one folder. */
struct through_in {
	size_t files[MOST_IN], count;
	uint64_t bytes;
	int64_t last; /* end of reading them */
};

static bool through_is_data(const struct judge *j, const struct process *p, size_t i)
{
	return system_is_not(j->recording, process_file_at(p, i)) &&
	       (through_use(j, p, i)->read_bytes || through_use(j, p, i)->maps);
}

/* Read whole, or mapped, of which not all is seen, and not written before. */
static bool through_whole(const struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = through_use(j, p, i);
	const struct shared *s = &j->shared[process_file_at(p, i)->name];
	uint64_t extent = s->extent > 0 ? (uint64_t)s->extent : 0;

	return u->read_bytes && !s->recurs && !s->random &&
	       (!u->writes || u->last_read < u->first_write) &&
	       (u->maps ? u->maps == 1 : u->read_bytes >= extent && u->read_bytes < 2 * extent);
}

/* The file of size that the process began to read first; 0 = none. */
static size_t through_first(const struct judge *j, const struct process *p)
{
	size_t first = 0;

	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = through_use(j, p, i);
		judge_fetch(j, p, i);
		if (u->read_bytes < THROUGH_NOTE || !through_is_data(j, p, i))
			continue;
		if (!first || u->first_read < through_use(j, p, first)->first_read)
			first = i;
	}
	return first;
}

static void through_take(const struct judge *j, const struct process *p, size_t i,
                         struct through_in *in)
{
	const struct use *u = through_use(j, p, i);
	int64_t extent = j->shared[process_file_at(p, i)->name].extent;

	in->files[in->count++] = i;
	in->bytes += extent > 0 ? (uint64_t)extent : 0;
	in->last = u->last_read > in->last ? u->last_read : in->last;
}

static bool through_beside(const char *one, const char *other)
{
	size_t folder = clue_folder(one);

	return clue_folder(other) == folder && !strncmp(one, other, folder);
}

/* The first file, and where `folder` is true those beside it that are read whole. */
static bool through_in(const struct judge *j, const struct process *p, size_t first, bool folder,
                       struct through_in *in)
{
	const char *path = names_text(j->recording->names, process_file_at(p, first)->name);

	*in = (struct through_in){0};
	for (size_t i = 1; i < p->file_count; i++) {
		const char *other = names_text(j->recording->names, process_file_at(p, i)->name);
		if (i != first &&
		    !(folder && through_is_data(j, p, i) && through_beside(path, other)))
			continue;
		if (!through_whole(j, p, i) || in->count == MOST_IN)
			return false;
		through_take(j, p, i, in);
	}
	return in->bytes >= LEAST_THROUGH && in->count > folder;
}

static bool through_has(const struct through_in *in, size_t i)
{
	for (size_t k = 0; k < in->count; k++)
		if (in->files[k] == i)
			return true;
	return false;
}

static bool through_like(const struct through_in *in, uint64_t size, bool known)
{
	uint64_t apart = size > in->bytes ? size - in->bytes : in->bytes - size;

	return apart <= in->bytes / (known && in->count == 1 ? THROUGH_KNOWN : THROUGH_APART);
}

/* Reads of all of them but the first. */
static uint64_t through_reads(const struct judge *j, const struct process *p,
                              const struct through_in *in)
{
	uint64_t reads = 0;

	for (size_t k = 1; k < in->count; k++) {
		const struct use *u = through_use(j, p, in->files[k]);
		reads += u->reads * (u->maps ? READS_A_FAULT : 1);
	}
	return reads;
}

/* Whether it was read to its end before many reads of others, of which few are as large. */
static bool through_leads(const struct judge *j, const struct process *p,
                          const struct through_in *in)
{
	unsigned like = 0;

	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = through_use(j, p, i);
		judge_fetch(j, p, i);
		if (!u->read_bytes || u->writes || through_has(in, i) || !through_is_data(j, p, i))
			continue;
		if (u->read_bytes >= THROUGH_NOTE && u->first_read < in->last)
			return false;
		like += through_like(in, (uint64_t)j->shared[process_file_at(p, i)->name].extent,
		                     false);
	}
	return like <= FEW_LIKE && asked_reads(j, p, in->files[0], READS_A_FAULT) >=
	                                   MANY_READS + through_reads(j, p, in);
}

/* One of many that were made of what was read. */
static bool through_product(const struct judge *j, const struct conduct *c, uint32_t name)
{
	const struct series *s = &j->series[j->series_of[name]];

	return j->series_of[name] && s->members > FEW_LIKE &&
	       (s->most > s->least + s->least / THROUGH_APART ||
	        s->members * FEW_OF > (uint64_t)c->files_read + c->files_fetched);
}

/* Written anew when all data had been read, or again and again. */
static bool through_written(const struct conduct *c, const struct through_in *in,
                            const struct use *u)
{
	return u->write_bytes && !u->append && u->first_write > in->last &&
	       (u->created || u->truncated) &&
	       (u->write_opens > 1 || u->first_write > c->last_data_read);
}

static uint64_t through_size(const struct use *u)
{
	return u->write_opens > 1 ? u->write_bytes / u->write_opens : u->write_bytes;
}

/* What is written beside a file, with it: no data, by their names or by what writes them. */
static uint64_t through_folder_size(const struct judge *j, const struct process *p, size_t file)
{
	const char *path = names_text(j->recording->names, process_file_at(p, file)->name);
	uint64_t bytes = 0;

	for (size_t i = 1; i < p->file_count; i++) {
		const char *other = names_text(j->recording->names, process_file_at(p, i)->name);
		if (!features_plain(j->features, p->number, i) &&
		    system_is_not(j->recording, process_file_at(p, i)) &&
		    clue_of(other) != CLUE_DATA && through_beside(path, other) &&
		    !(through_use(j, p, i)->evidence[1] & EVIDENCE_DATA))
			bytes += through_size(through_use(j, p, i));
	}
	return bytes;
}

/* Files that the process wrote, renamed or removed. */
static size_t through_changed(const struct judge *j, const struct process *p)
{
	size_t count = 0;

	for (size_t i = 1; i < p->file_count; i++)
		count += !features_plain(j->features, p->number, i);
	return count;
}

static size_t through_out(struct judge *j, const struct process *p, const struct through_in *in)
{
	const struct conduct *c = &j->conducts[p->number];
	bool few = through_changed(j, p) <= MOST_OUT;
	size_t found = 0;

	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u;
		bool known;
		if (features_plain(j->features, p->number, i) ||
		    !system_is_not(j->recording, process_file_at(p, i)))
			continue;
		u = through_use(j, p, i);
		known = j->shared[process_file_at(p, i)->name].checkpoint;
		if ((!known &&
		     (!through_written(c, in, u) ||
		      through_product(j, c, judge_final_name(process_file_at(p, i), u)))) ||
		    (!through_like(in, through_size(u), known) &&
		     !(few && through_like(in, through_folder_size(j, p, i), false))))
			continue;
		judge_saves(j, p, process_file_at(p, i), u);
		found++;
	}
	return found;
}

/* Who wrote it saved it, and by that name. */
static void through_maker_saves(struct judge *j, const struct process *p, size_t i)
{
	uint32_t name = process_file_at(p, i)->name, number = j->shared[name].maker;
	const struct process *maker = number ? &j->recording->processes[number - 1] : p;

	for (size_t k = 1; maker != p && k < maker->file_count; k++) {
		const struct use *u = through_use(j, maker, k);
		const struct file *file = process_file_at(maker, k);
		if (u->writes && judge_final_name(file, u) == name &&
		    judge_after_data(&j->conducts[maker->number], u))
			judge_saves(j, maker, file, u);
	}
}

static void through_set(struct judge *j, const struct process *p, const struct through_in *in)
{
	for (size_t k = 0; k < in->count; k++) {
		struct shared *s = &j->shared[process_file_at(p, in->files[k])->name];
		s->checkpoint = true;
		s->recurs = s->random = false;
		through_maker_saves(j, p, in->files[k]);
	}
}

/* Whether a process reads most of the data that another one, or who forked it, has read. */
static bool through_same_data(const struct judge *j, const struct process *p,
                              const struct process *maker)
{
	const struct process *parent = j->parents[maker->number];
	uint64_t all = 0, same = 0;

	if (maker->origin == AIOT_ORIGIN_FORK && parent && !j->conducts[maker->number].files_read)
		maker = parent;
	for (size_t i = 1; i < maker->file_count; i++) {
		const struct shared *s = &j->shared[process_file_at(maker, i)->name];
		judge_fetch(j, maker, i);
		if (through_use(j, maker, i)->read_bytes < THROUGH_LITTLE ||
		    through_use(j, maker, i)->writes || s->extent <= 0 ||
		    !through_is_data(j, maker, i) || s->checkpoint)
			continue;
		all += (uint64_t)s->extent;
		same += s->readers > 1 ? (uint64_t)s->extent : 0;
	}
	return maker != p && all >= LEAST_THROUGH && same > all / 2;
}

/* Hardly writes, and reads what it reads to its end: what is looked up is no data to learn from. */
static bool through_makes_nothing(const struct judge *j, const struct process *p)
{
	const struct conduct *c = &j->conducts[p->number];
	uint64_t whole = 0, parts = 0;

	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = through_use(j, p, i);
		int64_t extent = j->shared[process_file_at(p, i)->name].extent;
		judge_fetch(j, p, i);
		if (!u->read_bytes || extent <= 0 || !through_is_data(j, p, i))
			continue;
		whole += u->maps || u->read_bytes >= (uint64_t)extent ? (uint64_t)extent : 0;
		parts += (uint64_t)extent;
	}
	return c->data_written <= c->data_read / 100 && (!parts || whole >= parts / 2);
}

/* Made by another program of data that this one goes back to, with it, and makes nothing
 * of: what was learnt from them. */
static bool through_goes_back(const struct judge *j, const struct process *p,
                              const struct through_in *in)
{
	for (size_t k = 0; k < in->count; k++) {
		const struct shared *s = &j->shared[process_file_at(p, in->files[k])->name];
		if (!s->maker || s->maker == p->number + 1 ||
		    !through_same_data(j, p, &j->recording->processes[s->maker - 1]))
			return false;
	}
	return through_makes_nothing(j, p);
}

void through_find(struct judge *j, const struct process *p)
{
	const struct conduct *c = &j->conducts[p->number];
	struct through_in in;
	size_t first;

	if (c->tool || p->role == ROLE_WORKER)
		return;
	first = through_first(j, p);
	if (first &&
	    (through_use(j, p, first)->evidence[0] & EVIDENCE_LOADER ||
	     clue_dataset(names_text(j->recording->names, process_file_at(p, first)->name))))
		return;
	for (int folder = 0; first && folder < 2; folder++) {
		if (!through_in(j, p, first, folder, &in) || !through_leads(j, p, &in))
			continue;
		if (through_goes_back(j, p, &in) || through_out(j, p, &in)) {
			through_set(j, p, &in);
			return;
		}
	}
}
