/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json_moment.h"

#include <math.h>

#include "analysis/saving.h"
#include "base/sizing.h"
#include "base/wrap.h"

#define LISTED_PARTS 1024

static json_t *json_parts(const struct summary *summary, const struct moment *m)
{
	json_t *list = json_array();

	for (size_t i = 0; i < m->part_count && i < LISTED_PARTS; i++) {
		const struct moment_part *part = &m->parts[i];
		const struct process *p = &summary->recording->processes[part->process];
		json_array_append_new(
		        list,
		        json_pack("{s:o, s:I, s:o, s:o}", "path",
		                  json_bytes(names_text(summary->recording->names, part->name)),
		                  "pid", (json_int_t)p->pid, "rank", json_number(p->rank), "bytes",
		                  json_count(part->bytes)));
	}
	return list;
}

static void json_save(json_t *o, const struct summary *summary, const struct moment *m)
{
	struct saving s = saving_of(summary, m);

	json_object_set_new(o, "interval_s", json_known(m->interval_s > 0 ? m->interval_s : -1));
	json_object_set_new(o, "share_of_interval", json_known(s.share));
	json_object_set_new(o, "within_share",
	                    s.share < 0 ? json_null() : json_boolean(s.share <= SIZING_SHARE));
	json_object_set_new(o, "needed_bandwidth", json_known(s.needed_bandwidth));
	json_object_set_new(o, "parameters_estimate", json_whole(floor(s.parameters)));
	json_object_set_new(o, "parameters_if_weights_only",
	                    json_whole(floor(s.weights_parameters)));
	json_object_set_new(o, "mode", json_string(s.background ? "background" : "synchronous"));
	json_object_set_new(o, "unfinished", json_boolean(m->unfinished));
	json_object_set_new(o, "stalled_s", json_real(s.stalled_s));
}

static json_t *json_moment(const struct summary *summary, const struct moment *m, bool save)
{
	const struct labour *l = &m->labour;
	json_t *o =
	        json_pack("{s:o, s:o, s:f, s:f, s:f, s:i, s:i}", "path", json_bytes(m->path),
	                  "bytes", json_count(m->bytes), "start_s",
	                  wrap_seconds(summary->recording->start_ns, m->start_ns), "duration_s",
	                  moment_seconds(m), "bandwidth", moment_bandwidth(m),
	                  save ? "writers" : "readers", (int)m->processes, "files", (int)m->files);
	json_t *more = json_pack(
	        "{s:o, s:o, s:f, s:o, s:f, s:o, s:f, s:o, s:o, s:o}", "mapped_bytes",
	        json_count(l->mapped_bytes), "ops", json_count(l->ops), save ? "write_s" : "read_s",
	        (double)l->data_ns / 1e9, "syncs", json_count(l->syncs), "sync_s",
	        (double)l->sync_ns / 1e9, "renames", json_count(l->renames), "rename_s",
	        (double)l->rename_ns / 1e9, "ops_below_64k", json_count(l->tiny), "ops_unaligned",
	        json_count(l->unaligned), "parts", json_parts(summary, m));

	json_object_update(o, more);
	json_decref(more);
	if (save)
		json_save(o, summary, m);
	else
		json_object_set_new(o, "fan_out", json_known(restoring_fan_out(summary, m)));
	return o;
}

json_t *json_moments(const struct summary *summary, bool save)
{
	const struct moments *moments = save ? &summary->checkpoints : &summary->restores;
	json_t *list = json_array();

	for (size_t i = 0; i < moments->count; i++)
		json_array_append_new(list, json_moment(summary, &moments->items[i], save));
	return list;
}
