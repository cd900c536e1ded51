/* SPDX-License-Identifier: Apache-2.0
 *
 * The verdict: what moved most bytes, and whether anybody waited for them.
 */
#include "report/text_part.h"

#include <inttypes.h>

#include "base/units.h"

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
	if (p->cause && !stall->workers && !stall->threads)
		fputs(stall->asleep ? "\nIt loads its data itself, and its steps sleep: all "
		                      "other time, but for saving and\nbetween epochs, counts as "
		                      "loading."
		                    : "\nIt loads its data itself: what it does behind the last "
		                      "read of a batch, collating too, counts\nas training.",
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

void text_verdict(const struct text *t)
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
