/* SPDX-License-Identifier: Apache-2.0
 *
 * Call sites as a tree, in the text report: who called whom, a stage at a time.
 */
#include "report/text_part.h"

#include <inttypes.h>

#include "analysis/tree.h"
#include "base/units.h"

#define TREE_DEPTH 40
#define TREE_LEAST 0.01 /* of its stage's bytes, or time where it has no bytes */

static double tree_share(const struct tree *t, const struct site_sum *sum)
{
	const struct site_sum *all = &t->nodes[0].sum;
	double bytes = (double)site_bytes(all), time = (double)all->duration_ns;

	if (bytes > 0)
		return (double)site_bytes(sum) / bytes;
	return time > 0 ? (double)sum->duration_ns / time : 1;
}

static void text_tree_node(const struct text *text, struct tree *t, uint32_t node, int depth)
{
	const struct site_sum *sum = &t->nodes[node].sum;
	struct unit bytes, time;

	fprintf(text->to, "%8s %5.1f %% %8" PRIu64 " %8s  %*s%s\n",
	        unit_bytes(&bytes, (double)site_bytes(sum)), 100 * tree_share(t, sum),
	        site_ops(sum), unit_seconds(&time, (double)sum->duration_ns / 1e9), 2 * depth, "",
	        names_text(t->labels, t->nodes[node].label));
	tree_sort(t, node);
	for (uint32_t c = t->nodes[node].child; c && depth < TREE_DEPTH; c = t->nodes[c].sibling)
		if (tree_share(t, &t->nodes[c].sum) >= TREE_LEAST)
			text_tree_node(text, t, c, depth + 1);
}

static void text_tree_stage(const struct text *text, const struct call_sites *sites, int stage)
{
	struct tree *t = tree_make(sites, text->s->recording->names, (unsigned)stage);

	if (t->count > 1) {
		fprintf(text->to, "%8s %7s %8s %8s  %s\n", "bytes", "share", "calls", "time",
		        stage_name((unsigned)stage));
		tree_sort(t, 0);
		for (uint32_t c = t->nodes[0].child; c; c = t->nodes[c].sibling)
			if (tree_share(t, &t->nodes[c].sum) >= TREE_LEAST)
				text_tree_node(text, t, c, 0);
	}
	tree_free(t);
}

void text_tree(const struct text *text)
{
	const struct call_sites *sites = text->s->found[ANALYSIS_call_sites];

	if (!text->options->tree || !sites->stack_count)
		return;
	text_title(text, "Callers (from 1 % of a stage on; libraries folded)");
	for (int i = 0; i < AIOT_STAGES; i++)
		if (text->options->stage >= 0 ? text->options->stage == i
		                              : i != AIOT_STAGE_RUNTIME && i != AIOT_STAGE_IPC)
			text_tree_stage(text, sites, i);
}
