/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/share.h"

#include "read/clue.h"
#include "read/evidence.h"
#include "read/system.h"
#include "stage/below.h"
#include "stage/named.h"
#include "stage/recur.h"

/* Of such, how many were made to copy the whole: they tell how it is kept, not what it is used
 * for. */
static uint64_t share_used(const struct use *u, uint64_t times)
{
	uint64_t copies = u->read_end > 0 ? u->copied_bytes / (uint64_t)u->read_end : 0;

	return times - (copies < times ? copies : times);
}

static void share_reads(struct shared *s, const struct process *p, const struct use *u)
{
	uint64_t begins = share_used(u, u->begins), returns = share_used(u, u->returns);
	uint64_t bytes = u->read_bytes - u->copied_bytes;

	s->readers++;
	s->reads += u->reads;
	s->read_bytes += bytes;
	s->begins += begins;
	s->jumps += recur_jumped(u);
	s->returns += returns;
	s->serial |= u->evidence[0] & EVIDENCE_SERIAL && !(u->evidence[0] & EVIDENCE_CHECKPOINT);
	s->called_state |= named_for(u, DIRECTION_READ) == WORD_STATE;
	s->called_else |= named_for(u, DIRECTION_READ) != WORD_STATE;
	s->backs += u->read.count[ACCESS_RANDOM];
	s->ahead += u->ahead;
	s->back += u->back;
	s->breaks += pattern_total(&u->read) - u->read.count[ACCESS_CONSECUTIVE];
	if (p->role == ROLE_WORKER) {
		s->worker_begins += begins;
		s->worker_read = true;
	}
	if (begins > s->most_begins)
		s->most_begins = begins;
	if (returns > s->most_returns)
		s->most_returns = returns;
	if (bytes > s->most_bytes)
		s->most_bytes = bytes;
	if (u->maps > s->most_maps)
		s->most_maps = u->maps;
	if (u->first_read && (!s->first_read || use_first_read(u) < s->first_read))
		s->first_read = use_first_read(u);
}

void share_file(struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
	struct shared *s = &j->shared[process_file_at(p, i)->name];

	if (!s->known) {
		s->clue = (uint8_t)j->recording->clues[process_file_at(p, i)->name];
		s->optimizer = clue_optimizer(
		        names_text(j->recording->names, process_file_at(p, i)->name));
		s->known = true;
	}
	if (u->reads && !(u->maps && judge_fills(j, p, i)) &&
	    !below_is_lock(j->recording, process_file_at(p, i), u))
		share_reads(s, p, u);
	if (u->writes) {
		s->writers++;
		s->maker = p->number + 1;
		j->shared[judge_final_name(process_file_at(p, i), u)].maker = p->number + 1;
		s->write_bytes += u->write_bytes;
		if (!s->first_write || u->first_write < s->first_write)
			s->first_write = u->first_write;
		if (u->last_write > s->last_write)
			s->last_write = u->last_write;
	}
	s->locked |= u->locked;
	if (u->read_end > s->extent)
		s->extent = u->read_end;
	if (u->write_end > s->extent)
		s->extent = u->write_end;
	if (process_file_more(p, i)->size > s->extent)
		s->extent = process_file_more(p, i)->size;
}

/* What a process reads before others may say how these are to be read. */
void share_firsts(struct judge *j, const struct process *p)
{
	size_t first = 0, count = 0;
	int64_t begun = INT64_MAX;

	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
		process_fetch(p, i);
		if (!u->read_bytes || !system_is_not(j->recording, process_file_at(p, i)))
			continue;
		count++;
		first = u->first_read < begun ? i : first;
		begun = u->first_read < begun ? u->first_read : begun;
	}
	if (!first)
		return;
	j->shared[process_file_at(p, first)->name].firsts++;
	j->shared[process_file_at(p, first)->name].leads |= count > 1;
}
