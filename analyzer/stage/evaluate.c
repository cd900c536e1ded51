/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/evaluate.h"

#include <stdlib.h>

#include "base/memory.h"
#include "read/system.h"

/* A buffer reads a small file twice, its beginning first. */
#define SMALL_FILE 65536
#define FEW_FILES  16
#define IN_ORDER   0.8
/* Less is no data, but how they are to be read. */
#define LEAST_ASKED   65536
#define LEAST_ANSWERS 4096
/* To begin with what was saved before, and to go back to what was saved last. */
#define MOST_TURNS 2

/* How often a process and its workers began a file, and turned to it from others; what
 * they read of it. By name. */
struct pass {
	uint64_t begins, returns, bytes;
};

bool evaluate_works_for(const struct judge *j, size_t n, const struct process *p)
{
	return n == p->number ||
	       (j->parents[n] == p && j->recording->processes[n].role == ROLE_WORKER &&
	        !j->conducts[n].saves);
}

static void evaluate_add(const struct judge *j, const struct process *p, struct pass *passes)
{
	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
		if (!u->reads || !system_is_not(j->recording, process_file_at(p, i)))
			continue;
		passes[process_file_at(p, i)->name].begins += u->begins;
		passes[process_file_at(p, i)->name].returns += u->returns;
		passes[process_file_at(p, i)->name].bytes += u->read_bytes;
	}
}

static bool evaluate_exceeds(const struct shared *s, const struct pass *pass, uint64_t most)
{
	uint64_t extent = s->extent > 0 ? (uint64_t)s->extent : 1;
	uint64_t spare = extent <= SMALL_FILE ? extent * most : extent / 2;

	/* Who opens a mapped file looks at its beginning, and again. */
	bool begun = pass->begins > most && pass->returns > most && pass->bytes > extent * most / 2;

	return begun || pass->bytes > extent * most + spare;
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

/* Over many files, each time by their names and then from the first one on, as training hardly
 * does. */
static bool evaluate_in_order(const struct judge *j, const struct process *p)
{
	uint64_t ascents = 0, switches = 0;

	for (size_t n = 0; n < j->recording->count; n++) {
		if (!evaluate_works_for(j, n, p))
			continue;
		ascents += j->features->orders[n].ascents + j->features->orders[n].rounds;
		switches += j->features->orders[n].switches;
	}
	return switches >= FEW_FILES && (double)ascents > IN_ORDER * (double)switches;
}

/* What others of the run saved is loaded, under whatever name. */
static void evaluate_loads(struct judge *j, const struct process *p)
{
	struct conduct *c = &j->conducts[p->number];

	if (c->loads || c->saves || c->optimizer || p->rank >= 0 || p->role == ROLE_WORKER)
		return;
	for (size_t i = 1; i < p->file_count; i++) {
		const struct shared *s = &j->shared[process_file_at(p, i)->name];
		const struct use *u;
		judge_fetch(j, p, i);
		if (!s->checkpoint || s->maker == p->number + 1)
			continue;
		u = features_use(j->features, p->number, i, &(struct use){0});
		if (!u->reads || u->writes)
			continue;
		judge_loads(c, u);
		c->data_read -= u->read_bytes < c->data_read ? u->read_bytes : c->data_read;
	}
}

/* Questions may be read before the weights that answer them. */
static void evaluate_served(struct judge *j, const struct process *p)
{
	struct conduct *c = &j->conducts[p->number];

	if (c->loads && !c->served && !c->trains && !c->saves && p->rank < 0 &&
	    (c->data_read >= LEAST_ASKED || c->last_data_read > c->first_load))
		c->served = c->data_read;
}

/* Writes from then on what is no state, no picture of how it went, and no note, but by who has
 * turned to other data. */
static bool evaluate_answers(const struct judge *j, const struct process *p, int64_t since,
                             bool notes)
{
	for (size_t i = 1; i < p->file_count; i++) {
		const struct file *file = process_file_at(p, i);
		const struct shared *s = &j->shared[file->name];
		const struct use *u;
		if (features_plain(j->features, p->number, i) || s->checkpoint ||
		    (s->clue == CLUE_LOG && !notes) || !system_is_not(j->recording, file))
			continue;
		u = features_use(j->features, p->number, i, &(struct use){0});
		if (u->write_bytes >= LEAST_ANSWERS && !u->append && u->first_write > since &&
		    !clue_media(names_text(j->recording->names, file->name)))
			return true;
	}
	return false;
}

/* When it and its workers had read all data; what comes then says what for. */
static int64_t evaluate_last_read(const struct judge *j, const struct process *p)
{
	int64_t last = 0;

	for (size_t n = 0; n < j->recording->count; n++)
		if (evaluate_works_for(j, n, p) && j->conducts[n].last_data_read > last)
			last = j->conducts[n].last_data_read;
	return last;
}

void evaluate_find(struct judge *j, const struct process *p)
{
	struct conduct *c = &j->conducts[p->number];

	evaluate_loads(j, p);
	evaluate_served(j, p);
	if (!c->loads || !c->trains || c->saves || c->optimizer || p->role == ROLE_WORKER ||
	    judge_learns(j, p) ||
	    (evaluate_more_often(j, p, c->loaded) && !evaluate_in_order(j, p) &&
	     !evaluate_answers(j, p, evaluate_last_read(j, p), false)))
		return;
	for (size_t n = 0; n < j->recording->count; n++) {
		if (!evaluate_works_for(j, n, p))
			continue;
		j->conducts[n].evaluates = true;
		judge_no_training(j, &j->recording->processes[n]);
	}
	c->served += !c->served;
}

/* Whose state it is that is read: its own, or of one that may learn with it. */
static const struct conduct *evaluate_saver(const struct judge *j, const struct process *p,
                                            const struct shared *s)
{
	const struct process *maker = s->maker ? &j->recording->processes[s->maker - 1] : NULL;
	bool together = maker && (maker == p || (maker->rank >= 0 && p->rank >= 0));

	return s->checkpoint && together ? &j->conducts[maker->number] : NULL;
}

/* When it reads back what was saved last, 0 = it is not; some formats are read a little while
 * they are written, and a run may have begun by reading what it then wrote anew. */
static int64_t evaluate_back(const struct conduct *c, const struct conduct *saver,
                             const struct shared *s, const struct use *u)
{
	int64_t saved = saver->last_save > u->last_write ? saver->last_save : u->last_write;

	saved = c->last_save > saved ? c->last_save : saved;
	if (u->first_read > saved)
		return u->first_read;
	return u->last_read > saved && 2 * u->read_bytes >= (uint64_t)s->extent &&
	                       u->opens - u->write_opens <= MOST_TURNS
	               ? u->last_read
	               : 0;
}

/* A state under a name that nobody is known to have written: some formats are renamed without
 * a call that is seen. */
static bool evaluate_maps(const struct conduct *c, const struct shared *s, const struct use *u)
{
	return u->maps && !u->writes && !s->maker && !s->recurs && !s->random && c->saves &&
	       u->first_read > c->first_data_read && judge_is_loaded(s, u);
}

static int64_t evaluate_first_save(const struct judge *j, const struct process *p)
{
	int64_t first = INT64_MAX;

	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u;
		if (features_plain(j->features, p->number, i) ||
		    !j->shared[process_file_at(p, i)->name].checkpoint)
			continue;
		u = features_use(j->features, p->number, i, &(struct use){0});
		if (u->writes && u->first_write < first)
			first = u->first_write;
	}
	return first;
}

/* Whether all that it learns from was in memory when it saved for the first time, and was not
 * read again: what it asks for when it has saved for the last time is not to learn from. */
static bool evaluate_had_read(const struct judge *j, const struct process *p)
{
	const struct conduct *c = &j->conducts[p->number];
	int64_t saved = evaluate_first_save(j, p);
	uint64_t asked = 0;

	for (size_t i = 1; i < p->file_count; i++) {
		const struct shared *s = &j->shared[process_file_at(p, i)->name];
		const struct use *u;
		judge_fetch(j, p, i);
		u = features_use(j->features, p->number, i, &(struct use){0});
		if (!u->read_bytes || s->checkpoint || s->clue == CLUE_LOG ||
		    !system_is_not(j->recording, process_file_at(p, i)))
			continue;
		if (u->first_read < c->asked && u->last_read >= saved)
			return false;
		asked += u->first_read >= c->asked ? u->read_bytes : 0;
	}
	return c->saves && !c->files_fetched && asked >= LEAST_ASKED;
}

/* It has trained, and goes back to what it saved: what comes now is to be tried by that. */
void evaluate_returned(struct judge *j, const struct process *p)
{
	struct conduct *c = &j->conducts[p->number];

	for (size_t i = 1; c->first_data_read && i < p->file_count; i++) {
		const struct shared *s = &j->shared[process_file_at(p, i)->name];
		const struct conduct *saver = evaluate_saver(j, p, s);
		const struct use *u;
		int64_t back;
		judge_fetch(j, p, i);
		u = features_use(j->features, p->number, i, &(struct use){0});
		c->maps_back |= evaluate_maps(c, s, u);
		if (!saver || saver->last_save < c->first_data_read)
			continue;
		if (!u->read_bytes || u->copied == u->reads)
			continue;
		back = evaluate_back(c, saver, s, u);
		if ((back ? back : u->first_read) < c->first_data_read)
			continue;
		c->tried += back != 0;
		if (back && (!c->returned || back < c->returned))
			c->returned = back;
		c->looks_back |= !back && 2 * u->read_bytes >= (uint64_t)s->extent;
	}
	if (!c->returned && c->asked > c->last_save &&
	    (evaluate_answers(j, p, c->asked, true) || evaluate_had_read(j, p)))
		c->returned = c->last_save;
	if (!c->returned && judge_learns(j, p) && evaluate_answers(j, p, c->last_save, false))
		c->answered = c->last_save;
}
