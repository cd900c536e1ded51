/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/series.h"

#include <stdlib.h>
#include <string.h>

#include "base/wrap.h"
#include "stage/no_state.h"

/* Smaller files of one size may be data. */
#define EVEN_STATE (UINT64_C(256) << 10)

/* Files may all be called by numbers: what another line of the program writes is of another
 * series. */
static uint32_t series_number(struct judge *j, uint32_t name, uint32_t site)
{
	char *text = clue_series(names_text(j->recording->names, name));
	size_t length = strlen(text);
	uint32_t number;

	text = memory_again(text, length + sizeof site);
	memcpy(text + length, &site, sizeof site);
	number = names_add(j->series_names, text, length + sizeof site);
	free(text);
	return number;
}

static void series_add(struct judge *j, uint32_t writer, const struct file *file,
                       const struct use *u)
{
	uint32_t name = judge_final_name(file, u);
	uint32_t number = series_number(j, name, u->site);
	struct series *s;
	uint64_t times = u->write_opens > 1 && (u->truncated || u->renamed_to) ? u->write_opens : 1;
	int64_t opened =
	        u->first_open && u->first_open < u->first_write ? u->first_open : u->first_write;

	j->series = memory_grow(j->series, number, &j->series_room, sizeof *j->series);
	s = &j->series[number];
	j->conducts[writer - 1].kinds += !s->members;
	j->series_of[name] = j->series_of[file->name] = number;
	if (!s->members || u->write_bytes / times < s->least)
		s->least = u->write_bytes / times;
	if (u->write_bytes / times > s->most)
		s->most = u->write_bytes / times;
	if (!s->first || opened < s->first)
		s->first = opened;
	if (u->last_write > s->last)
		s->last = u->last_write;
	/* A path written again spends unknown time between its turns. */
	if (times == 1)
		s->spent = wrap_add(s->spent, (uint64_t)wrap_subtract((uint64_t)u->last_write,
		                                                      (uint64_t)opened));
	if (!s->members || u->read_before < s->from)
		s->from = u->read_before;
	if (u->read_before > s->until)
		s->until = u->read_before;
	if (!s->members || u->switched_before < s->switched[0])
		s->switched[0] = u->switched_before;
	if (u->switched_before > s->switched[1])
		s->switched[1] = u->switched_before;
	s->amid += times == 1 ? u->read_until - u->read_before : 0;
	s->writer = !s->members || s->writer == writer ? writer : UINT32_MAX;
	s->shrinks |= u->write_bytes / times < s->latest || times > 1;
	s->latest = u->write_bytes / times;
	s->again += j->shared[name].recurs;
	s->used += j->shared[name].readers > 0;
	s->members += (uint32_t)times;
}

void series_join(struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = features_use(j->features, p->number, i, &(struct use){0});

	if (u->write_bytes)
		series_add(j, p->number + 1, process_file_at(p, i), u);
}

/* Old members of a series go when new ones come. */
void series_removed(struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
	uint32_t name = process_file_at(p, i)->name;

	if (u->removed && j->shared[name].maker == p->number + 1)
		j->series[j->series_of[name]].removed = true;
}

/* Reads what was written before under such a name, and then writes some itself. */
void series_resumed(struct judge *j, const struct process *p)
{
	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
		struct series *s = &j->series[j->series_of[process_file_at(p, i)->name]];
		if (!u->read_bytes || u->writes || !j->series_of[process_file_at(p, i)->name])
			continue;
		if (s->reader != p->number + 1 || u->first_read < s->read)
			s->read = u->first_read;
		s->reader = p->number + 1;
	}
	for (size_t i = 1; i < p->file_count; i++) {
		const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
		uint32_t name = judge_final_name(process_file_at(p, i), u);
		struct series *s = &j->series[j->series_of[name]];
		if (u->write_bytes && s->reader == p->number + 1 && s->read < u->first_write)
			s->resumed |= s->least >= NO_STATE_BELOW;
	}
}

/* All of a size, as the state of one model is; and the older ones are removed. */
int series_even(const struct judge *j, uint32_t name)
{
	const struct series *s = &j->series[j->series_of[name]];

	/* So are small files of data, which may come with pauses. */
	return (s->least == s->most && s->least >= EVEN_STATE) + 2 * s->removed;
}

/* Other things happen between: most of the time, or reading. */
static bool series_apart(const struct series *s)
{
	return s->spent < wrap_subtract((uint64_t)s->last, (uint64_t)s->first) / 2 ||
	       (s->writer != UINT32_MAX && (s->until - s->from) / 4 > s->amid);
}

/* Many of its members are read again and again: the others are data, too. */
bool series_again(const struct judge *j, uint32_t name)
{
	const struct series *s = &j->series[j->series_of[name]];

	return j->series_of[name] && s->again >= 3 && s->again * 8 >= s->members;
}

/* All that one wrote who read nothing is read by others, as no run goes back to each of
 * its states: data that were made. */
bool series_used(const struct judge *j, uint32_t name)
{
	const struct series *s = &j->series[j->series_of[name]];

	return j->series_of[name] && s->members >= 2 && s->used == s->members &&
	       s->writer != UINT32_MAX && !j->conducts[s->writer - 1].files_read;
}

/* One for each file that is read, or for each few of the same number: products of them. */
bool series_each(const struct judge *j, uint32_t name)
{
	const struct series *s = &j->series[j->series_of[name]];
	uint64_t turned = s->switched[1] - s->switched[0];

	return j->series_of[name] && s->members >= SERIES_MANY && s->writer != UINT32_MAX &&
	       turned >= s->members / 2 && turned <= 2 * (uint64_t)s->members &&
	       (s->least < s->most || s->members >= 2 * SERIES_MANY);
}

/* Each larger than the one before, as a model of more and more trees is. */
bool series_grows(const struct series *s)
{
	return s->members >= 4 && !s->shrinks && s->most > s->least + s->least / 4;
}

bool series_in_turns(const struct judge *j, uint32_t name)
{
	const struct series *s = &j->series[j->series_of[name]];
	bool alike = s->most <= s->least + s->least / 4;

	return j->series_of[name] && s->members >= 2 && (alike || series_grows(s)) &&
	       series_apart(s);
}

/* All of one size, each larger than what was read since the one before, of which nothing
 * was while it was written: what is made of data grows with them. */
bool series_steady(const struct judge *j, uint32_t name)
{
	const struct series *s = &j->series[j->series_of[name]];

	return series_in_turns(j, name) && s->members >= 3 && s->least == s->most &&
	       s->least >= EVEN_STATE && s->writer != UINT32_MAX && !s->amid &&
	       (s->until - s->from) / (s->members - 1) <= s->least / 4;
}

/* As large as the one before to the byte, again and again, as notes hardly are. */
bool series_exact(const struct judge *j, uint32_t name)
{
	const struct series *s = &j->series[j->series_of[name]];

	return series_in_turns(j, name) && s->members >= 3 && s->least == s->most;
}
