/* SPDX-License-Identifier: Apache-2.0
 *
 * A line for each checkpoint and each restore.
 */
#include "report/text_part.h"

#include <inttypes.h>

#include "analysis/saving.h"
#include "base/units.h"
#include "base/wrap.h"

#define LISTED_MOMENTS 20

/* Faults tell of less than what is written through a mapping. */
static bool text_at_least(const struct moment *m, bool save)
{
	return save && m->labour.mapped_bytes;
}

static void text_moment(const struct text *t, const struct moment *m, bool save)
{
	struct unit bytes, took, rate, every;
	bool least = text_at_least(m, save);
	char share[24] = "-";

	if (m->interval_s > 0)
		snprintf(share, sizeof share, "%.1f %%", 100 * moment_seconds(m) / m->interval_s);
	fprintf(t->to, "%9.2f s %*s%s %8s %10s/s %5" PRIu32,
	        wrap_seconds(t->s->recording->start_ns, m->start_ns), least ? 7 : 8,
	        unit_bytes(&bytes, (double)m->bytes), least ? "+" : "",
	        unit_seconds(&took, moment_seconds(m)), unit_bytes(&rate, moment_bandwidth(m)),
	        m->processes);
	if (save)
		fprintf(t->to, " %8s %7s %10s",
		        m->interval_s > 0 ? unit_seconds(&every, m->interval_s) : "-", share,
		        m->unfinished                   ? "unfinished"
		        : saving_of(t->s, m).background ? "background"
		                                        : "waited for");
	fprintf(t->to, "  %s\n", text_tail(t, m->path, save ? 22 : 50));
}

static void text_moments(const struct text *t, const struct moments *moments, bool save)
{
	bool least = false;

	if (!moments->count)
		return;
	text_title(t, save ? "Checkpoints" : "Restores");
	fprintf(t->to, "%11s %8s %8s %12s %5s", "at", "size", "took", "bandwidth", "procs");
	if (save)
		fprintf(t->to, " %8s %7s %10s", "interval", "share", "mode");
	fputs("  path\n", t->to);
	for (size_t i = 0; i < moments->count && i < LISTED_MOMENTS; i++) {
		text_moment(t, &moments->items[i], save);
		least |= text_at_least(&moments->items[i], save);
	}
	if (moments->count > LISTED_MOMENTS)
		fprintf(t->to, "%11s and %zu more (--json lists all)\n", "",
		        moments->count - LISTED_MOMENTS);
	if (least)
		fputs("+ at least: written through mappings, of which page faults tell.\n", t->to);
}

void text_checkpoints(const struct text *t)
{
	text_moments(t, &t->s->checkpoints, true);
}

void text_restores(const struct text *t)
{
	text_moments(t, &t->s->restores, false);
}
