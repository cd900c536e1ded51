/* SPDX-License-Identifier: Apache-2.0
 *
 * The report as JSON, whose field names are a contract: fields are added and
 * never renamed. What this version cannot tell yet is there as null or as an
 * empty list. Bytes of paths that are not UTF-8 stand as \xHH text.
 */
#include "report/report.h"

#include <stdio.h>

#include "base/json_value.h"
#include "report/json_course.h"
#include "report/json_finding.h"
#include "report/json_latency.h"
#include "report/json_moment.h"
#include "report/json_phases.h"
#include "report/json_sites.h"
#include "report/json_storage.h"
#include "report/json_waiting.h"
#include "report/report_mapped.h"

static json_t *json_sizes(const struct histogram *h)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "min", json_count(h->total ? histogram_min(h) : 0),
	                 "p50", json_count(histogram_percentile(h, 0.50)), "p99",
	                 json_count(histogram_percentile(h, 0.99)), "max", json_count(h->max));
}

static json_t *json_bandwidth(const struct rate *r)
{
	return json_pack("{s:f, s:f, s:f, s:f, s:f}", "mean", rate_mean(r), "peak", rate_peak(r),
	                 "window_s", rate_window_s(r), "busy_s", (double)r->busy_ns / 1e9,
	                 "while_busy", rate_while_busy(r));
}

static json_t *json_why(const struct summary *summary, unsigned number)
{
	const struct stage_summary *stage = &summary->stages[number];
	json_t *why = json_array();

	for (unsigned i = 0; i < REASON_COUNT; i++)
		if (stage->reason_files[i])
			json_array_append_new(
			        why, json_sprintf("%s (%llu file%s)", stage_reason_text(i),
			                          (unsigned long long)stage->reason_files[i],
			                          stage->reason_files[i] == 1 ? "" : "s"));
	json_witnesses(summary, number, why);
	return why;
}

static json_t *json_stage(const struct summary *summary, unsigned number)
{
	const struct stage_summary *s = &summary->stages[number];
	json_t *pattern = json_pattern(&s->pattern);
	double ratio = s->write_bytes ? (double)s->read_bytes / (double)s->write_bytes : -1;

	json_t *stage;

	json_object_set_new(pattern, "across_files", json_string(summary_across_files(s)));
	stage = json_pack(
	        "{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:f, s:o}",
	        "stage", stage_name(number), "read_ops", json_count(s->read_ops), "write_ops",
	        json_count(s->write_ops), "meta_ops", json_count(s->meta_ops), "read_bytes",
	        json_count(s->read_bytes), "write_bytes", json_count(s->write_bytes), "files",
	        json_count(s->files), "read_write_ratio", json_known(ratio), "read_size",
	        json_sizes(&s->read_size), "write_size", json_sizes(&s->write_size), "pattern",
	        pattern, "latency_ns", json_latency(&s->latency), "bandwidth",
	        json_bandwidth(&s->rate), "burstiness", json_burstiness(summary, (int)number),
	        "confidence", s->confidence, "why", json_why(summary, number));
	json_object_set_new(stage, "mapped", report_mapped_json(&s->mapped));
	json_object_set_new(stage, "cache", json_cached(&s->cached));
	json_course(stage, summary, (int)number);
	return stage;
}

static bool json_stage_used(const struct stage_summary *s)
{
	return s->read_ops || s->write_ops || s->meta_ops;
}

static json_t *json_stages(const struct summary *summary, const struct report_options *options)
{
	json_t *list = json_array();

	for (int i = 0; i < AIOT_STAGES; i++)
		if (json_stage_used(&summary->stages[i]) &&
		    (options->stage < 0 || options->stage == i))
			json_array_append_new(list, json_stage(summary, (unsigned)i));
	return list;
}

static json_t *json_file(const struct summary *summary, const struct file_summary *f)
{
	const char *path = names_text(summary->recording->names, f->name);
	const char *mount = where_mount(summary->where, f->mount)->point;

	return json_pack(
	        "{s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "path", json_bytes(path),
	        "mount", mount ? json_bytes(mount) : json_null(), "stage", stage_name(f->stage),
	        "read_ops", json_count(f->read_ops), "write_ops", json_count(f->write_ops),
	        "read_bytes", json_count(f->read_bytes), "write_bytes", json_count(f->write_bytes),
	        "pattern", json_pattern(&f->pattern), "all_clients",
	        json_file_pattern(summary, f->name), "mapped", report_mapped_json(&f->mapped));
}

static json_t *json_process(const struct summary *summary, const struct process *p)
{
	const struct recording *r = summary->recording;
	const struct process_summary *s = &summary->processes[p->number];
	const char *exe = process_attribute(p, "exe");
	char *command = process_command(p);
	json_t *o = json_pack("{s:I, s:I, s:o, s:o, s:o, s:o, s:s, s:s, s:o, s:o, s:f, s:f}", "pid",
	                      (json_int_t)p->pid, "ppid", (json_int_t)p->ppid, "host",
	                      json_bytes(process_host(p)), "rank", json_number(p->rank),
	                      "local_rank", json_number(p->local_rank), "world_size",
	                      json_number(p->world_size), "role", process_role_name(p->role), "why",
	                      p->why, "exe", json_bytes(exe ? exe : ""), "cmdline",
	                      json_bytes(command), "start_s", recording_seconds(r, p, p->start_ns),
	                      "duration_s", (double)(p->end_ns - p->start_ns) / 1e9);

	free(command);
	json_object_set_new(o, "read_ops", json_count(s->read_ops));
	json_object_set_new(o, "write_ops", json_count(s->write_ops));
	json_object_set_new(o, "read_bytes", json_count(s->read_bytes));
	json_object_set_new(o, "write_bytes", json_count(s->write_bytes));
	json_object_set_new(o, "lost_events", json_count(process_lost(p)));
	json_object_set_new(o, "ended",
	                    json_string(p->ended ? "in order" : "killed or still running"));
	return o;
}

/* Reads and writes in the kernel's count and in the trace. */
static void json_covered(json_t *coverage, const char *way, const struct covered *c)
{
	char key[32];

	json_object_set_new(coverage, way, json_known(c->share));
	snprintf(key, sizeof key, "kernel_%s_bytes", way);
	json_object_set_new(coverage, key, json_real(c->kernel));
	snprintf(key, sizeof key, "seen_%s_bytes", way);
	json_object_set_new(coverage, key, json_real(c->seen));
}

static json_t *json_coverage(const struct summary *summary)
{
	json_t *coverage = json_object(), *missing = json_array();

	json_covered(coverage, "read", &summary->coverage.read);
	json_covered(coverage, "write", &summary->coverage.write);
	for (size_t i = 0; i < summary->missing.count; i++) {
		const struct missing_item *m = &summary->missing.items[i];
		json_array_append_new(
		        missing, json_pack("{s:s, s:o, s:s, s:o, s:o}", "cause", m->cause, "text",
		                           json_bytes(m->text), "advice", m->advice, "events",
		                           json_known(m->events), "bytes", json_known(m->bytes)));
	}
	json_object_set_new(coverage, "missing", missing);
	return coverage;
}

static json_t *json_run(const struct summary *summary)
{
	const struct recording *r = summary->recording;
	json_t *processes = json_array(), *problems = json_array(), *runs = json_array();

	for (size_t i = 0; i < r->count; i++)
		json_array_append_new(processes, json_process(summary, &r->processes[i]));
	for (size_t i = 0; i < r->problems.count; i++)
		json_array_append_new(problems, json_bytes(r->problems.text[i]));
	for (size_t i = 0; i < r->run_count; i++)
		json_array_append_new(runs, json_bytes(r->runs[i]));
	return json_pack("{s:o, s:f, s:I, s:o, s:o, s:o, s:o, s:o}", "folders", runs, "duration_s",
	                 recording_duration_s(r), "start_ns", (json_int_t)r->start_ns, "processes",
	                 processes, "lost_events", json_count(recording_lost(r)), "coverage",
	                 json_coverage(summary), "problems", problems, "mapped",
	                 report_mapped_run_json(&summary->mapped));
}

/* A report as it is written, a member at a time: all of many files' members at once
 * would need more memory than what they say was found with. */
struct json_output {
	FILE *to;
	bool begun, failed;
};

static void json_write(struct json_output *out, json_t *value)
{
	const size_t flags = JSON_INDENT(1) | JSON_REAL_PRECISION(9) | JSON_ENCODE_ANY;

	out->failed |= json_dumpf(value, out->to, flags) != 0;
	json_decref(value);
}

static void json_key(struct json_output *out, const char *key)
{
	fprintf(out->to, "%s\n\"%s\": ", out->begun ? "," : "", key);
	out->begun = true;
}

static void json_member(struct json_output *out, const char *key, json_t *value)
{
	json_key(out, key);
	json_write(out, value);
}

static void json_files(struct json_output *out, const struct summary *summary,
                       const struct report_options *options)
{
	size_t written = 0;

	json_key(out, "files");
	fputc('[', out->to);
	for (size_t i = 0; i < summary->file_count && written < options->top; i++) {
		const struct file_summary *file = &summary->files[i];
		if (options->stage >= 0 && options->stage != file->stage)
			continue;
		fputs(written++ ? ",\n" : "\n", out->to);
		json_write(out, json_file(summary, file));
	}
	fputc(']', out->to);
}

int report_json(const struct summary *summary, const struct report_options *options, FILE *to)
{
	struct json_output out = {.to = to};

	fputc('{', to);
	json_member(&out, "run", json_run(summary));
	json_member(&out, "timeline", json_timeline(summary));
	json_member(&out, "phases", json_phases(summary));
	json_member(&out, "marks", json_marks(summary));
	json_member(&out, "stages", json_stages(summary, options));
	json_files(&out, summary, options);
	json_member(&out, "mounts", json_mounts(summary));
	json_member(&out, "checkpoints", json_moments(summary, true));
	json_member(&out, "restores", json_moments(summary, false));
	json_member(&out, "epochs", json_epochs(summary));
	json_member(&out, "waiting", json_waiting(summary));
	json_member(&out, "pipes", json_pipes(summary));
	json_member(&out, "stall", json_stall(summary));
	json_member(&out, "cache", json_cache(summary));
	json_member(&out, "latency", json_latencies(summary, options));
	json_member(&out, "slowest", json_slowest(summary, options));
	json_member(&out, "stragglers", json_stragglers(summary));
	json_member(&out, "call_sites", json_sites(summary, options));
	json_member(&out, "findings", json_findings(summary));
	fputs("\n}\n", to);
	return out.failed || fflush(to) || ferror(to) ? -1 : 0;
}
