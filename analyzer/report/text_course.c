/* SPDX-License-Identifier: Apache-2.0
 *
 * What happened when: stages over the run's time, epochs, bursts, and what a
 * cache would do, in the text report.
 */
#include "report/text_part.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/course.h"
#include "base/units.h"
#include "base/wrap.h"
#include "report/text_phases.h"

/* Columns of a sparkline: at most, at least, and what stands beside it. */
#define WIDTH         56
#define WIDTH_LEAST   16
#define WIDTH_BESIDE  44
#define LISTED_EPOCHS 16

/* What a terminal can show is known by its locale alone. */
static bool text_utf8(void)
{
	const char *names[] = {getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG")};

	for (int i = 0; i < 3; i++)
		if (names[i] && *names[i])
			return strstr(names[i], "UTF-8") || strstr(names[i], "utf8");
	return false;
}

static void text_level(const struct text *t, double share)
{
	static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	static const char *const letters[] = {" ", ".", ":", "-", "=", "+", "*", "%", "#"};
	int level = share <= 0 ? 0 : 1 + (int)(share * 7.999);

	fputs((text_utf8() ? blocks : letters)[level > 8 ? 8 : level], t->to);
}

static int text_plot(const struct text *t)
{
	int fits = t->options->width - WIDTH_BESIDE;

	return fits > WIDTH ? WIDTH : fits < WIDTH_LEAST ? WIDTH_LEAST : fits;
}

/* The value of a window that a sparkline shows. */
typedef double text_value(const struct flow_window *window);

static double text_bytes(const struct flow_window *w)
{
	return w->bytes[0] + w->bytes[1];
}

static double text_busy(const struct flow_window *w)
{
	return w->busy_ns;
}

/* A window's value, over the columns that it touches. */
static void text_columns(double *column, int width, double from, double to, double value)
{
	for (int k = (int)fmax(0, from); k < width && k < to; k++) {
		double part = fmin(to, k + 1) - fmax(from, k);
		if (part > 0)
			column[k] += value * part / (to - from);
	}
}

/* Over the run's time; the highest column is the busiest moment. */
static void text_sparkline(const struct text *t, const struct flow *f, text_value *value)
{
	int width = text_plot(t);
	double column[WIDTH] = {0}, most = 0;
	double step = recording_duration_s(t->s->recording) * 1e9 / width;

	for (uint32_t i = 0; i < f->used && step > 0; i++) {
		double from = (double)i * (double)f->width_ns / step;
		double to = fmin(from + (double)f->width_ns / step, width);
		if (to > from)
			text_columns(column, width, from, to, value(&f->windows[i]));
	}
	for (int i = 0; i < width; i++)
		most = fmax(most, column[i]);
	for (int i = 0; i < width; i++)
		text_level(t, most > 0 ? column[i] / most : 0);
}

static void text_stage_over_time(const struct text *t, const struct course_stage *c, unsigned stage)
{
	struct burst_bursts b = burst_bursts(&c->burst);
	struct unit size;

	fprintf(t->to, "%-10s |", stage_name(stage));
	text_sparkline(t, &c->flow, text_bytes);
	fputc('|', t->to);
	if (b.count > 1)
		fprintf(t->to, " %" PRIu64 " bursts of %s, %.0f %% on", b.count,
		        unit_bytes(&size, b.mean_bytes), 100 * b.duty_cycle);
	fputc('\n', t->to);
}

/* How many reads and writes of all shown stages were under way. */
static void text_in_flight(const struct text *t, const struct flow *all, size_t most)
{
	if (!all->used)
		return;
	fprintf(t->to, "%-10s |", "in flight");
	text_sparkline(t, all, text_busy);
	fprintf(t->to, "| at most %zu\n", most);
}

static bool text_stage_wanted(const struct text *t, unsigned stage)
{
	return t->options->stage < 0 || t->options->stage == (int)stage;
}

static bool text_any(const struct text *t, const struct course *c)
{
	for (unsigned i = 0; i < AIOT_STAGES; i++)
		if (c->stages[i].burst.bytes && text_stage_wanted(t, i))
			return true;
	return false;
}

static void text_over_time(const struct text *t)
{
	const struct course *c = t->s->found[ANALYSIS_course];
	struct unit length;
	struct flow all = {0};
	size_t most = 0;

	if (!text_any(t, c))
		return;
	text_title(t, "Over time (bytes moved)");
	for (unsigned i = 0; i < AIOT_STAGES; i++) {
		const struct course_stage *stage = &c->stages[i];
		if (!stage->burst.ops || !text_stage_wanted(t, i))
			continue;
		flow_merge(&all, &stage->flow);
		most = stage->depth.most > most ? stage->depth.most : most;
		if (stage->burst.bytes)
			text_stage_over_time(t, stage, i);
	}
	text_in_flight(t, &all, most);
	flow_free(&all);
	text_marks(t, text_plot(t));
	fprintf(t->to, "%-10s 0%*s\n", "", text_plot(t),
	        unit_seconds(&length, recording_duration_s(t->s->recording)));
}

static void text_epoch(const struct text *t, const struct epoch *e, uint32_t number)
{
	double known = (double)(e->hit_bytes + e->storage_bytes);
	double seconds = (double)epoch_ns(e) / 1e9;
	const struct stall_part *p = &t->s->stall.epochs[number - 1];
	struct unit took, bytes;

	fprintf(t->to, "%5" PRIu32 " %9.2f s %8s %8" PRIu64 " %9s", number,
	        wrap_seconds(t->s->recording->start_ns, e->first_ns), unit_seconds(&took, seconds),
	        e->files, unit_bytes(&bytes, (double)e->bytes));
	if (known > 0)
		fprintf(t->to, " %8.0f %%", 100 * (double)e->hit_bytes / known);
	else
		fprintf(t->to, " %10s", "-");
	if (p->phase_s > 0)
		fprintf(t->to, " %6.0f %%%s %s", 100 * p->waited_s / p->phase_s,
		        p->untold_s > 0 ? "+" : " ",
		        p->cause          ? stall_word(p->cause)
		        : p->untold_s > 0 ? "rest not told"
		                          : "");
	fputc('\n', t->to);
}

static void text_epochs(const struct text *t, const struct epochs *e)
{
	if (e->count < 2)
		return;
	text_title(t, "Epochs");
	fprintf(t->to, "%5s %11s %8s %8s %9s %10s %8s\n", "epoch", "at", "took", "files", "read",
	        "from cache", "waited");
	for (uint32_t i = 0; i < e->count && i < LISTED_EPOCHS; i++)
		text_epoch(t, &e->items[i], i + 1);
	if (e->count > LISTED_EPOCHS)
		fprintf(t->to, "%5s and %" PRIu32 " more (--json lists all)\n", "",
		        e->count - LISTED_EPOCHS);
}

/* Where reads come again, what share of them a cache would serve. */
static void text_reuse(const struct text *t, const struct reuse *r)
{
	struct unit unique, size;
	double bytes;

	if (!r || reuse_read_bytes(r) < 1.5 * reuse_unique_bytes(r))
		return;
	bytes = reuse_unique_bytes(r);
	fprintf(t->to,
	        "In whole pages, training read %s, %s of them for the first time.\nAn LRU "
	        "cache would serve",
	        unit_bytes(&size, reuse_read_bytes(r)), unit_bytes(&unique, bytes));
	for (int part = 4; part > 0; part /= 2) {
		double share = 1.0 / part;
		if (share * bytes >= reuse_least_bytes(r))
			fprintf(t->to, "%s %.0f %% with %s", share > 0.25 ? "," : "",
			        100 * (1 - reuse_miss_ratio(r, 1.02 * share * bytes)),
			        unit_bytes(&size, share * bytes));
	}
	fputs(".\n", t->to);
}

void text_course(const struct text *t)
{
	const struct course *c = t->s->found[ANALYSIS_course];

	text_over_time(t);
	text_phases(t);
	text_epochs(t, c->epochs);
	if (t->options->stage < 0 || t->options->stage == AIOT_STAGE_TRAIN)
		text_reuse(t, c->stages[AIOT_STAGE_TRAIN].reuse);
}
