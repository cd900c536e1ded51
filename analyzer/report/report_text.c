/* SPDX-License-Identifier: Apache-2.0
 *
 * The report for a terminal: the verdict first, then its tables, each at most
 * 100 columns wide, last what is missing.
 */
#include "report/text_part.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/units.h"
#include "report/report_mapped.h"

#define LISTED_PROCESSES 24
#define STAGE_LEAD       "            "

void text_title(const struct text *t, const char *title)
{
	fprintf(t->to, "\n%s%s%s\n", t->options->colour ? "\033[1m" : "", title,
	        t->options->colour ? "\033[0m" : "");
}

static bool text_stage_shown(const struct text *t, int i)
{
	const struct stage_summary *s = &t->s->stages[i];

	return (t->options->stage < 0 || t->options->stage == i) &&
	       (s->read_ops || s->write_ops || s->meta_ops);
}

static void text_coverage(const struct text *t)
{
	double read = t->s->coverage.read.share, write = t->s->coverage.write.share;

	if (read >= 0 && write >= 0)
		text_say(t,
		         "The trace holds %.1f %% of the bytes the kernel counted as read and %.1f "
		         "%% of those written.",
		         100 * read, 100 * write);
	else if (read >= 0)
		text_say(t, "The trace holds %.1f %% of the bytes the kernel counted as read.",
		         100 * read);
}

static void text_head(const struct text *t)
{
	const struct recording *r = t->s->recording;
	struct unit d;

	for (size_t i = 0; i < r->run_count && i < 4; i++)
		fprintf(t->to, "%s%s", i ? ",\n    " : "Run ", text_tail(t, r->runs[i], 64));
	fprintf(t->to, "%s: %s, %zu process%s\n", r->run_count > 4 ? ", ..." : "",
	        unit_seconds(&d, recording_duration_s(r)), r->count, r->count == 1 ? "" : "es");
	text_verdict(t);
	text_coverage(t);
}

static void text_ratio(char *to, size_t room, const struct stage_summary *s)
{
	if (!s->read_bytes && !s->write_bytes)
		snprintf(to, room, "-");
	else if (!s->write_bytes)
		snprintf(to, room, "reads");
	else if (!s->read_bytes)
		snprintf(to, room, "writes");
	else if ((double)s->read_bytes < 999.5 * (double)s->write_bytes)
		snprintf(to, room, "%.3g", (double)s->read_bytes / (double)s->write_bytes);
	else
		snprintf(to, room, ">999");
}

static void text_stage(const struct text *t, int i)
{
	const struct stage_summary *s = &t->s->stages[i];
	struct unit read, written, p50, p99, mean, peak;
	char ratio[24], pattern[32], words[256];
	int used = 0; /* faults on pages in memory have no latency */

	text_ratio(ratio, sizeof ratio, s);
	snprintf(pattern, sizeof pattern, "%s%s", pattern_class(&s->pattern),
	         strcmp(summary_across_files(s), "shuffled") ? "" : "/shuffled");
	fprintf(t->to, "%-10s %8" PRIu64 " %8" PRIu64 " %7" PRIu64 " %8s %8s %6s %-19s",
	        stage_name((unsigned)i), s->read_ops, s->write_ops, s->meta_ops,
	        unit_bytes(&read, (double)s->read_bytes),
	        unit_bytes(&written, (double)s->write_bytes), ratio, pattern);
	fprintf(t->to, " %6s\n",
	        s->latency.max
	                ? unit_seconds(&p50, (double)histogram_percentile(&s->latency, 0.5) / 1e9)
	                : "-");
	if (!(s->read_ops + s->write_ops))
		return;
	if (s->latency.max)
		used = snprintf(
		        words, sizeof words, "p99 %s, max %s; %s/s while busy, ",
		        unit_seconds(&p99, (double)histogram_percentile(&s->latency, 0.99) / 1e9),
		        unit_seconds(&p50, (double)s->latency.max / 1e9),
		        unit_bytes(&mean, rate_while_busy(&s->rate)));
	snprintf(words + used, sizeof words - (size_t)used,
	         "at most %s/s over %.3g s; %.0f %% sure", unit_bytes(&peak, rate_peak(&s->rate)),
	         rate_window_s(&s->rate), 100 * s->confidence);
	text_wrapped(t, STAGE_LEAD, words);
	report_mapped_text(&s->mapped, t->to);
}

static void text_reasons(const struct text *t, int i)
{
	const struct stage_summary *s = &t->s->stages[i];

	if (i == AIOT_STAGE_RUNTIME || i == AIOT_STAGE_IPC)
		return;
	for (unsigned k = 0; k < REASON_COUNT; k++) {
		char words[160];
		if (!s->reason_files[k])
			continue;
		snprintf(words, sizeof words, "%s (%" PRIu64 " file%s)", stage_reason_text(k),
		         s->reason_files[k], s->reason_files[k] == 1 ? "" : "s");
		text_wrapped(t, STAGE_LEAD, words);
	}
	text_witnesses(t, (unsigned)i);
}

static void text_stages(const struct text *t)
{
	bool any = false;

	text_title(t, "Stages");
	fprintf(t->to, "%-10s %8s %8s %7s %8s %8s %6s %-19s %6s\n", "stage", "reads", "writes",
	        "other", "read", "written", "r/w", "pattern", "p50");
	for (int i = 0; i < AIOT_STAGES; i++)
		if (text_stage_shown(t, i)) {
			any = true;
			text_stage(t, i);
			text_reasons(t, i);
		}
	if (!any)
		fputs("None: the trace holds no event of any.\n", t->to);
}

static void text_process(const struct text *t, const struct process *p)
{
	const struct process_summary *s = &t->s->processes[p->number];
	struct unit read, written, time;
	char rank[24] = "-";

	if (p->rank >= 0)
		snprintf(rank, sizeof rank, "%d/%d", p->rank, p->world_size);
	fprintf(t->to, "%8" PRIu32 " %-14s %6s %9" PRIu64 " %8s %9" PRIu64 " %8s %8s  %s\n", p->pid,
	        process_role_name(p->role), rank, s->read_ops,
	        unit_bytes(&read, (double)s->read_bytes), s->write_ops,
	        unit_bytes(&written, (double)s->write_bytes),
	        unit_seconds(&time, (double)(p->end_ns - p->start_ns) / 1e9),
	        p->ended ? "" : "no end seen");
}

static void text_processes(const struct text *t)
{
	const struct recording *r = t->s->recording;

	text_title(t, "Processes (without runtime and ipc)");
	fprintf(t->to, "%8s %-14s %6s %9s %8s %9s %8s %8s\n", "pid", "role", "rank", "reads",
	        "read", "writes", "written", "time");
	for (size_t i = 0; i < r->count && i < LISTED_PROCESSES; i++)
		text_process(t, &r->processes[i]);
	if (r->count > LISTED_PROCESSES)
		fprintf(t->to, "%8s and %zu more (--json lists all)\n", "",
		        r->count - LISTED_PROCESSES);
}

/* Whole names, where one fits; whole characters. */
static const char *text_tail_of(const char *path, size_t width)
{
	size_t n = strlen(path);
	const char *tail = n > width ? path + n - width : path, *slash;

	if (tail == path || tail[-1] == '/')
		return tail;
	slash = strchr(tail, '/');
	if (slash && slash[1])
		return slash + 1;
	while (((unsigned char)*tail & 0xC0) == 0x80)
		tail++;
	return tail;
}

/* A path that is cut does not begin there: "…/name", or "…ame". */
static const char *text_cut(const char *path, const char *tail)
{
	if (tail == path)
		return "";
	return tail[-1] == '/' ? "…/" : "…";
}

const char *text_tail(const struct text *t, const char *path, size_t width)
{
	int fits = (int)width + t->options->width - REPORT_WIDTH;
	static char rooms[TEXT_TAILS][4 * TEXT_TAIL_MOST + sizeof "…/"];
	static unsigned next;
	char *room = rooms[next++ % TEXT_TAILS];
	const char *tail, *cut;

	if (fits > TEXT_TAIL_MOST)
		fits = TEXT_TAIL_MOST;
	if (fits < TEXT_TAIL_LEAST)
		fits = TEXT_TAIL_LEAST;
	tail = strlen(path) > (size_t)fits ? text_tail_of(path, (size_t)fits - 2) : path;
	cut = text_cut(path, tail);
	memcpy(room, cut, strlen(cut));
	escape_plain(tail, room + strlen(cut), sizeof rooms[0] - strlen(cut));
	return room;
}

static void text_file(const struct text *t, const struct file_summary *f)
{
	struct unit read, written;

	fprintf(t->to, "%8s %8" PRIu64 " %8s %8" PRIu64 " %-10s %-10s  %s\n",
	        unit_bytes(&read, (double)f->read_bytes), f->read_ops,
	        unit_bytes(&written, (double)f->write_bytes), f->write_ops, stage_name(f->stage),
	        pattern_class(&f->pattern),
	        text_tail(t, names_text(t->s->recording->names, f->name), 40));
}

static bool text_file_shown(const struct text *t, const struct file_summary *f)
{
	if (t->options->stage >= 0)
		return f->stage == t->options->stage;
	return f->stage != AIOT_STAGE_RUNTIME && f->stage != AIOT_STAGE_IPC;
}

static void text_files(const struct text *t)
{
	size_t shown = 0;

	text_title(t, "Files with most bytes");
	fprintf(t->to, "%8s %8s %8s %8s %-10s %-10s  %s\n", "read", "reads", "written", "writes",
	        "stage", "pattern", "path");
	for (size_t i = 0; i < t->s->file_count && shown < t->options->top; i++)
		if (text_file_shown(t, &t->s->files[i])) {
			text_file(t, &t->s->files[i]);
			shown++;
		}
	if (!shown)
		fputs("None: no data of files was read or written.\n", t->to);
}

static void text_missing(const struct text *t)
{
	const struct recording *r = t->s->recording;
	const struct missing *m = &t->s->missing;
	size_t open = 0, notes = 0;

	for (size_t i = 0; i < r->count; i++) {
		open += !r->processes[i].ended;
		notes += r->processes[i].note_count;
	}
	text_title(t, "Missing");
	if (!m->count && !open && !notes && !r->problems.total &&
	    !report_mapped_lacks(&t->s->mapped))
		fputs("Nothing: no event was lost, every process ended in order.\n", t->to);
	for (size_t i = 0; i < m->count; i++) {
		text_wrapped(t, "", m->items[i].text);
		text_wrapped(t, "  What to do: ", m->items[i].advice);
	}
	if (open)
		fprintf(t->to,
		        "%zu process%s killed or still running; what %s did until then is "
		        "in the report.\n",
		        open, open == 1 ? " was" : "es were", open == 1 ? "it" : "they");
	report_mapped_missing(&t->s->mapped, t->to);
	if (notes)
		fprintf(t->to, "%zu note%s of the library (aiotrace info shows %s).\n", notes,
		        notes == 1 ? "" : "s", notes == 1 ? "it" : "them");
	if (r->problems.total)
		fprintf(t->to, "%zu damaged place%s in the trace, listed on standard error.\n",
		        r->problems.total, r->problems.total == 1 ? "" : "s");
}

int report_text(const struct summary *summary, const struct report_options *options, FILE *to)
{
	struct text t = {summary, options, to};

	text_head(&t);
	text_findings(&t);
	text_stages(&t);
	text_course(&t);
	text_processes(&t);
	text_waiting(&t);
	text_checkpoints(&t);
	text_restores(&t);
	text_latency(&t);
	text_cache(&t);
	text_mounts(&t);
	text_sites(&t);
	text_tree(&t);
	text_files(&t);
	text_missing(&t);
	return fflush(to) ? -1 : 0;
}
