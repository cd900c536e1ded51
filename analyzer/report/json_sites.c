/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json_sites.h"

#include "analysis/site_place.h"
#include "analysis/witness.h"

#define SITES_A_STAGE 100

/* The frames of a stack, from the outermost. */
static json_t *json_frames(const struct names *names, const struct stack_sum *sum)
{
	const struct stacks *stacks = &sum->process->stacks;
	json_t *list = json_array();

	for (uint32_t i = stacks->stacks[sum->stack].count; i-- > 0;) {
		const struct frame *f = stacks_frame(stacks, sum->stack, i);
		json_t *o =
		        json_pack("{s:o, s:o, s:o}", "file", json_bytes(names_text(names, f->file)),
		                  "line", json_count(f->line), "function",
		                  json_bytes(names_text(names, f->qualified)));
		if (f->module)
			json_object_set_new(o, "module", json_bytes(names_text(names, f->module)));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *json_site(const struct names *names, const struct call_sites *sites,
                         const struct call_site *site)
{
	const struct site_sum *sum = &site->sum;
	char place[512];
	json_t *o;

	site_place(names, site->file, site->line, site->function, place, sizeof place);
	o = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "stage", stage_name(site->stage),
	              "site", json_bytes(place), "file", json_bytes(names_text(names, site->file)),
	              "line", json_count(site->line), "function",
	              json_bytes(names_text(names, site->function)), "libraries",
	              json_bytes(names_text(sites->texts, site->libraries)), "stacks",
	              json_count(site->stacks));
	json_object_set_new(o, "native", json_bytes(names_text(sites->texts, site->native)));
	json_object_set_new(o, "estimated_ops", json_count(sum->estimated_ops));
	json_object_set_new(o, "read_ops", json_count(sum->read_ops));
	json_object_set_new(o, "write_ops", json_count(sum->write_ops));
	json_object_set_new(o, "meta_ops", json_count(sum->meta_ops));
	json_object_set_new(o, "read_bytes", json_count(sum->read_bytes));
	json_object_set_new(o, "write_bytes", json_count(sum->write_bytes));
	json_object_set_new(o, "time_s", json_real((double)sum->duration_ns / 1e9));
	json_object_set_new(o, "stack", json_frames(names, &sites->stacks[site->heaviest]));
	return o;
}

json_t *json_sites(const struct summary *summary, const struct report_options *options)
{
	const struct call_sites *sites = summary->found[ANALYSIS_call_sites];
	size_t most = options->top < SITES_A_STAGE ? options->top : SITES_A_STAGE;
	size_t shown[AIOT_STAGES] = {0};
	json_t *list = json_array();

	for (size_t i = 0; i < sites->site_count; i++) {
		const struct call_site *site = &sites->sites[i];
		if (options->stage >= 0 && options->stage != site->stage)
			continue;
		if (shown[site->stage]++ < most)
			json_array_append_new(list,
			                      json_site(summary->recording->names, sites, site));
	}
	return list;
}

void json_witnesses(const struct summary *summary, unsigned stage, json_t *why)
{
	const struct call_sites *sites = summary->found[ANALYSIS_call_sites];
	struct witness list[WITNESSES];
	size_t count = witnesses_find(sites, stage, list);
	char text[512];

	for (size_t i = 0; i < count; i++) {
		witness_text(sites, summary->recording->names, stage, &list[i], text, sizeof text);
		json_array_append_new(why, json_bytes(text));
	}
}
