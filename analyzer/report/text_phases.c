/* SPDX-License-Identifier: Apache-2.0
 *
 * What happened when, in words, and what the program said of it, in the text
 * report.
 */
#include "report/text_phases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/marks.h"
#include "analysis/period.h"
#include "base/units.h"
#include "base/wrap.h"

#define LISTED_PHASES 16

static const char letters[] = "-iptcrf"; /* by stage, from other to inference */

static size_t text_phase_part(char *to, size_t size, unsigned stage, const struct period_part *p)
{
	struct unit read, written;
	const char *r = p->bytes[0] >= 1 ? unit_bytes(&read, p->bytes[0]) : NULL;
	const char *w = p->bytes[1] >= 1 ? unit_bytes(&written, p->bytes[1]) : NULL;
	int n = snprintf(to, size, "%s%s%s%s%s%s%s%s", stage_name(stage), r || w ? " (" : "",
	                 r ? r : "", r ? " read" : "", r && w ? ", " : "", w ? w : "",
	                 w ? " written" : "", r || w ? ")" : "");

	return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

static void text_phase(const struct text *t, const struct period *p)
{
	char words[512], lead[64];
	struct unit took;
	size_t n = 0;

	for (unsigned k = 0; k < AIOT_STAGES; k++) {
		if (!(p->stages & 1u << k))
			continue;
		if (n && n + 3 < sizeof words)
			n += (size_t)snprintf(words + n, sizeof words - n, ", ");
		n += text_phase_part(words + n, sizeof words - n, k, &p->parts[k]);
	}
	snprintf(lead, sizeof lead, "%9.2f s %9.2f s %9s  ", (double)p->from_ns / 1e9,
	         (double)p->to_ns / 1e9, unit_seconds(&took, wrap_seconds(p->from_ns, p->to_ns)));
	text_wrapped(t, lead, words);
}

void text_phases(const struct text *t)
{
	struct periods all = periods_find(t->s->found[ANALYSIS_course], t->s->recording);

	if (all.count && t->options->stage < 0) {
		text_title(t, "Phases");
		fprintf(t->to, "%11s %11s %9s  stages at work\n", "from", "to", "took");
	}
	for (size_t i = 0; i < all.count && t->options->stage < 0; i++) {
		if (i == LISTED_PHASES) {
			fprintf(t->to, "%11s and %zu more (--json lists all)\n", "", all.count - i);
			break;
		}
		text_phase(t, &all.items[i]);
	}
	free(all.items);
}

/* The main thread that says most. */
static uint32_t text_marks_whose(const struct marks *all)
{
	uint32_t most = 0;

	for (size_t i = 1; i < all->processes; i++)
		if (all->of[i].count > all->of[most].count)
			most = (uint32_t)i;
	return most;
}

static char text_marks_letter(uint8_t stage)
{
	return stage < sizeof letters - 1 ? letters[stage] : ' ';
}

/* Short stages show, whatever else is in the column. */
static void text_marks_set(char *row, unsigned column, char letter)
{
	char there = row[column];
	bool rare = there == 'c' || there == 'r' ||
	            (there != ' ' && there != '-' && strchr(row, there) == strrchr(row, there));
	bool more = letter == ' ' || letter == '-' || strchr(row, letter);

	if (!rare || !more)
		row[column] = letter;
}

static void text_marks_fill(char *row, unsigned width, const struct marks_of *of,
                            const struct recording *r)
{
	double step = recording_duration_s(r) * 1e9 / width;
	char now = ' ';
	unsigned at = 0;

	for (size_t i = 0; i < of->count && step > 0; i++) {
		double place = (double)wrap_span(r->start_ns, of->items[i].at_ns) / step;
		unsigned column = place <= 0 ? 0 : place >= width ? width - 1 : (unsigned)place;
		for (at++; at < column; at++)
			row[at] = now;
		at = column;
		now = text_marks_letter(of->items[i].stage);
		text_marks_set(row, column, now);
	}
	for (at++; of->count && at < width; at++)
		row[at] = now;
}

void text_marks(const struct text *t, unsigned width)
{
	const struct marks *all = t->s->found[ANALYSIS_marks];
	const struct recording *r = t->s->recording;
	uint32_t whose;
	char row[128];
	bool first = true;

	if (!all->count || width >= sizeof row)
		return;
	whose = text_marks_whose(all);
	memset(row, ' ', width);
	row[width] = 0;
	text_marks_fill(row, width, &all->of[whose], r);
	fprintf(t->to, "%-10s |%s|", "marks", row);
	for (unsigned k = 0; k < sizeof letters - 1; k++)
		if (letters[k] != '-' && strchr(row, letters[k])) {
			fprintf(t->to, "%s %c %s", first ? "" : ",", letters[k], stage_name(k));
			first = false;
		}
	if (r->count > 1)
		fprintf(t->to, " (pid %llu)", (unsigned long long)r->processes[whose].pid);
	fputc('\n', t->to);
}
