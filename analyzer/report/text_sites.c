/* SPDX-License-Identifier: Apache-2.0
 *
 * Who did the I/O, in the text report: the lines of the user's code with most
 * bytes of each stage.
 */
#include "report/text_part.h"

#include <inttypes.h>

#include "analysis/site_place.h"
#include "analysis/witness.h"
#include "base/units.h"

#define SITES_A_STAGE 3
#define SITE_WIDTH    512

static void text_site(const struct text *t, const struct call_sites *sites,
                      const struct call_site *site)
{
	char place[SITE_WIDTH], line[2 * SITE_WIDTH], lead[SITE_WIDTH];
	const char *libraries = names_text(sites->texts, site->libraries);
	const char *native = names_text(sites->texts, site->native);
	struct unit bytes, time;

	site_place(t->s->recording->names, site->file, site->line, site->function, place,
	           sizeof place);
	snprintf(lead, sizeof lead, "%-10s %8s %8" PRIu64 " %8s  ", stage_name(site->stage),
	         unit_bytes(&bytes, (double)site_bytes(&site->sum)), site_ops(&site->sum),
	         unit_seconds(&time, (double)site->sum.duration_ns / 1e9));
	snprintf(line, sizeof line, "%s%s%s%s%s", place, site->libraries ? " > " : "", libraries,
	         site->native ? " > " : "", native);
	text_wrapped(t, lead, line);
}

static void text_sites_of(const struct text *t, const struct call_sites *sites, int stage)
{
	size_t most = t->options->stage < 0 ? SITES_A_STAGE : t->options->top, shown = 0;

	for (size_t i = 0; i < sites->site_count && shown < most; i++)
		if (sites->sites[i].stage == stage) {
			text_site(t, sites, &sites->sites[i]);
			shown++;
		}
}

static bool text_sites_shown(const struct text *t, int stage)
{
	if (t->options->stage >= 0)
		return t->options->stage == stage;
	return stage != AIOT_STAGE_RUNTIME && stage != AIOT_STAGE_IPC;
}

void text_sites(const struct text *t)
{
	const struct call_sites *sites = t->s->found[ANALYSIS_call_sites];

	text_title(t, "Call sites (the user's line > libraries it went through)");
	if (!sites->site_count) {
		fputs("None: no stacks were recorded. AIOTRACE_STACKS=native records those of C "
		      "and C++.\n",
		      t->to);
		return;
	}
	fprintf(t->to, "%-10s %8s %8s %8s  %s\n", "stage", "bytes", "calls", "time", "line");
	for (int i = 0; i < AIOT_STAGES; i++)
		if (text_sites_shown(t, i))
			text_sites_of(t, sites, i);
}

void text_witnesses(const struct text *t, unsigned stage)
{
	const struct call_sites *sites = t->s->found[ANALYSIS_call_sites];
	struct witness list[WITNESSES];
	size_t count = witnesses_find(sites, stage, list);
	char text[SITE_WIDTH];

	for (size_t i = 0; i < count; i++) {
		witness_text(sites, t->s->recording->names, stage, &list[i], text, sizeof text);
		text_wrapped(t, "            ", text);
	}
}
