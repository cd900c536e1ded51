/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the time of I/O went, in the text report: calls, and the slowest
 * operations.
 */
#include "report/text_part.h"

#include <inttypes.h>
#include <stdlib.h>

#include "analysis/latency.h"
#include "analysis/straggler.h"
#include "base/units.h"
#include "base/wrap.h"

#define LISTED_CALLS 12
#define LISTED_SLOW  8
#define PATH_WIDTH   40

static bool text_work(const struct text *t, unsigned stage)
{
	if (t->options->stage >= 0)
		return stage == (unsigned)t->options->stage;
	return stage != AIOT_STAGE_RUNTIME && stage != AIOT_STAGE_IPC;
}

static void text_call(const struct text *t, const struct latency_row *row)
{
	const struct latency_sum *sum = row->sum;
	struct unit all, p50, p99, most;

	fprintf(t->to, "%-10s %-19.19s %9" PRIu64 " %8s %8s %8s %8s", stage_name(row->stage),
	        sum->name, sum->ns.total, unit_seconds(&all, (double)sum->total_ns / 1e9),
	        unit_seconds(&p50, (double)histogram_percentile(&sum->ns, 0.5) / 1e9),
	        unit_seconds(&p99, (double)histogram_percentile(&sum->ns, 0.99) / 1e9),
	        unit_seconds(&most, (double)sum->ns.max / 1e9));
	if (sum->failed)
		fprintf(t->to, "  %" PRIu64 " failed", sum->failed);
	fputc('\n', t->to);
}

static void text_calls(const struct text *t, const struct latency *l)
{
	size_t count, listed = 0;
	struct latency_row *rows = latency_rows(l, &count);

	for (size_t i = 0; i < count && listed < LISTED_CALLS; i++) {
		if (!text_work(t, rows[i].stage))
			continue;
		if (!listed++) {
			text_title(t, "Time in calls (without runtime and ipc)");
			fprintf(t->to, "%-10s %-19s %9s %8s %8s %8s %8s\n", "stage", "call",
			        "calls", "time", "p50", "p99", "max");
		}
		text_call(t, &rows[i]);
	}
	free(rows);
}

static int text_slower(const void *one, const void *other)
{
	const struct slow_op *a = *(struct slow_op *const *)one;
	const struct slow_op *b = *(struct slow_op *const *)other;

	if (a->duration_ns != b->duration_ns)
		return a->duration_ns > b->duration_ns ? -1 : 1;
	return a->start_ns < b->start_ns ? -1 : a->start_ns > b->start_ns;
}

static void text_slow_op(const struct text *t, const struct slow_op *op)
{
	const struct recording *r = t->s->recording;
	const struct process *p = &r->processes[op->process];
	uint32_t name = process_file_at(p, op->file)->name;
	struct unit took, size;

	fprintf(t->to, "%9.2f s %8s %-16.16s %9s %8" PRIu32 "  %s\n",
	        wrap_seconds(r->start_ns, op->start_ns),
	        unit_seconds(&took, (double)op->duration_ns / 1e9), op->call,
	        op->size ? unit_bytes(&size, (double)op->size) : "-", p->pid,
	        name ? text_tail(t, names_text(r->names, name), PATH_WIDTH) : "-");
}

static void text_slowest(const struct text *t, const struct latency *l)
{
	const struct slow_op *all[AIOT_STAGES * LATENCY_SLOWEST];
	size_t count = 0;

	for (unsigned i = 0; i < AIOT_STAGES; i++)
		for (uint32_t k = 0; k < l->slow_count[i] && text_work(t, i); k++)
			all[count++] = &l->slowest[i][k];
	if (!count)
		return;
	qsort(all, count, sizeof *all, text_slower);
	text_title(t, "Slowest operations");
	fprintf(t->to, "%11s %8s %-16s %9s %8s  %s\n", "at", "took", "call", "asked", "pid",
	        "path");
	for (size_t i = 0; i < count && i < LISTED_SLOW; i++)
		text_slow_op(t, all[i]);
}

static void text_stragglers(const struct text *t)
{
	size_t count;
	struct straggler *all = stragglers_find(t->s, &count);
	struct unit a, b;

	if (count)
		text_title(t, "Slower than others of their role");
	for (size_t i = 0; i < count && i < LISTED_SLOW; i++)
		text_say(t,
		         "%s %" PRIu32 " on %s: %s of storage an operation; the median of %" PRIu32
		         " is %s",
		         process_role_name(all[i].process->role), all[i].process->pid,
		         process_host(all[i].process), unit_seconds(&a, all[i].op_s), all[i].among,
		         unit_seconds(&b, all[i].median_s));
	free(all);
}

void text_latency(const struct text *t)
{
	const struct latency *l = t->s->found[ANALYSIS_latency];

	text_calls(t, l);
	text_slowest(t, l);
	text_stragglers(t);
}
