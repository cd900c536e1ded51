/* SPDX-License-Identifier: Apache-2.0
 *
 * The report for a terminal: the verdict first, then its tables, each at most
 * 100 columns wide, last what is missing.
 */
#include "report/text_part.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/saving.h"
#include "base/escape.h"
#include "base/units.h"
#include "base/wrap.h"
#include "report/report_mapped.h"

#define LISTED_PROCESSES 24
#define LISTED_MOMENTS   20
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

/* The stage that moved most bytes of those that are storage work. */
static int text_heaviest(const struct summary *s, bool write)
{
	int best = -1;
	uint64_t most = 0;

	for (int i = 0; i < AIOT_STAGES; i++) {
		uint64_t bytes = write ? s->stages[i].write_bytes : s->stages[i].read_bytes;
		if (i != AIOT_STAGE_RUNTIME && i != AIOT_STAGE_IPC && bytes > most) {
			most = bytes;
			best = i;
		}
	}
	return best;
}

/* What is less changes no share. */
#define UNTOLD 0.005

static void text_verdict_loading(const struct text *t, const struct stall *stall)
{
	const struct stall_part *p = &stall->all;
	double share = p->phase_s > 0 ? 100 * p->waited_s / p->phase_s : 0;

	if (p->cause)
		fprintf(t->to, "\nLoading: %s%s, %s waits %s%.0f %% of its time.",
		        stall_word(p->cause), stall->cached ? " (page cache)" : "",
		        stall_stage(t->s) == AIOT_STAGE_TRAIN ? "training" : "inference",
		        p->untold_s >= UNTOLD * p->phase_s ? "at least " : "", share);
	/* It waits, and nobody is to blame. */
	if (p->cause == STALL_COMPUTE && share >= 10)
		fputs("\nIts loaders have nothing to do meanwhile: it is what getting a "
		      "batch takes, or\nthe first ones of an epoch.",
		      t->to);
	if (p->cause == STALL_COMPUTE && !stall->workers && !stall->threads)
		fputs("\nIt loads its data itself: what it does behind the last read of a batch "
		      "counts as training.",
		      t->to);
	if (p->cause)
		return;
	if (stall->timed) {
		fprintf(t->to,
		        "\nLoading: the main thread waits in an event loop for %.0f %% of its "
		        "time, for its loaders\nor for timers and other work that it awaits: "
		        "nothing tells which.",
		        share);
		return;
	}
	if (p->untold_s > 0)
		fprintf(t->to,
		        "\nLoading: storage takes %.0f %% of the time; the rest is preprocessing "
		        "or %s.",
		        share, stall_stage(t->s) == AIOT_STAGE_TRAIN ? "training" : "inference");
	else if (p->phase_s > 0 && stall->threads)
		fprintf(t->to,
		        "\nLoading: %" PRIu32
		        " thread%s read for %.0f %% of the time and hardly wait for who uses it;\n"
		        "nothing shows that another one waits for them.",
		        stall->threads, stall->threads == 1 ? "" : "s",
		        100 * p->storage_s / (stall->threads * p->phase_s));
}

static void text_verdict(const struct text *t)
{
	int reads = text_heaviest(t->s, false), writes = text_heaviest(t->s, true);
	struct unit a, b;

	if (reads < 0 && writes < 0) {
		fputs(t->s->stall.remote
		              ? "No file's data was read or written: loaders got theirs by network."
		              : "No data was read from or written to storage.",
		      t->to);
	} else {
		if (reads >= 0)
			fprintf(t->to, "Most reading is %s (%s).", stage_name((unsigned)reads),
			        unit_bytes(&a, (double)t->s->stages[reads].read_bytes));
		if (writes >= 0)
			fprintf(t->to, "%sMost writing is %s (%s).", reads >= 0 ? " " : "",
			        stage_name((unsigned)writes),
			        unit_bytes(&b, (double)t->s->stages[writes].write_bytes));
	}
	text_verdict_loading(t, &t->s->stall);
	fputc('\n', t->to);
}

static void text_coverage(const struct text *t)
{
	double read = t->s->coverage.read.share, write = t->s->coverage.write.share;

	if (read >= 0)
		fprintf(t->to, "The trace holds %.1f %% of the bytes the kernel counted as read",
		        100 * read);
	if (read >= 0 && write >= 0)
		fprintf(t->to, " and %.1f %% of those written", 100 * write);
	if (read >= 0)
		fputs(".\n", t->to);
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
	text_moments(&t, &summary->checkpoints, true);
	text_moments(&t, &summary->restores, false);
	text_latency(&t);
	text_cache(&t);
	text_mounts(&t);
	text_sites(&t);
	text_tree(&t);
	text_files(&t);
	text_missing(&t);
	return fflush(to) ? -1 : 0;
}
