/* SPDX-License-Identifier: Apache-2.0
 *
 * Plans and verdicts, for people and as JSON.
 */
#include "replay/verdict.h"

#include <inttypes.h>
#include <string.h>

#include "base/json_value.h"
#include "base/units.h"
#include "stage/stage.h"

#define VERDICT_CROWDED 0.02 /* share of the run's time */

static double print_ms(const struct histogram *h, double share)
{
	return (double)histogram_percentile(h, share) / 1e6;
}

static void plan_text_refused(const struct plan *plan, FILE *to)
{
	struct unit u;
	bool any = false;

	for (int i = 0; i < REFUSAL_COUNT; i++) {
		if (!plan->refused[i])
			continue;
		if (!any)
			fputs("\nNot replayed\n", to);
		any = true;
		fprintf(to, "%12" PRIu64 "  %s", plan->refused[i], plan_refusal_words(i));
		if (plan->refused_bytes[i])
			fprintf(to, " (%s)", unit_bytes(&u, (double)plan->refused_bytes[i]));
		fputc('\n', to);
	}
}

static const char *const plan_flags[] = {"RWF_HIPRI",  "RWF_DSYNC",    "RWF_SYNC",
                                         "RWF_NOWAIT", "RWF_APPEND",   "RWF_NOAPPEND",
                                         "RWF_ATOMIC", "RWF_DONTCACHE"};

static void plan_text_flags(const struct plan *plan, FILE *to)
{
	if (!plan->unflagged)
		return;
	fprintf(to, "%" PRIu64 " reads and writes are done without flags that they had:",
	        plan->unflagged);
	for (unsigned i = 0; i < sizeof plan_flags / sizeof *plan_flags; i++)
		if (plan->flags_left >> i & 1)
			fprintf(to, " %s", plan_flags[i]);
	fputc('\n', to);
}

static json_t *plan_json_flags(const struct plan *plan)
{
	json_t *names = json_array();

	for (unsigned i = 0; i < sizeof plan_flags / sizeof *plan_flags; i++)
		if (plan->flags_left >> i & 1)
			json_array_append_new(names, json_string(plan_flags[i]));
	return json_pack("{s:o, s:o}", "operations", json_count(plan->unflagged), "flags", names);
}

void plan_text(const struct plan *plan, FILE *to)
{
	struct unit a, b, c;

	fprintf(to,
	        "%" PRIu64 " operations in %zu threads, over %s\n"
	        "%" PRIu64 " files and %" PRIu64 " folders, %s; with what the run adds %s are "
	        "needed\n",
	        plan->ops, plan->lane_count, unit_seconds(&c, (double)plan->length_ns / 1e9),
	        plan->files, plan->folders, unit_bytes(&a, (double)plan->bytes_first),
	        unit_bytes(&b, (double)plan->bytes_peak));
	fprintf(to, "%" PRIu64 " orderings between threads, %" PRIu64 " of them hand-offs\n",
	        plan->holds, plan->hand_offs);
	if (plan->dropped_holds)
		fprintf(to, "%" PRIu64 " orderings contradict each other and were left out\n",
		        plan->dropped_holds);
	if (plan->implicit)
		fprintf(to,
		        "%" PRIu64 " descriptors were opened before the replay begins, or out of "
		        "sight: they are opened where they are first used\n",
		        plan->implicit);
	if (plan->substituted)
		fprintf(to,
		        "%" PRIu64 " operations are done by a like call: reads of shared "
		        "positions by pread, copies by pread and pwrite, libaio and cuFile by "
		        "io_uring\n",
		        plan->substituted);
	plan_text_flags(plan, to);
	fputs("\nOperations\n", to);
	for (int i = 1; i < OPS; i++)
		if (plan->by_kind[i])
			fprintf(to, "%12" PRIu64 "  %s\n", plan->by_kind[i], op_words((unsigned)i));
	plan_text_refused(plan, to);
}

json_t *plan_json(const struct plan *plan)
{
	json_t *kinds = json_object(), *refused = json_array();

	for (int i = 1; i < OPS; i++)
		if (plan->by_kind[i])
			json_object_set_new(kinds, op_words((unsigned)i),
			                    json_count(plan->by_kind[i]));
	for (int i = 0; i < REFUSAL_COUNT; i++)
		if (plan->refused[i])
			json_array_append_new(
			        refused, json_pack("{s:s, s:o, s:o}", "why", plan_refusal_words(i),
			                           "events", json_count(plan->refused[i]), "bytes",
			                           json_count(plan->refused_bytes[i])));
	return json_pack(
	        "{s:o, s:o, s:f, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
	        "operations", json_count(plan->ops), "threads", json_count(plan->lane_count),
	        "duration_s", (double)plan->length_ns / 1e9, "files", json_count(plan->files),
	        "folders", json_count(plan->folders), "bytes", json_count(plan->bytes_first),
	        "space_bytes", json_count(plan->bytes_peak), "orderings", json_count(plan->holds),
	        "hand_offs", json_count(plan->hand_offs), "contradictions",
	        json_count(plan->dropped_holds), "implicit_opens", json_count(plan->implicit),
	        "substituted", json_count(plan->substituted), "flags_left_out",
	        plan_json_flags(plan), "by_kind", kinds, "not_replayed", refused);
}

static bool verdict_used(const struct stage_measure *m)
{
	return m->read_ops || m->write_ops || m->meta_ops;
}

static void verdict_text_errors(const struct replay_verdict *v, FILE *to)
{
	for (unsigned i = 0; i < VERDICT_ERRNOS; i++) {
		if (!v->errors[i])
			continue;
		fprintf(to, "  %" PRIu64 " failed: %s, in", v->errors[i],
		        i ? strerror((int)i) : "another error");
		for (unsigned k = 0; k < OPS; k++)
			if (v->error_kinds[i] >> k & 1)
				fprintf(to, " %s", op_words(k));
		fputc('\n', to);
	}
	if (v->unexpected)
		fprintf(to, "  %" PRIu64 " failed in the recording and did not here\n",
		        v->unexpected);
}

static void verdict_text_stage(const struct stage_measure *was, const struct stage_measure *is,
                               const char *name, FILE *to)
{
	struct unit u[5];
	char marked[16];
	double a = stage_measure_throughput(was), b = stage_measure_throughput(is);

	if (!verdict_used(was) && !verdict_used(is))
		return;
	snprintf(marked, sizeof marked, "%s%s", name, stage_measure_is_short(was) ? "*" : "");
	fprintf(to, "%-11s %9" PRIu64 " %10s", marked, is->read_ops + is->write_ops,
	        unit_bytes(&u[0], (double)(is->read_bytes + is->write_bytes)));
	fprintf(to, " %9s/s %9s/s", unit_bytes(&u[1], a), unit_bytes(&u[2], b));
	fprintf(to, " %9s/s %9s/s", unit_bytes(&u[3], rate_while_busy(&was->rate)),
	        unit_bytes(&u[4], rate_while_busy(&is->rate)));
	fprintf(to, " %8.3f %8.3f %8.3f %8.3f %8.3f %8.3f\n", print_ms(&was->latency, 0.5),
	        print_ms(&is->latency, 0.5), print_ms(&was->latency, 0.99),
	        print_ms(&is->latency, 0.99), print_ms(&was->meta_latency, 0.99),
	        print_ms(&is->meta_latency, 0.99));
}

static void verdict_text_waits(const struct replay_verdict *v, FILE *to)
{
	const struct wait_sum *was = &v->waits.recorded, *is = &v->waits.replayed;

	if (was->phase_s <= 0)
		return;
	fprintf(to,
	        "\nBy pipes and reads alone (report knows locks, too) training waited for its "
	        "data\n%.3f s of %.3f s (%.0f %%) in the recording",
	        was->waited_s, was->phase_s, 100 * waits_share(was));
	if (is->phase_s > 0)
		fprintf(to, ", and would wait %.3f s of %.3f s (%.0f %%) here, by estimate.\n",
		        is->waited_s, is->phase_s, 100 * waits_share(is));
	else
		fputs("; --timing think estimates what it would here.\n", to);
}

static void verdict_text_cache(const struct target *t, FILE *to)
{
	struct unit u;

	if (t->cached > 0.01)
		fprintf(to,
		        "  the page cache was warm: %.0f %% of the prepared data were in it; "
		        "storage may look faster than it is\n",
		        100 * t->cached);
	if (t->cache == TARGET_CACHE_WARM)
		fputs("  all prepared data began in the page cache, as --cache warm asks\n", to);
	if (!t->warm_files || t->cache == TARGET_CACHE_WARM)
		return;
	fprintf(to, "  the run found %" PRIu64 " files (%s) in the page cache; here they ",
	        t->warm_files, unit_bytes(&u, (double)t->warm_bytes));
	fputs(t->cache == TARGET_CACHE_RECORDED
	              ? "were there, too: --cache cold begins without them\n"
	              : "were not, which makes their first reads slower: --cache recorded "
	                "begins as the run did\n",
	      to);
}

static void verdict_text_late(const struct lateness *late, FILE *to)
{
	if (!late->all.total)
		return;
	fprintf(to, "  began late by: p50 %.1f us, p99 %.1f us, max %.1f us;\n",
	        print_ms(&late->all, 0.5) * 1e3, print_ms(&late->all, 0.99) * 1e3,
	        (double)late->all.max / 1e3);
	fprintf(to,
	        "  of that by the replay itself, once what they waited for had ended: p99 %.1f us, "
	        "max %.1f us\n",
	        print_ms(&late->own, 0.99) * 1e3, (double)late->own.max / 1e3);
}

static void verdict_text_done(const struct replay_verdict *v, FILE *to)
{
	struct unit a, b;

	fprintf(to, "  %" PRIu64 " of %" PRIu64 " operations and %s of %s done in %.3f s",
	        v->done_ops, v->planned_ops, unit_bytes(&a, (double)v->done_bytes),
	        unit_bytes(&b, (double)v->planned_bytes), v->length_s);
	if (v->done_bytes != v->planned_bytes && v->done_ops == v->planned_ops)
		fprintf(to, " (%" PRIu64 " of %" PRIu64 " bytes)", v->done_bytes, v->planned_bytes);
	fputc('\n', to);
	verdict_text_late(&v->late, to);
	if (v->run->failure)
		fprintf(to, "  ended early by: %s\n", strerror(v->run->failure));
}

/* What this machine did otherwise than the run asked. */
static void verdict_text_machine(const struct replay_verdict *v, FILE *to)
{
	const struct run *run = v->run;

	if (run->no_uring)
		fputs("  io_uring was refused here: its operations were done one after another\n",
		      to);
	if ((double)run->crowded_ns / 1e9 > VERDICT_CROWDED * v->length_s)
		fprintf(to,
		        "  this machine is busy: the replay's threads waited %.2f s for a "
		        "processor, which counts as the target's time here\n",
		        (double)run->crowded_ns / 1e9);
	if (run->undirected)
		fprintf(to, "  O_DIRECT was refused %" PRIu64 " times: opened without\n",
		        run->undirected);
	if (run->unaligned)
		fprintf(to,
		        "  %" PRIu64 " operations were no whole blocks, as O_DIRECT wants them\n",
		        run->unaligned);
}

static void verdict_text_stages(const struct replay_verdict *v, FILE *to)
{
	bool any = false;

	fprintf(to, "\n%-11s %9s %10s %23s %23s %17s %17s %17s\n", "", "data ops", "bytes",
	        "bytes/s, with pauses", "while data is in flight", "p50 ms", "p99 ms",
	        "other p99 ms");
	fprintf(to, "%-11s %9s %10s %11s %11s %11s %11s %8s %8s %8s %8s %8s %8s\n", "stage", "", "",
	        "recorded", "replayed", "recorded", "replayed", "recorded", "replayed", "recorded",
	        "replayed", "recorded", "replayed");
	for (unsigned i = 0; i < AIOT_STAGES; i++) {
		const struct stage_measure *was = &v->run->plan->stages[i];
		verdict_text_stage(was, &v->stages[i], stage_name(i), to);
		any |= verdict_used(was) && stage_measure_is_short(was);
	}
	if (any)
		fputs("* took less than 20 ms: its speeds are by chance as much as by the "
		      "storage\n",
		      to);
}

void verdict_text(const struct replay_verdict *v, FILE *to)
{
	fprintf(to, "Verdict: %s\n\n", v->words);
	verdict_text_done(v, to);
	verdict_text_errors(v, to);
	verdict_text_machine(v, to);
	verdict_text_cache(v->run->target, to);
	verdict_text_stages(v, to);
	saves_text(&v->checkpoints, "Checkpoints", to);
	saves_text(&v->restores, "Restores", to);
	verdict_text_waits(v, to);
}

static json_t *verdict_json_wait(const struct wait_sum *sum)
{
	if (sum->phase_s <= 0)
		return json_null();
	return json_pack("{s:f, s:f, s:f}", "waited_s", sum->waited_s, "phase_s", sum->phase_s,
	                 "share", waits_share(sum));
}

static json_t *verdict_json_measure(const struct stage_measure *m)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:f, s:f, s:f, s:f, s:f}", "read_ops",
	                 json_count(m->read_ops), "write_ops", json_count(m->write_ops), "meta_ops",
	                 json_count(m->meta_ops), "read_bytes", json_count(m->read_bytes),
	                 "write_bytes", json_count(m->write_bytes), "latency_ns",
	                 json_latency(&m->latency), "meta_latency_ns",
	                 json_latency(&m->meta_latency), "throughput", stage_measure_throughput(m),
	                 "ops_per_s", stage_measure_rate(m), "time_s", (double)m->time_ns / 1e9,
	                 "bandwidth_while_busy", rate_while_busy(&m->rate), "bandwidth_mean",
	                 rate_throughput(&m->rate));
}

static json_t *verdict_json_errors(const struct replay_verdict *v)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < VERDICT_ERRNOS; i++) {
		json_t *kinds;
		if (!v->errors[i])
			continue;
		kinds = json_array();
		for (unsigned k = 0; k < OPS; k++)
			if (v->error_kinds[i] >> k & 1)
				json_array_append_new(kinds, json_string(op_words(k)));
		json_array_append_new(list,
		                      json_pack("{s:i, s:s, s:o, s:o}", "errno", (int)i, "text",
		                                i ? strerror((int)i) : "other", "operations",
		                                json_count(v->errors[i]), "kinds", kinds));
	}
	return list;
}

static json_t *verdict_json_late(const struct histogram *late)
{
	return late->total ? json_latency(late) : json_null();
}

json_t *verdict_json(const struct replay_verdict *v)
{
	static const char *const timings[] = {"original", "think", "fast"};
	static const char *const caches[] = {"", "recorded", "cold", "warm"};
	const struct run *run = v->run;
	json_t *stages = json_array();

	for (unsigned i = 0; i < AIOT_STAGES; i++)
		if (verdict_used(&run->plan->stages[i]) || verdict_used(&v->stages[i]))
			json_array_append_new(
			        stages,
			        json_pack("{s:s, s:b, s:o, s:o}", "stage", stage_name(i),
			                  "too_short_to_compare",
			                  stage_measure_is_short(&run->plan->stages[i]), "recorded",
			                  verdict_json_measure(&run->plan->stages[i]), "replayed",
			                  verdict_json_measure(&v->stages[i])));
	return json_pack(
	        "{s:s, s:b, s:b, s:s, s:f, s:f, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, "
	        "s:o, s:o, s:o, s:{s:s, s:o, s:o}, s:o, s:b, s:f, s:o, s:o, s:o, s:{s:o, s:o}}",
	        "timing", timings[run->options.timing], "complete", v->complete, "kept_pace",
	        v->kept_pace, "verdict", v->words, "duration_s", v->length_s, "recorded_duration_s",
	        v->original_s, "operations_planned", json_count(v->planned_ops), "operations_done",
	        json_count(v->done_ops), "bytes_planned", json_count(v->planned_bytes),
	        "bytes_done", json_count(v->done_bytes), "failed", json_count(v->failed),
	        "not_failed_as_recorded", json_count(v->unexpected), "errors",
	        verdict_json_errors(v), "interrupted", run->interrupted, "start_error_ns",
	        verdict_json_late(&v->late.all), "start_error_of_replay_ns",
	        verdict_json_late(&v->late.own), "cache_warm_share",
	        json_known(run->target->cached), "cache", "begun", caches[run->target->cache],
	        "found_warm_files", json_count(run->target->warm_files), "found_warm_bytes",
	        json_count(run->target->warm_bytes), "unaligned", json_count(run->unaligned),
	        "io_uring_refused", run->no_uring, "waited_for_cpu_s",
	        (double)run->crowded_ns / 1e9, "stages", stages, "checkpoints",
	        saves_json(&v->checkpoints), "restores", saves_json(&v->restores), "stall",
	        "recorded", verdict_json_wait(&v->waits.recorded), "replayed",
	        verdict_json_wait(&v->waits.replayed));
}
