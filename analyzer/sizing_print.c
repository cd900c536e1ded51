/* SPDX-License-Identifier: Apache-2.0 */
#include "sizing_print.h"

#include "base/json_value.h"
#include "base/units.h"

static struct sizing sizing_at(const struct sizing_plan *plan, size_t number)
{
	struct sizing_question q = plan->question;

	q.interval_s = plan->intervals_s[number];
	return sizing_answer(&q);
}

static void sizing_rate(FILE *to, int width, double rate)
{
	struct unit unit;

	if (rate < 0)
		fprintf(to, " %*s", width, "-");
	else
		fprintf(to, " %*s/s", width - 2, unit_bytes(&unit, rate));
}

static void plan_text_head(const struct sizing_plan *plan, FILE *to)
{
	const struct sizing_question *q = &plan->question;
	struct sizing s = sizing_at(plan, 0);
	struct unit count, state, weights, each;

	fprintf(to, "A model of %s parameter%s", unit_count(&count, q->parameters),
	        q->parameters == 1 ? "" : "s");
	if (q->gpus > 0)
		fprintf(to, " on %.0f GPU%s", q->gpus, q->gpus == 1 ? "" : "s");
	fprintf(to, "\n  one checkpoint %10s  %g bytes a parameter",
	        unit_bytes(&state, s.state_bytes), q->state_each);
	if (q->state_each == SIZING_STATE_EACH)
		fputs(": weights 2, fp32 copy 4, Adam's moments 4 + 4", to);
	fprintf(to, "\n  weights alone  %10s  %g bytes a parameter\n",
	        unit_bytes(&weights, s.weights_bytes), q->weights_each);
	if (q->gpus > 0)
		fprintf(to, "  each GPU's     %10s\n", unit_bytes(&each, s.gpu_bytes));
}

static void plan_text_interval(const struct sizing_plan *plan, size_t number, FILE *to)
{
	struct sizing s = sizing_at(plan, number);
	struct unit every, in, day;

	fprintf(to, "%9s %9s", unit_time(&every, plan->intervals_s[number]),
	        unit_time(&in, s.save_s));
	sizing_rate(to, 11, s.save_bandwidth);
	sizing_rate(to, 12, s.restore_bandwidth);
	if (plan->question.gpus > 0) {
		sizing_rate(to, 12, s.gpu_save_bandwidth);
		sizing_rate(to, 12, s.gpu_restore_bandwidth);
	}
	fprintf(to, " %10s\n", unit_bytes(&day, s.day_bytes));
}

static void plan_text_intervals(const struct sizing_plan *plan, FILE *to)
{
	bool each = plan->question.gpus > 0;

	fprintf(to, "\n%9s %9s %11s %12s", "one every", "within", "save at", "restore at");
	if (each)
		fprintf(to, " %12s %12s", "a GPU saves", "restores");
	fprintf(to, " %10s\n", "a day");
	for (size_t i = 0; i < plan->interval_count; i++)
		plan_text_interval(plan, i, to);
	fprintf(to,
	        "\nA save takes at most %g %% of the interval. A restore reads %g times what was\n"
	        "saved, since every GPU reads, in the same time.\n",
	        100 * plan->question.share, plan->question.fan_out);
}

static void plan_text_failures(const struct sizing_plan *plan, FILE *to)
{
	struct sizing s = sizing_at(plan, 0);
	struct unit mttf, best, save;

	if (s.mttf_s <= 0)
		return;
	fprintf(to, "A failure every %s", unit_time(&mttf, s.mttf_s));
	if (plan->question.mttf_s <= 0)
		fputs(" (419 in 54 days on 16,384 GPUs, as the Llama 3 report has it)", to);
	fprintf(to, ":\nwith saves of %s, one checkpoint every %s loses least (Young/Daly).\n",
	        unit_time(&save, s.save_s), unit_time(&best, s.best_interval_s));
}

static void plan_text_restored(const struct sizing_measured *m, FILE *to)
{
	struct unit bytes, took, rate;

	if (m->restored_bytes < 0)
		return;
	fprintf(to, "  largest restore     %9s in %s", unit_bytes(&bytes, m->restored_bytes),
	        unit_seconds(&took, m->restore_duration));
	if (m->restore_duration > 0)
		fprintf(to, ", %s/s", unit_bytes(&rate, m->restored_bytes / m->restore_duration));
	if (m->bytes > 0)
		fprintf(to, "; %.2g times what was saved", m->restored_bytes / m->bytes);
	fputc('\n', to);
}

static void plan_text_measured(const struct sizing_plan *plan, FILE *to)
{
	const struct sizing_measured *m = plan->measured;
	struct sizing s = sizing_at(plan, 0);
	struct unit bytes, took, rate, every;

	if (!m)
		return;
	fprintf(to, "\nThe run: %zu checkpoint%s, %zu restore%s\n", m->saves,
	        m->saves == 1 ? "" : "s", m->restores, m->restores == 1 ? "" : "s");
	if (m->bytes >= 0)
		fprintf(to, "  largest checkpoint  %9s%s\n", unit_bytes(&bytes, m->bytes),
		        m->at_least ? " at least: written through mappings" : "");
	if (m->duration_s >= 0)
		fprintf(to, "  a save took         %9s at %s/s (needed for this plan: %s/s)\n",
		        unit_seconds(&took, m->duration_s), unit_bytes(&rate, m->bandwidth),
		        unit_bytes(&bytes, s.save_bandwidth));
	if (m->interval_s >= 0)
		fprintf(to, "  one every           %9s, so %.1f %% of the time: %s the rule\n",
		        unit_seconds(&every, m->interval_s), 100 * m->share,
		        m->share <= plan->question.share ? "within" : "beyond");
	if (m->fastest > 0)
		fprintf(to, "  fastest of any I/O  %9s/s\n", unit_bytes(&rate, m->fastest));
	plan_text_restored(m, to);
}

int sizing_text(const struct sizing_plan *plan, FILE *to)
{
	plan_text_head(plan, to);
	plan_text_intervals(plan, to);
	plan_text_failures(plan, to);
	plan_text_measured(plan, to);
	return fflush(to) ? -1 : 0;
}

static json_t *plan_json_interval(const struct sizing_plan *plan, size_t number)
{
	struct sizing s = sizing_at(plan, number);

	return json_pack("{s:f, s:f, s:f, s:o, s:f, s:f, s:o, s:f, s:o}", "interval_s",
	                 plan->intervals_s[number], "save_s", s.save_s, "save_bandwidth",
	                 s.save_bandwidth, "save_bandwidth_per_gpu",
	                 json_known(s.gpu_save_bandwidth), "restore_bytes", s.restore_bytes,
	                 "restore_bandwidth", s.restore_bandwidth, "restore_bandwidth_per_gpu",
	                 json_known(s.gpu_restore_bandwidth), "written_bytes_per_day", s.day_bytes,
	                 "young_daly_interval_s", json_known(s.best_interval_s));
}

static json_t *plan_json_measured(const struct sizing_plan *plan)
{
	const struct sizing_measured *m = plan->measured;
	json_t *o;

	if (!m)
		return json_null();
	o = json_pack("{s:I, s:I, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "checkpoints",
	              (json_int_t)m->saves, "restores", (json_int_t)m->restores, "bytes",
	              json_known(m->bytes), "bytes_at_least", m->at_least, "interval_s",
	              json_known(m->interval_s), "duration_s", json_known(m->duration_s),
	              "bandwidth", json_known(m->bandwidth), "share_of_interval",
	              json_known(m->share), "fastest_bandwidth", json_known(m->fastest),
	              "restored_bytes", json_known(m->restored_bytes), "restore_duration_s",
	              json_known(m->restore_duration));
	json_object_set_new(o, "within_share",
	                    m->share < 0 ? json_null()
	                                 : json_boolean(m->share <= plan->question.share));
	return o;
}

int sizing_json(const struct sizing_plan *plan, FILE *to)
{
	const struct sizing_question *q = &plan->question;
	struct sizing s = sizing_at(plan, 0);
	json_t *intervals = json_array(), *o;
	int failed;

	for (size_t i = 0; i < plan->interval_count; i++)
		json_array_append_new(intervals, plan_json_interval(plan, i));
	o = json_pack("{s:f, s:f, s:f, s:o, s:f, s:f, s:o, s:f, s:f, s:o, s:o, s:o}", "parameters",
	              q->parameters, "bytes_per_parameter", q->state_each,
	              "weight_bytes_per_parameter", q->weights_each, "gpus",
	              json_known(q->gpus > 0 ? q->gpus : -1), "share_of_interval", q->share,
	              "restore_fan_out", q->fan_out, "mean_time_to_failure_s", json_known(s.mttf_s),
	              "checkpoint_bytes", s.state_bytes, "weight_bytes", s.weights_bytes,
	              "checkpoint_bytes_per_gpu", json_known(s.gpu_bytes), "intervals", intervals,
	              "measured", plan_json_measured(plan));
	failed = json_dumpf(o, to, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
	json_decref(o);
	fputc('\n', to);
	return fflush(to) || failed ? -1 : 0;
}
