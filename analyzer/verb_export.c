/* SPDX-License-Identifier: Apache-2.0
 *
 * aiotrace export: a recording in the formats of other programs.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "call_sites.h"
#include "command.h"
#include "summary.h"

enum export_by { EXPORT_BYTES, EXPORT_OPS, EXPORT_TIME };

struct export_options {
	const char *file; /* NULL = standard output */
	enum export_by by;
	int stage; /* -1 = all */
};

static uint64_t export_weight(const struct site_sum *sum, enum export_by by)
{
	switch (by) {
	case EXPORT_BYTES: return site_bytes(sum);
	case EXPORT_OPS: return site_ops(sum);
	default: return sum->duration_ns;
	}
}

/* Separators inside names would be taken for the format's own. */
static void export_text(FILE *to, const char *text)
{
	for (; *text; text++)
		fputc(*text == ';' || (unsigned char)*text < ' ' ? '_' : *text, to);
}

static void export_folded_stack(const struct names *names, const struct stack_sum *sum,
                                uint64_t weight, FILE *to)
{
	const struct stacks *stacks = &sum->process->stacks;

	fputs(stage_name(sum->stage), to);
	for (uint32_t i = stacks->stacks[sum->stack].count; i-- > 0;) {
		const struct frame *f = stacks_frame(stacks, sum->stack, i);
		fputc(';', to);
		export_text(to, names_text(names, f->file));
		fprintf(to, ":%u:", f->line);
		export_text(to, names_text(names, f->qualified));
	}
	fprintf(to, " %" PRIu64 "\n", weight);
}

/* A line a stack: stage;frame;frame;... weight. */
static void export_folded(const struct summary *s, const struct export_options *o, FILE *to)
{
	const struct call_sites *sites = s->found[ANALYSIS_call_sites];

	for (size_t i = 0; i < sites->stack_count; i++) {
		const struct stack_sum *sum = &sites->stacks[i];
		uint64_t weight = export_weight(&sum->sum, o->by);
		if (weight && (o->stage < 0 || o->stage == sum->stage))
			export_folded_stack(s->recording->names, sum, weight, to);
	}
	for (int i = 0; i < AIOT_STAGES; i++) {
		uint64_t weight = export_weight(&sites->without[i], o->by);
		if (weight && (o->stage < 0 || o->stage == i))
			fprintf(to, "%s;[no stack] %" PRIu64 "\n", stage_name((unsigned)i), weight);
	}
}

static int export_failed(const struct export_options *o)
{
	fprintf(stderr, "aiotrace: %s: %s\n", o->file ? o->file : "standard output",
	        strerror(errno));
	return COMMAND_FAILURE;
}

static int export_write(const struct summary *summary, const struct export_options *o)
{
	FILE *to = o->file ? fopen(o->file, "we") : stdout;
	bool failed;

	if (!to)
		return export_failed(o);
	export_folded(summary, o, to);
	errno = 0;
	failed = fflush(to) || ferror(to);
	if (o->file)
		failed |= fclose(to) != 0;
	return failed && errno != EPIPE ? export_failed(o) : COMMAND_OK;
}

static int export_all(const struct export_options *o, char **names, size_t count)
{
	struct recording recording;
	int status = recording_load(&recording, names, count) ? COMMAND_FAILURE : COMMAND_OK;

	if (status == COMMAND_OK) {
		struct summary *summary = summary_make(&recording);
		status = export_write(summary, o);
		summary_free(summary);
	}
	problems_print(&recording.problems, stderr);
	recording_free(&recording);
	return status;
}

static const struct option export_long[] = {
        {"format", required_argument, NULL, 'f'}, {"output", required_argument, NULL, 'o'},
        {"by", required_argument, NULL, 'b'},     {"stage", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},         {0},
};

/* False where the option's value is none. */
static bool export_option(struct export_options *o, int option, const char *value)
{
	static const char *const weights[] = {"bytes", "ops", "time"};

	switch (option) {
	case 'f': return !strcmp(value, "folded");
	case 'o': o->file = value; return true;
	case 's': o->stage = stage_by_name(value); return o->stage >= 0;
	default:
		for (int i = 0; i <= EXPORT_TIME; i++)
			if (!strcmp(value, weights[i])) {
				o->by = (enum export_by)i;
				return true;
			}
		return false;
	}
}

static int export_run(const struct command *self, int argc, char **argv)
{
	struct export_options o = {.stage = -1};
	bool format = false;
	int option;

	while ((option = getopt_long(argc, argv, "ho:", export_long, NULL)) != -1) {
		if (option == 'h')
			return command_help(self);
		if (option == '?')
			return command_misuse(self, NULL, NULL);
		if (!export_option(&o, option, optarg))
			return command_misuse(self, "no such value:", optarg);
		format |= option == 'f';
	}
	if (!format)
		return command_misuse(self, "which format?", "--format folded");
	return export_all(&o, argv + optind, (size_t)(argc - optind));
}

const struct command command_export = {
        "export",
        "write a recording in another program's format",
        "Usage: aiotrace export --format folded [OPTION...] [TRACE...]\n"
        "\n"
        "Formats:\n"
        "  folded          a line a stack: stage;frame;...;frame weight, frames as\n"
        "                  file:line:function from the outermost on, as flame graph\n"
        "                  programs read it (flamegraph.pl, speedscope, inferno)\n"
        "\n"
        "  -o FILE         write to FILE, not to standard output\n"
        "  --by WHAT       weight: bytes (default), ops, or time in ns\n"
        "  --stage S       only this stage\n"
        "\n"
        "Exit status: 0 if anything could be read, 1 if not, 2 for bad usage.\n",
        export_run,
};
