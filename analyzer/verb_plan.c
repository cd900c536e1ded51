/* SPDX-License-Identifier: Apache-2.0
 *
 * aiotrace plan: what checkpoint storage has to deliver, by the sizing rules,
 * for given parameters or for those behind a recording's checkpoints.
 */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "sizing_print.h"
#include "base/quantity.h"

/* The advice over the years: every four hours, then each, then half of one. */
static const double usual_intervals_s[] = {4 * 3600, 3600, 1800};

struct plan_options {
	struct sizing_question given; /* 0 where the command line says nothing */
	bool json;
};

struct plan_option {
	const char *name, *wants;
	bool (*parse)(const char *text, double *value);
	size_t at; /* of the value in the question */
};

static bool plan_whole(const char *text, double *value)
{
	return quantity_count(text, value) && *value == floor(*value);
}

#define AT(field) offsetof(struct sizing_question, field)
static const struct plan_option values[] = {
        {"params", "a number of parameters such as 175B", quantity_count, AT(parameters)},
        {"interval", "a time such as 30m", quantity_seconds, AT(interval_s)},
        {"gpus", "a whole number", plan_whole, AT(gpus)},
        {"share", "a percentage such as 5", quantity_percent, AT(share)},
        {"fan-out", "a number", quantity_count, AT(fan_out)},
        {"bytes-per-param", "a number", quantity_count, AT(state_each)},
        {"mttf", "a time such as 12h", quantity_seconds, AT(mttf_s)},
};
#define VALUES (sizeof values / sizeof *values)

static int plan_option(const struct command *self, struct plan_options *options, int number)
{
	const struct plan_option *o = &values[number];
	char reason[80];

	if (o->parse(optarg, (double *)((char *)&options->given + o->at)))
		return COMMAND_OK;
	snprintf(reason, sizeof reason, "--%s wants %s, not", o->name, o->wants);
	return command_misuse(self, reason, optarg);
}

static double plan_either(double given, double otherwise)
{
	return given > 0 ? given : otherwise;
}

/* What the command line leaves open comes from the recording, then from the
 * rules. */
static int plan_make(const struct plan_options *options, const struct sizing_measured *m)
{
	const struct sizing_question *given = &options->given;
	double each = plan_either(given->state_each, SIZING_STATE_EACH);
	double parameters = given->parameters, interval = given->interval_s;
	struct sizing_plan plan = {.measured = m, .intervals_s = &interval, .interval_count = 1};

	if (parameters <= 0)
		parameters = sizing_parameters(m->bytes, each);
	if (interval <= 0 && m)
		interval = m->interval_s;
	if (interval <= 0) {
		plan.intervals_s = usual_intervals_s;
		plan.interval_count = sizeof usual_intervals_s / sizeof *usual_intervals_s;
	}
	plan.question = sizing_question(parameters, plan.intervals_s[0]);
	plan.question.state_each = each;
	plan.question.share = plan_either(given->share, SIZING_SHARE);
	plan.question.fan_out = plan_either(given->fan_out, SIZING_FAN_OUT);
	plan.question.gpus = plan_either(given->gpus, m && m->ranks > 1 ? m->ranks : 0);
	plan.question.mttf_s = given->mttf_s;
	errno = 0;
	if ((options->json ? sizing_json(&plan, stdout) : sizing_text(&plan, stdout)) &&
	    errno != EPIPE) {
		fprintf(stderr, "aiotrace: standard output: %s\n", strerror(errno));
		return COMMAND_FAILURE;
	}
	return COMMAND_OK;
}

static int plan_from_trace(const struct plan_options *options, char **names, size_t count)
{
	struct recording recording;
	int status = recording_load(&recording, names, count) ? COMMAND_FAILURE : COMMAND_OK;

	if (status == COMMAND_OK) {
		struct summary *summary = summary_make(&recording);
		struct sizing_measured measured = sizing_measured(summary);
		if (options->given.parameters <= 0 && measured.bytes <= 0) {
			fprintf(stderr, "aiotrace plan: %s holds no checkpoint; give --params\n",
			        recording.run_count ? recording.runs[0] : "the trace");
			status = COMMAND_FAILURE;
		} else {
			status = plan_make(options, &measured);
		}
		summary_free(summary);
	}
	problems_print(&recording.problems, stderr);
	recording_free(&recording);
	return status;
}

static int plan_run(const struct command *self, int argc, char **argv)
{
	struct option options[VALUES + 3] = {{"json", no_argument, NULL, 'j'},
	                                     {"help", no_argument, NULL, 'h'}};
	struct plan_options read = {0};
	int option, status;

	for (size_t i = 0; i < VALUES; i++)
		options[2 + i] =
		        (struct option){values[i].name, required_argument, NULL, 256 + (int)i};
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'h': return command_help(self);
		case 'j': read.json = true; break;
		case '?': return command_misuse(self, NULL, NULL);
		default:
			if ((status = plan_option(self, &read, option - 256)))
				return status;
		}
	}
	if (optind < argc || read.given.parameters <= 0)
		return plan_from_trace(&read, argv + optind, (size_t)(argc - optind));
	return plan_make(&read, NULL);
}

const struct command command_plan = {
        "plan",
        "tell what checkpoints need, by the sizing rules",
        "Usage: aiotrace plan [--params N] [--interval T] [OPTION...] [TRACE...]\n"
        "\n"
        "Tells how large a model's checkpoints are and how fast storage has to save and\n"
        "restore them. Without --params, for the model whose checkpoints stand in TRACE\n"
        "(without TRACE, in the newest run in ./aiotrace.data), and how that run did.\n"
        "\n"
        "  --params N           parameters: 175B, 8e9\n"
        "  --interval T         between checkpoints: 30m, 1h; else 4 h, 1 h and 30 min\n"
        "  --gpus N             shares for each GPU, and how often so many fail\n"
        "  --share P            of the interval that a save may take, in percent (5)\n"
        "  --fan-out N          bytes read by a restore for each byte saved (8)\n"
        "  --bytes-per-param N  of a checkpoint with its optimizer's state (14)\n"
        "  --mttf T             mean time to failure of the job\n"
        "  --json               as JSON; units are in the names, bandwidths in bytes/s\n"
        "\n"
        "The rules: a checkpoint holds 14 bytes a parameter (half-precision weights 2,\n"
        "fp32 master copy 4, Adam's moments 4 and 4); saving takes at most 5 % of the\n"
        "interval; a restore reads 8 times what was saved, since every GPU reads, and\n"
        "takes no longer. The interval that loses least is sqrt(2 x time to failure x\n"
        "time of a save), by Young and Daly.\n"
        "\n"
        "Exit status: 0, 1 without a checkpoint or a readable trace, 2 for bad usage.\n",
        plan_run,
};
