/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json_latency.h"

#include <stdlib.h>

#include "analysis/latency.h"
#include "analysis/straggler.h"
#include "base/json_value.h"
#include "base/wrap.h"

static const struct latency *json_found(const struct summary *s)
{
	return s->found[ANALYSIS_latency];
}

static json_t *json_sum(unsigned stage, const struct latency_sum *sum)
{
	return json_pack("{s:s, s:o, s:o, s:f, s:o}", "stage", stage_name(stage), "ops",
	                 json_count(sum->ns.total), "failed", json_count(sum->failed), "total_s",
	                 (double)sum->total_ns / 1e9, "latency_ns", json_latency(&sum->ns));
}

static json_t *json_calls(const struct summary *s, int stage)
{
	json_t *list = json_array();
	size_t count;
	struct latency_row *rows = latency_rows(json_found(s), &count);

	for (size_t i = 0; i < count; i++) {
		json_t *row;
		if (stage >= 0 && rows[i].stage != (unsigned)stage)
			continue;
		row = json_sum(rows[i].stage, rows[i].sum);
		json_object_set_new(row, "call", json_bytes(rows[i].sum->name));
		json_array_append_new(list, row);
	}
	free(rows);
	return list;
}

static json_t *json_sized(const struct summary *s, int only)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < AIOT_STAGES * 2 * LATENCY_SIZES; i++) {
		unsigned stage = i / (2 * LATENCY_SIZES), write = i / LATENCY_SIZES % 2;
		const struct latency_sum *sum =
		        json_found(s)->sizes[stage][write][i % LATENCY_SIZES];
		json_t *row;
		if (!sum || (only >= 0 && stage != (unsigned)only))
			continue;
		row = json_sum(stage, sum);
		json_object_set_new(row, "direction", json_string(write ? "write" : "read"));
		json_object_set_new(row, "from_bytes",
		                    json_count(latency_size_least(i % LATENCY_SIZES)));
		json_array_append_new(list, row);
	}
	return list;
}

json_t *json_latencies(const struct summary *s, const struct report_options *options)
{
	return json_pack("{s:o, s:o}", "calls", json_calls(s, options->stage), "sizes",
	                 json_sized(s, options->stage));
}

static json_t *json_slow(const struct summary *s, unsigned stage, const struct slow_op *op)
{
	const struct process *p = &s->recording->processes[op->process];
	uint32_t name = process_file_at(p, op->file)->name;
	int64_t at = wrap_subtract((uint64_t)op->start_ns, (uint64_t)s->recording->start_ns);

	return json_pack("{s:s, s:f, s:f, s:s, s:o, s:o, s:o, s:I, s:I, s:I}", "stage",
	                 stage_name(stage), "start_s", (double)at / 1e9, "duration_s",
	                 (double)op->duration_ns / 1e9, "call", op->call, "path",
	                 name ? json_bytes(names_text(s->recording->names, name)) : json_null(),
	                 "offset", op->offset >= 0 ? json_integer(op->offset) : json_null(), "size",
	                 json_count(op->size), "result", (json_int_t)op->result, "pid",
	                 (json_int_t)p->pid, "tid", (json_int_t)op->tid);
}

json_t *json_slowest(const struct summary *s, const struct report_options *options)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < AIOT_STAGES; i++) {
		if (i == AIOT_STAGE_RUNTIME || i == AIOT_STAGE_IPC ||
		    (options->stage >= 0 && i != (unsigned)options->stage))
			continue;
		for (uint32_t k = 0; k < json_found(s)->slow_count[i]; k++)
			json_array_append_new(list, json_slow(s, i, &json_found(s)->slowest[i][k]));
	}
	return list;
}

json_t *json_stragglers(const struct summary *s)
{
	json_t *list = json_array();
	size_t count;
	struct straggler *all = stragglers_find(s, &count);

	for (size_t i = 0; i < count; i++) {
		const struct straggler *one = &all[i];
		json_array_append_new(list,
		                      json_pack("{s:I, s:o, s:o, s:s, s:o, s:f, s:f, s:f, s:I}",
		                                "pid", (json_int_t)one->process->pid, "host",
		                                json_bytes(process_host(one->process)), "rank",
		                                json_number(one->process->rank), "role",
		                                process_role_name(one->process->role), "ops",
		                                json_count(one->ops), "storage_s", one->storage_s,
		                                "storage_s_per_op", one->op_s, "median_s_per_op",
		                                one->median_s, "compared", (json_int_t)one->among));
	}
	free(all);
	return list;
}
