/* SPDX-License-Identifier: Apache-2.0
 *
 * Who waits for whom, in the text report: main threads, longest first by the
 * order of processes.
 */
#include "report/text_part.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/units.h"

#define LISTED_WAITING 16
#define WAITING_SHARE  0.01 /* of a process's time: what is less is not told */

/* The pipe that the main thread waited at longest. */
static const struct pipe_end *text_worst_pipe(const struct pipes *pipes, uint32_t process)
{
	const struct pipe_end *worst = NULL;

	for (size_t i = 0; i < pipes->count; i++) {
		const struct pipe_end *end = pipes->ends[i];
		if (end->process == process && end->main_waited_s > 0 &&
		    (!worst || end->main_waited_s > worst->main_waited_s))
			worst = end;
	}
	return worst;
}

static void text_partner(const struct text *t, const struct process *p, FILE *to)
{
	const struct pipe_end *end = text_worst_pipe(t->s->pipes, p->number);
	const struct process *writer = end ? pipes_writer(t->s->pipes, end) : NULL;
	struct unit unit;

	if (!writer)
		return;
	fprintf(to, " (%s of it from %s%s", unit_seconds(&unit, end->main_waited_s),
	        process_role_name(writer->role), writer->role == ROLE_WORKER ? "s" : "");
	if (writer->role != ROLE_WORKER)
		fprintf(to, ", pid %" PRIu32, writer->pid);
	fprintf(to, ", %s)", names_text(t->s->recording->names, end->name));
}

static void text_waited(const struct text *t, const struct process *p, const char *lead, double all,
                        double time)
{
	const double *seconds = t->s->waiting->of[p->number].main_s;
	const char *comma = ": ";
	char *words = NULL;
	size_t size;
	FILE *to = open_memstream(&words, &size);
	struct unit a, b;

	if (!to)
		return;
	fprintf(to, "waited %s of %s", unit_seconds(&a, all), unit_seconds(&b, time));
	for (enum waiting_kind i = 0; i < WAITING_KINDS; i++) {
		if (seconds[i] < WAITING_SHARE * time)
			continue;
		fprintf(to, "%s%s %s", comma, unit_seconds(&a, seconds[i]), waiting_words(i));
		if (i == WAITING_PIPE)
			text_partner(t, p, to);
		comma = ", ";
	}
	if (!fclose(to))
		text_wrapped(t, lead, words);
	free(words);
}

/* Returns whether the process waited for anything worth a line. */
static bool text_waits(const struct text *t, const struct process *p)
{
	const double *seconds = t->s->waiting->of[p->number].main_s;
	double time = (double)(p->end_ns - p->start_ns) / 1e9, all = 0, most = 0;
	char lead[64];

	for (int i = 0; i < WAITING_KINDS; i++) {
		all += seconds[i];
		most = seconds[i] > most ? seconds[i] : most;
	}
	if (most < WAITING_SHARE * time || most <= 0)
		return false;
	snprintf(lead, sizeof lead, "%8" PRIu32 " %-14s ", p->pid, process_role_name(p->role));
	text_waited(t, p, lead, all, time);
	return true;
}

static void text_loaders(const struct text *t, const struct stall_part *p)
{
	const struct stall *stall = &t->s->stall;
	double all = p->storage_s + p->prepare_s + p->idle_s + p->blocked_s;
	uint32_t count = stall->workers ? stall->workers : stall->threads;
	struct unit turnover;

	if (p->turnover_s >= 0.01 * p->phase_s)
		text_say(t,
		         "%s of that from making workers until one of them loads, and for their "
		         "end (made %" PRIu32 " time%s).",
		         unit_seconds(&turnover, p->turnover_s), stall->generations,
		         stall->generations == 1 ? "" : "s");
	if (all > 0)
		text_say(t,
		         "%s %" PRIu32
		         " loader %s%s%s: %.0f %% storage%s, %.0f %% preprocessing, %.0f %% "
		         "short of work, %.0f %% blocked.",
		         stall->consumers > 1 ? "Their" : "Its", count,
		         stall->workers ? "worker" : "thread", count == 1 ? "" : "s",
		         stall->consumers > 1 ? " each" : "", 100 * p->storage_s / all,
		         stall->remote ? " (by network)" : "", 100 * p->prepare_s / all,
		         100 * p->idle_s / all, 100 * p->blocked_s / all);
}

static const char *text_what(const struct stall *s, bool alone)
{
	static const char *const words[][2] = {
	        {"waited for its loaders", "waited for their loaders"},
	        {"loaded its data itself", "loaded their data themselves"},
	        {"waited for its loaders, or for timers or other work,",
	         "waited for their loaders, or for timers or other work,"},
	};

	return words[alone ? 1 : s->timed ? 2 : 0][s->consumers > 1];
}

static void text_loader(const struct text *t, const struct stall_part *p)
{
	const struct stall *stall = &t->s->stall;
	bool alone = !stall->workers && !stall->threads;
	char who[40] = "main thread";
	struct unit a, b;

	if (stall->consumers > 1)
		snprintf(who, sizeof who, "%" PRIu32 " main threads", stall->consumers);
	text_say(t, "The %s %s for %s of %s (%.0f %%)%s%s.", who, text_what(stall, alone),
	         unit_seconds(&a, p->waited_s), unit_seconds(&b, p->phase_s),
	         100 * p->waited_s / p->phase_s, p->cause ? ": " : "",
	         p->cause ? stall_word(p->cause) : "");
	if (!alone)
		text_loaders(t, p);
	else if (p->untold_s > 0)
		text_say(t,
		         "The other %s are preprocessing or training: the reads have no rhythm "
		         "that tells which.",
		         unit_seconds(&a, p->untold_s));
	else if (p->waited_s > 0)
		text_say(t, "Of that, %s storage and %s preprocessing.",
		         unit_seconds(&a, p->storage_s), unit_seconds(&b, p->prepare_s));
}

static void text_stall(const struct text *t)
{
	if (t->s->stall.all.phase_s > 0)
		text_loader(t, &t->s->stall.all);
}

void text_waiting(const struct text *t)
{
	const struct recording *r = t->s->recording;
	size_t listed = 0;

	text_title(t, "Waiting (main threads)");
	for (size_t i = 0; i < r->count && listed < LISTED_WAITING; i++)
		listed += text_waits(t, &r->processes[i]);
	if (!listed)
		fputs("No main thread waited for 1 % of its time.\n", t->to);
	text_stall(t);
}
