/* SPDX-License-Identifier: Apache-2.0
 *
 * aiotrace compare: two recordings side by side, for eyes, programs and CI.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "compare.h"

#define COMPARE_CONDITIONS 64

struct comparison {
	struct recording recordings[2];
	struct summary *summaries[2];
	const char *conditions[COMPARE_CONDITIONS];
	size_t condition_count;
	bool json;
};

/* Both wrong conditions and fulfilled ones are failures: CI must not pass by a
 * slip of the pen. */
static int comparison_judge(const struct comparison *c, const struct compare *compare)
{
	int status = COMMAND_OK;
	struct problem why = {0};

	for (size_t i = 0; i < c->condition_count; i++) {
		int holds = compare_holds(compare, c->conditions[i], &why);
		if (holds < 0) {
			fprintf(stderr, "aiotrace: %s\n", why.text);
			return COMMAND_USAGE;
		}
		if (holds) {
			fprintf(stderr, "aiotrace: failed by: %s\n", c->conditions[i]);
			status = COMMAND_FAILURE;
		}
	}
	return status;
}

static int comparison_print(const struct comparison *c, char **names)
{
	struct compare compare;
	int status;

	compare_make(&compare, c->summaries[0], c->summaries[1]);
	if (c->json) {
		json_t *json = compare_json(&compare, names[0], names[1]);
		json_dumpf(json, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(json);
	} else {
		compare_text(&compare, names[0], names[1], stdout);
	}
	status = comparison_judge(c, &compare);
	compare_free(&compare);
	return status;
}

static int comparison_all(struct comparison *c, char **names)
{
	int status = COMMAND_OK;

	for (int i = 0; i < 2; i++) {
		if (recording_load(&c->recordings[i], &names[i], 1))
			status = COMMAND_FAILURE;
		else
			c->summaries[i] = summary_make(&c->recordings[i]);
		problems_print(&c->recordings[i].problems, stderr);
	}
	if (status == COMMAND_OK)
		status = comparison_print(c, names);
	for (int i = 0; i < 2; i++) {
		if (c->summaries[i])
			summary_free(c->summaries[i]);
		recording_free(&c->recordings[i]);
	}
	return status;
}

static const struct option comparison_options[] = {
        {"json", no_argument, NULL, 'j'},
        {"fail-if", required_argument, NULL, 'f'},
        {"help", no_argument, NULL, 'h'},
        {0},
};

static int comparison_run(const struct command *self, int argc, char **argv)
{
	struct comparison c = {0};
	int option;

	while ((option = getopt_long(argc, argv, "h", comparison_options, NULL)) != -1) {
		switch (option) {
		case 'h': return command_help(self);
		case 'j': c.json = true; break;
		case 'f':
			if (c.condition_count == COMPARE_CONDITIONS)
				return command_misuse(self, "too many conditions", NULL);
			c.conditions[c.condition_count++] = optarg;
			break;
		default: return command_misuse(self, NULL, NULL);
		}
	}
	if (argc - optind != 2)
		return command_misuse(self, "two recordings are compared: A B", NULL);
	return comparison_all(&c, argv + optind);
}

const struct command command_compare = {
        "compare",
        "set two recordings side by side",
        "Usage: aiotrace compare [--json] [--fail-if CONDITION]... A B\n"
        "\n"
        "Sets recording B beside A, stage by stage; B/A is the second's share of the first.\n"
        "\n"
        "  --json            for programs\n"
        "  --fail-if C       exit with 1 if C holds: [STAGE.]METRIC, one of < <= > >= ==, and\n"
        "                    a number: of B; with x behind it, of B/A; with %, of the change\n"
        "                    from A to B. As in: --fail-if 'train.latency_p99_s > 1.5x'\n"
        "\n"
        "Metrics, of stages: read_ops, write_ops, meta_ops, read_bytes, write_bytes,\n"
        "latency_p50_s, latency_p99_s, latency_max_s (of reads and writes), bandwidth (bytes/s\n"
        "while any is under way), bandwidth_mean (with pauses, of each 0.1 s at most), busy_s.\n"
        "Of the run, without STAGE: duration_s, checkpoint_s, checkpoint_share (of the\n"
        "interval), checkpoint_bandwidth, restore_s (means), stall_s, lost_events. What is not\n"
        "known fulfils no condition.\n"
        "\n"
        "Exit status: 0, or 1 if a condition holds or nothing could be read, 2 for bad usage.\n",
        comparison_run,
};
