/* SPDX-License-Identifier: Apache-2.0
 *
 * aiotrace export: a recording in the formats of other programs.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "export/export.h"
#include "stage/stage.h"

static const struct export_format *const export_formats[] = {&export_chrome, &export_csv,
                                                             &export_fio, &export_folded};
#define EXPORT_FORMATS (sizeof export_formats / sizeof *export_formats)

static const struct export_format *export_find(const char *name)
{
	for (size_t i = 0; i < EXPORT_FORMATS; i++)
		if (!strcmp(export_formats[i]->name, name))
			return export_formats[i];
	return NULL;
}

static bool export_find_weight(const char *name, enum export_by *by)
{
	static const char *const weights[EXPORT_WEIGHTS] = {"bytes", "ops", "time"};

	for (int i = 0; i < EXPORT_WEIGHTS; i++)
		if (!strcmp(name, weights[i])) {
			*by = (enum export_by)i;
			return true;
		}
	return false;
}

static int export_all(const struct export_format *format, struct export_options *options,
                      char **names, size_t count)
{
	struct recording recording;
	struct problem why = {0};
	int status = recording_load(&recording, names, count) ? COMMAND_FAILURE : COMMAND_OK;

	if (status == COMMAND_OK && format->write(&recording, options, &why)) {
		fprintf(stderr, "aiotrace: %s\n", why.text);
		status = COMMAND_FAILURE;
	}
	problems_print(&recording.problems, stderr);
	filter_free(&options->filter);
	recording_free(&recording);
	return status;
}

static const struct option export_long[] = {
        {"format", required_argument, NULL, 'f'}, {"output", required_argument, NULL, 'o'},
        {"stage", required_argument, NULL, 's'},  {"path", required_argument, NULL, 'p'},
        {"from", required_argument, NULL, 'a'},   {"to", required_argument, NULL, 'z'},
        {"by", required_argument, NULL, 'b'},     {"stacks", no_argument, NULL, 'k'},
        {"help", no_argument, NULL, 'h'},         {0},
};

/* False where the option's value is none. */
static bool export_option(struct export_options *o, int option, const char *value)
{
	struct filter *filter = &o->filter;

	switch (option) {
	case 'o': o->output = value; return true;
	case 'p': filter->glob = value; return true;
	case 'a': return command_number(value, &filter->from_s);
	case 'z': return command_number(value, &filter->to_s);
	case 'k': o->stacks = true; return true;
	case 'b': return export_find_weight(value, &o->by);
	default: filter->stage = stage_by_name(value); return filter->stage >= 0;
	}
}

/* Sums of stacks are made of whole stages. */
static bool export_is_cut(const struct filter *filter)
{
	struct filter all;

	filter_init(&all);
	return filter->glob || filter->from_s > all.from_s || filter->to_s < all.to_s;
}

static int export_run(const struct command *self, int argc, char **argv)
{
	struct export_options o = {.by = EXPORT_BYTES};
	bool weighed = false;
	const struct export_format *format = NULL;
	int option;

	filter_init(&o.filter);
	while ((option = getopt_long(argc, argv, "ho:", export_long, NULL)) != -1) {
		if (option == 'h')
			return command_help(self);
		if (option == '?')
			return command_misuse(self, NULL, NULL);
		weighed |= option == 'b';
		if (option == 'f')
			format = export_find(optarg);
		if (option == 'f' ? !format : !export_option(&o, option, optarg))
			return command_misuse_value(self, export_long, option, optarg);
	}
	if (!filter_has_time(&o.filter))
		return command_misuse(self, FILTER_NO_TIME, NULL);
	if (!format)
		return command_misuse(self, "which format?", "--format chrome, csv, fio or folded");
	if (!format->is_text && !o.output)
		return command_misuse(self, "where to?", "-o FOLDER");
	if (o.stacks && !format->is_rows)
		return command_misuse(self, "--stacks is for chrome and csv, not for",
		                      format->name);
	if (weighed && (!format->is_text || format->is_rows))
		return command_misuse(self, "--by is for folded, not for", format->name);
	if (format->is_text && !format->is_rows && export_is_cut(&o.filter))
		return command_misuse(self, "only --stage selects in this format:", format->name);
	return export_all(format, &o, argv + optind, (size_t)(argc - optind));
}

const struct command command_export = {
        "export",
        "write a recording in another program's format",
        "Usage: aiotrace export --format F [OPTION...] [TRACE...]\n"
        "\n"
        "Formats:\n"
        "  chrome          every operation as a bar on its thread's track, for Perfetto\n"
        "                  (ui.perfetto.dev) and chrome://tracing; large recordings by\n"
        "                  --stage, --path, --from and --to\n"
        "  csv             every operation as a line, as aiotrace dump writes it\n"
        "  fio             into a folder: job.fio and an iolog (version 3) for each\n"
        "                  thread; run it with: cd TARGET && fio OUTPUT/job.fio.\n"
        "                  What fio can't do stands in OUTPUT/README\n"
        "  folded          a line a stack: stage;frame;...;frame weight, frames as\n"
        "                  dump --stacks has them, from the outermost on, as flame graph\n"
        "                  programs read it (flamegraph.pl, speedscope, inferno)\n"
        "\n"
        "  -o, --output F  the folder, or the file instead of standard output\n"
        "  --stage S       only this stage\n"
        "  --path GLOB, --from S, --to S\n"
        "                  not for folded: only these operations, as dump selects them\n"
        "  --stacks        for chrome and csv: with who called\n"
        "  --by WHAT       for folded: weight by bytes (default), ops, or time in ns\n"
        "\n"
        "Exit status: 0 if written, 1 if not, 2 for bad usage.\n",
        export_run,
};
