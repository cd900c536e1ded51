/* SPDX-License-Identifier: Apache-2.0
 *
 * Folded stacks, as flame graph programs read them: a line a stack,
 * stage;frame;frame;... weight.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/call_sites.h"
#include "analysis/summary.h"
#include "export/export.h"
#include "read/resolve.h"

static uint64_t folded_weight(const struct site_sum *sum, enum export_by by)
{
	switch (by) {
	case EXPORT_BYTES: return site_bytes(sum);
	case EXPORT_OPS: return site_ops(sum);
	default: return sum->duration_ns;
	}
}

/* Separators inside names would be taken for the format's own. */
static void folded_text(FILE *to, const char *text)
{
	for (; *text; text++)
		fputc(*text == ';' || (unsigned char)*text < ' ' ? '_' : *text, to);
}

static void folded_frame(const struct names *names, const struct frame *frame, FILE *to)
{
	char *text = NULL;
	size_t length;
	FILE *memory = open_memstream(&text, &length);

	if (!memory)
		return;
	stacks_print(memory, names, frame, names_text(names, frame->qualified));
	fclose(memory);
	folded_text(to, text);
	free(text);
}

static void folded_stack(const struct names *names, const struct stack_sum *sum, uint64_t weight,
                         FILE *to)
{
	const struct stacks *stacks = &sum->process->stacks;

	fputs(stage_name(sum->stage), to);
	for (uint32_t i = stacks->stacks[sum->stack].count; i-- > 0;) {
		const struct frame *f = stacks_frame(stacks, sum->stack, i);
		fputc(';', to);
		folded_frame(names, f, to);
	}
	fprintf(to, " %" PRIu64 "\n", weight);
}

static void folded_all(const struct summary *s, const struct export_options *o, FILE *to)
{
	const struct call_sites *sites = s->found[ANALYSIS_call_sites];
	int stage = o->filter.stage;

	for (size_t i = 0; i < sites->stack_count; i++) {
		const struct stack_sum *sum = &sites->stacks[i];
		uint64_t weight = folded_weight(&sum->sum, o->by);
		if (weight && (stage < 0 || stage == sum->stage))
			folded_stack(s->recording->names, sum, weight, to);
	}
	for (int i = 0; i < AIOT_STAGES; i++) {
		uint64_t weight = folded_weight(&sites->without[i], o->by);
		if (weight && (stage < 0 || stage == i))
			fprintf(to, "%s;[no stack] %" PRIu64 "\n", stage_name((unsigned)i), weight);
	}
}

static int folded_failed(const struct export_options *o, struct problem *why)
{
	return problem_set(why, "%s: %s", o->output ? o->output : "standard output",
	                   strerror(errno));
}

static int folded_write(struct recording *recording, struct export_options *o, struct problem *why)
{
	FILE *to = o->output ? fopen(o->output, "we") : stdout;
	struct summary *summary;
	bool failed;

	if (!to)
		return folded_failed(o, why);
	resolve_frames(recording);
	summary = summary_make(recording);
	folded_all(summary, o, to);
	summary_free(summary);
	errno = 0;
	failed = fflush(to) || ferror(to);
	if (o->output)
		failed |= fclose(to) != 0;
	return failed && errno != EPIPE ? folded_failed(o, why) : 0;
}

const struct export_format export_folded = {"folded", true, false, folded_write};
