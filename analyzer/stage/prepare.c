/* SPDX-License-Identifier: Apache-2.0
 *
 * Who makes data of data: alone, or with those that work beside it.
 */
#include "stage/prepare.h"

#include "read/evidence.h"
#include "read/system.h"
#include "stage/conduit.h"
#include "stage/derive.h"
#include "stage/named.h"
#include "stage/recur.h"

/* Less than this is no product. */
#define LEAST_MADE 65536
#define LEAST_USED 4096
#define BIG_TEXT   (UINT64_C(256) << 10)
/* One that is read and then written may be a state. */
#define FEW_IN_PLACE 3

static struct derive_side prepare_side(const struct judge *j, const struct process *p, size_t i,
                                       bool write)
{
	const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
	const struct shared *s = &j->shared[process_file_at(p, i)->name];
	uint32_t name =
	        write ? judge_final_name(process_file_at(p, i), u) : process_file_at(p, i)->name;
	int64_t opened = u->first_open ? u->first_open : u->first_write;
	bool saves = j->conducts[p->number].saves;
	struct derive_side side = {.file = i,
	                           .first = write ? opened : u->first_read,
	                           .last = write ? u->last_write : u->last_read,
	                           .bytes = write ? u->write_bytes : u->read_bytes,
	                           .series = j->series_of[name],
	                           .kernel = write ? u->copy : u->copied,
	                           .state = s->checkpoint || judge_is_loaded(s, u) ||
	                                    ((s->recurs || s->random) && saves) ||
	                                    (u->writes && u->first_read < u->last_write)};

	derive_name(&side, names_text(j->recording->names, name));
	return side;
}

bool prepare_is_note(const struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = features_use(j->features, p->number, i, &(struct use){0});

	return j->shared[process_file_at(p, i)->name].clue == CLUE_LOG &&
	       (u->write_bytes < BIG_TEXT || u->append || j->conducts[p->number].trains);
}

/* What is filled through memory is written while it is touched. */
static bool prepare_fill(const struct judge *j, const struct process *p, size_t i,
                         struct derive_side *side)
{
	const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
	const struct shared *s = &j->shared[process_file_at(p, i)->name];

	if (!judge_fills(j, p, i) || !u->reads)
		return false;
	*side = prepare_side(j, p, i, true);
	side->first = u->first_read;
	side->last = u->last_read;
	side->bytes = (uint64_t)s->extent;
	side->state = s->checkpoint;
	return true;
}

/* What is mapped to be changed, and so small, is looked at as a lock is. */
static bool prepare_is_lock(const struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = features_use(j->features, p->number, i, &(struct use){0});

	return u->maps && u->write_opens && !u->writes &&
	       j->shared[process_file_at(p, i)->name].extent < LEAST_MADE;
}

/* Files whose reading and writing say what was made of what: no notes. */
static void prepare_sides(struct judge *j, struct derive *d, const struct process *p)
{
	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
		bool note = j->shared[process_file_at(p, i)->name].clue == CLUE_LOG;
		struct derive_side side;
		if (!system_is_not(j->recording, process_file_at(p, i)) || prepare_is_lock(j, p, i))
			continue;
		if (prepare_fill(j, p, i, &side)) {
			derive_add_write(d, &side);
			continue;
		}
		if (u->write_bytes && !prepare_is_note(j, p, i)) {
			side = prepare_side(j, p, i, true);
			side.state = j->shared[process_file_at(p, i)->name].checkpoint;
			derive_add_write(d, &side);
		}
		if (u->read_bytes && (!note || u->read_bytes >= LEAST_MADE)) {
			side = prepare_side(j, p, i, false);
			derive_add_read(d, &side);
		}
	}
	derive_sort(d);
}

bool prepare_keeps(const struct judge *j, const struct process *p, size_t from)
{
	const struct shared *s = &j->shared[process_file_at(p, from)->name];

	return s->checkpoint && (j->conducts[p->number].saves || s->maker);
}

static void prepare_copy(struct judge *j, const struct process *p, size_t from, size_t to)
{
	const struct use *u = features_use(j->features, p->number, to, &(struct use){0});

	j->made[p->number][from] |= JUDGE_COPIED;
	j->made[p->number][to] |= JUDGE_COPY;
	if (!prepare_keeps(j, p, from))
		return;
	j->shared[process_file_at(p, to)->name].checkpoint = true;
	j->shared[judge_final_name(process_file_at(p, to), u)].checkpoint = true;
}

static bool prepare_changes(const struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = features_use(j->features, p->number, i, &(struct use){0});

	return u->write_bytes || judge_fills(j, p, i);
}

static bool prepare_writes(const struct judge *j, const struct process *p)
{
	for (size_t i = 1; i < p->file_count; i++)
		if (!features_plain(j->features, p->number, i) &&
		    system_is_not(j->recording, process_file_at(p, i)) && prepare_changes(j, p, i))
			return true;
	return false;
}

/* Reads for who forked it, and is no worker of a framework's loader. */
static bool prepare_helps(const struct judge *j, const struct process *p,
                          const struct process *whom)
{
	return p->origin == AIOT_ORIGIN_FORK && j->parents[p->number] == whom &&
	       !(j->features->evidence[p->number] & EVIDENCE_WORKER) &&
	       j->conducts[p->number].first_data_read;
}

/* What such helpers read as if it were one file: what the process writes meanwhile
 * is made of it. */
static void prepare_helpers(const struct judge *j, struct derive *d, const struct process *p)
{
	for (size_t n = 0; n < j->recording->count; n++) {
		const struct process *helper = &j->recording->processes[n];
		const struct conduct *c = &j->conducts[n];
		bool helps = prepare_helps(j, helper, p) && helper->role == ROLE_WORKER;
		bool hands = helper != p && conduit_joins(j, helper, p) && c->first_data_read;
		if (helps || hands)
			derive_add_read(d, &(struct derive_side){.first = c->first_data_read,
			                                         .last = c->last_data_read});
	}
}

/* Others read it, as what was made for them. */
static bool prepare_is_used(const struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
	const struct shared *s = &j->shared[judge_final_name(process_file_at(p, i), u)];

	return s->clue != CLUE_LOG &&
	       s->read_bytes >= u->read_bytes - u->copied_bytes + u->write_bytes;
}

/* Read from its beginning, once or to know all of them first, then written again: made of
 * itself, if it is no state. */
static bool prepare_is_in_place(const struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
	const struct shared *s = &j->shared[process_file_at(p, i)->name];

	return u->reads && u->writes && u->first_read < u->first_write && !s->checkpoint &&
	       s->clue != CLUE_LOG && !u->append && u->begins && u->returns <= RECUR_TO_MAKE &&
	       u->write_bytes >= u->read_bytes / 4 &&
	       system_is_not(j->recording, process_file_at(p, i));
}

static void prepare_made(struct conduct *c, uint64_t bytes, int64_t first, int64_t last)
{
	c->made += bytes;
	if (!c->made_first || first < c->made_first)
		c->made_first = first;
	if (last > c->made_last)
		c->made_last = last;
}

static void prepare_in_place(struct judge *j, const struct process *p)
{
	struct conduct *c = &j->conducts[p->number];
	uint32_t count = 0;

	for (size_t i = 1; i < p->file_count; i++)
		count += prepare_is_in_place(j, p, i);
	for (size_t i = 1; count >= FEW_IN_PLACE && i < p->file_count; i++) {
		if (!prepare_is_in_place(j, p, i))
			continue;
		const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
		if (!(j->made[p->number][i] & JUDGE_DERIVED))
			prepare_made(c, u->write_bytes, u->first_write, u->last_write);
		j->made[p->number][i] |= JUDGE_DERIVED | JUDGE_SOURCE;
	}
}

/* Of a file that the kernel copied others to: those, if they are several. */
static void prepare_join(uint8_t *made, const struct derive *d, const struct derive_side *write)
{
	size_t count = 0, last = 0;

	for (size_t i = 0; i < d->read_count && d->reads[i].first <= write->last; i++) {
		if (!d->reads[i].kernel || d->reads[i].last < write->first)
			continue;
		made[d->reads[i].file] |= count ? JUDGE_JOINED : 0;
		made[d->reads[last].file] |= count++ ? JUDGE_JOINED : 0;
		last = i;
	}
	made[write->file] |= count > 1 ? JUDGE_JOINED : 0;
}

/* Only who copies to one file alone: who copies each to its own looks the same for a while. */
static void prepare_joins(const struct judge *j, const struct process *p, const struct derive *d)
{
	const struct derive_side *to = NULL;

	for (size_t i = 0; i < d->write_count; i++) {
		if (!d->writes[i].kernel)
			continue;
		if (to)
			return;
		to = &d->writes[i];
	}
	if (to && !to->original && !to->state)
		prepare_join(j->made[p->number], d, to);
}

void prepare_derive(struct judge *j, const struct process *p)
{
	struct derive d = {0};
	struct conduct *c = &j->conducts[p->number];
	uint8_t *made = j->made[p->number];

	if (!prepare_writes(j, p))
		return;
	prepare_helpers(j, &d, p);
	prepare_sides(j, &d, p);
	derive_find_copies(&d);
	for (size_t i = 0; i < d.write_count; i++) {
		const struct derive_side *from = derive_original(&d, &d.writes[i]);
		if (from)
			prepare_copy(j, p, from->file, d.writes[i].file);
	}
	derive_find(&d);
	prepare_joins(j, p, &d);
	for (size_t i = 0; i < d.read_count; i++)
		made[d.reads[i].file] |= d.reads[i].used ? JUDGE_SOURCE : 0;
	for (size_t i = 0; i < d.write_count; i++) {
		size_t file = d.writes[i].file;
		if (!d.writes[i].used || made[file] & JUDGE_COPY ||
		    j->shared[process_file_at(p, file)->name].checkpoint)
			continue;
		made[file] |= JUDGE_DERIVED;
		c->used |= d.writes[i].bytes >= LEAST_USED && prepare_is_used(j, p, file);
		prepare_made(c, d.writes[i].bytes, d.writes[i].first, d.writes[i].last);
	}
	derive_free(&d);
	prepare_in_place(j, p);
	if (!c->made)
		return;
	j->makers = memory_grow(j->makers, j->maker_count, &j->maker_room, sizeof *j->makers);
	j->makers[j->maker_count++] = p->number;
}

/* Less than is read, or not much more. What others use may be little, as an index is. */
static bool prepare_makes(uint64_t read, uint64_t made, bool used)
{
	return made > (used ? LEAST_USED : LEAST_MADE) && made >= read / (used ? 1000 : 100) &&
	       made / 16 <= read;
}

static bool prepare_beside(const struct conduct *a, const struct conduct *b)
{
	int64_t end = b->made_last > b->last_data_read ? b->made_last : b->last_data_read;

	return b->first_data_read < a->last_data_read && end > a->first_data_read;
}

/* Programs that one and the same starts, beside or after each other, to make data of data. */
static bool prepare_sibling(const struct judge *j, const struct process *p,
                            const struct process *other)
{
	const struct conduct *a = &j->conducts[p->number], *b = &j->conducts[other->number];

	return j->parents[p->number] && j->parents[p->number] == j->parents[other->number] &&
	       a->made && b->made && !a->tries && !b->tries;
}

/* Goes over data more than once, but as often as it takes to make others of them. */
static bool prepare_only(const struct judge *j, const struct process *p)
{
	const struct conduct *c = &j->conducts[p->number];

	if (c->saves || c->fetches)
		return false;
	for (size_t i = 1; i < p->file_count; i++) {
		judge_fetch(j, p, i);
		if ((recur_takes_part(j, p, i) || recur_anywhere(j, p, i)) &&
		    (!(j->made[p->number][i] & JUDGE_SOURCE) ||
		     recur_passes(&j->shared[process_file_at(p, i)->name]) > RECUR_TO_MAKE))
			return false;
	}
	return true;
}

/* The process itself, or one that makes data with it. */
static bool prepare_together(const struct judge *j, const struct process *p, size_t n)
{
	const struct process *other = &j->recording->processes[n], *parent = j->parents[p->number];

	return other == p || prepare_helps(j, other, p) || conduit_joins(j, other, p) ||
	       prepare_sibling(j, p, other) ||
	       (parent && prepare_helps(j, p, parent) && prepare_helps(j, other, parent) &&
	        prepare_beside(&j->conducts[p->number], &j->conducts[n]));
}

/* By its names it trains, nothing of it prepares, and what it seemed to make is read by none. */
static bool prepare_learns(const struct judge *j, const struct process *p)
{
	if (!named_trains(j, p) || j->features->evidence[p->number] & WORD_PREPARE)
		return false;
	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
		if (j->made[p->number][i] & JUDGE_DERIVED &&
		    j->shared[judge_final_name(process_file_at(p, i), u)].readers)
			return false;
	}
	return true;
}

/* Alone, or with those that its parent forked to work at the same time, and with
 * that parent where it writes what they read. */
void prepare_judge(struct judge *j, const struct process *p)
{
	struct conduct *own = &j->conducts[p->number];
	const struct process *parent = j->parents[p->number];
	uint64_t read = 0, made = 0;

	own->prepares = false;
	for (size_t i = 0; i < j->maker_count; i++)
		made += prepare_together(j, p, j->makers[i]) ? j->conducts[j->makers[i]].made : 0;
	if (parent && prepare_helps(j, p, parent)) {
		const struct conduct *c = &j->conducts[parent->number];
		bool meanwhile =
		        c->made_first < own->last_data_read && c->made_last > own->first_data_read;
		made += meanwhile ? c->made : 0;
	}
	if (!made)
		return;
	for (size_t n = 0; n < j->recording->count; n++)
		read += prepare_together(j, p, n) ? j->conducts[n].data_read : 0;
	own->prepares = prepare_makes(read, made, own->used) && !prepare_learns(j, p);
	if (own->trains && own->prepares && prepare_only(j, p))
		judge_no_training(j, p);
}
