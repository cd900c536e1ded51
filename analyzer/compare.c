/* SPDX-License-Identifier: Apache-2.0 */
#include "compare.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_value.h"
#include "base/memory.h"

static const char *const compare_of_stages[] = {"read_ops",       "write_ops",     "meta_ops",
                                                "read_bytes",     "write_bytes",   "latency_p50_s",
                                                "latency_p99_s",  "latency_max_s", "bandwidth",
                                                "bandwidth_mean", "busy_s",        NULL};
static const char *const compare_of_run[] = {
        "duration_s", "checkpoint_s", "checkpoint_share", "checkpoint_bandwidth",
        "restore_s",  "stall_s",      "lost_events",      NULL};

static void compare_add(struct compare *c, const char *stage, const char *metric, double a,
                        double b)
{
	c->items = memory_grow(c->items, c->count, &c->room, sizeof *c->items);
	c->items[c->count++] = (struct compare_item){stage, metric, a, b};
}

static double compare_latency(const struct stage_summary *s, double share)
{
	if (!s->latency.total)
		return NAN;
	return (double)(share < 1 ? histogram_percentile(&s->latency, share) : s->latency.max) /
	       1e9;
}

static bool compare_used(const struct stage_summary *s)
{
	return s->read_ops || s->write_ops || s->meta_ops;
}

static void compare_stage(struct compare *c, const char *name, const struct stage_summary *a,
                          const struct stage_summary *b)
{
	if (!compare_used(a) && !compare_used(b))
		return;
	compare_add(c, name, "read_ops", (double)a->read_ops, (double)b->read_ops);
	compare_add(c, name, "write_ops", (double)a->write_ops, (double)b->write_ops);
	compare_add(c, name, "meta_ops", (double)a->meta_ops, (double)b->meta_ops);
	compare_add(c, name, "read_bytes", (double)a->read_bytes, (double)b->read_bytes);
	compare_add(c, name, "write_bytes", (double)a->write_bytes, (double)b->write_bytes);
	compare_add(c, name, "latency_p50_s", compare_latency(a, 0.5), compare_latency(b, 0.5));
	compare_add(c, name, "latency_p99_s", compare_latency(a, 0.99), compare_latency(b, 0.99));
	compare_add(c, name, "latency_max_s", compare_latency(a, 1), compare_latency(b, 1));
	compare_add(c, name, "bandwidth", rate_while_busy(&a->rate), rate_while_busy(&b->rate));
	compare_add(c, name, "bandwidth_mean", rate_throughput(&a->rate),
	            rate_throughput(&b->rate));
	compare_add(c, name, "busy_s", (double)a->rate.busy_ns / 1e9,
	            (double)b->rate.busy_ns / 1e9);
}

/* The mean over moments of a measure; NAN where there are none. */
static double compare_moments(const struct moments *m, double (*measure)(const struct moment *))
{
	double sum = 0;
	size_t count = 0;

	for (size_t i = 0; i < m->count; i++) {
		double value = measure(&m->items[i]);
		if (isnan(value))
			continue;
		sum += value;
		count++;
	}
	return count ? sum / (double)count : NAN;
}

static double compare_share(const struct moment *m)
{
	return m->interval_s > 0 ? moment_seconds(m) / m->interval_s : NAN;
}

static double compare_duration(const struct summary *s)
{
	return recording_duration_s(s->recording);
}

static double compare_stall(const struct summary *s)
{
	return s->stall.all.phase_s > 0 ? s->stall.all.waited_s : NAN;
}

void compare_make(struct compare *c, const struct summary *a, const struct summary *b)
{
	*c = (struct compare){0};
	compare_add(c, "run", "duration_s", compare_duration(a), compare_duration(b));
	for (unsigned i = 0; i < AIOT_STAGES; i++)
		compare_stage(c, stage_name(i), &a->stages[i], &b->stages[i]);
	compare_add(c, "run", "checkpoint_s", compare_moments(&a->checkpoints, moment_seconds),
	            compare_moments(&b->checkpoints, moment_seconds));
	compare_add(c, "run", "checkpoint_share", compare_moments(&a->checkpoints, compare_share),
	            compare_moments(&b->checkpoints, compare_share));
	compare_add(c, "run", "checkpoint_bandwidth",
	            compare_moments(&a->checkpoints, moment_bandwidth),
	            compare_moments(&b->checkpoints, moment_bandwidth));
	compare_add(c, "run", "restore_s", compare_moments(&a->restores, moment_seconds),
	            compare_moments(&b->restores, moment_seconds));
	compare_add(c, "run", "stall_s", compare_stall(a), compare_stall(b));
	compare_add(c, "run", "lost_events", (double)recording_lost(a->recording),
	            (double)recording_lost(b->recording));
}

void compare_free(struct compare *c)
{
	free(c->items);
}

static void compare_value(double value, FILE *to)
{
	if (isnan(value))
		fprintf(to, " %14s", "-");
	else if (value == floor(value) && fabs(value) < 1e15)
		fprintf(to, " %14.0f", value);
	else
		fprintf(to, " %14.6g", value);
}

void compare_text(const struct compare *c, const char *a, const char *b, FILE *to)
{
	const char *stage = "";

	fprintf(to, "A: %s\nB: %s\n\n%-12s %-21s %14s %14s %9s\n", a, b, "stage", "", "A", "B",
	        "B/A");
	for (size_t i = 0; i < c->count; i++) {
		const struct compare_item *item = &c->items[i];
		if (isnan(item->a) && isnan(item->b))
			continue;
		fprintf(to, "%-12s %-21s", strcmp(stage, item->stage) ? item->stage : "",
		        item->metric);
		stage = item->stage;
		compare_value(item->a, to);
		compare_value(item->b, to);
		if (item->a > 0 && !isnan(item->b))
			fprintf(to, " %9.3f", item->b / item->a);
		fputc('\n', to);
	}
}

static json_t *compare_number(double value)
{
	return isnan(value) ? json_null() : json_real(value);
}

json_t *compare_json(const struct compare *c, const char *a, const char *b)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->count; i++) {
		const struct compare_item *item = &c->items[i];
		double ratio = item->a > 0 ? item->b / item->a : NAN;
		json_array_append_new(
		        list, json_pack("{s:s, s:s, s:o, s:o, s:o}", "stage", item->stage, "metric",
		                        item->metric, "a", compare_number(item->a), "b",
		                        compare_number(item->b), "ratio", compare_number(ratio)));
	}
	return json_pack("{s:o, s:o, s:o}", "a", json_bytes(a), "b", json_bytes(b), "metrics",
	                 list);
}

/* ---- expressions ---- */

static const struct compare_item *compare_find(const struct compare *c, const char *name,
                                               size_t length)
{
	const char *dot = memchr(name, '.', length);
	const char *stage = dot ? name : "run", *metric = dot ? dot + 1 : name;
	size_t stage_length = dot ? (size_t)(dot - name) : strlen(stage);
	size_t metric_length = length - (size_t)(metric - name);

	for (size_t i = 0; i < c->count; i++)
		if (strlen(c->items[i].stage) == stage_length &&
		    strlen(c->items[i].metric) == metric_length &&
		    !strncmp(c->items[i].stage, stage, stage_length) &&
		    !strncmp(c->items[i].metric, metric, metric_length))
			return &c->items[i];
	return NULL;
}

/* Whether it could name a metric, also of a stage that neither recording has. */
static bool compare_known(const char *name, size_t length)
{
	const char *dot = memchr(name, '.', length);
	size_t stage_length = dot ? (size_t)(dot - name) : 0;
	const char *metric = dot ? dot + 1 : name;
	size_t metric_length = length - (size_t)(metric - name);
	char stage[32] = "run";
	bool run;

	if (stage_length >= sizeof stage)
		return false;
	if (dot)
		snprintf(stage, sizeof stage, "%.*s", (int)stage_length, name);
	run = !strcmp(stage, "run");
	if (!run && stage_by_name(stage) < 0)
		return false;
	for (const char *const *m = run ? compare_of_run : compare_of_stages; *m; m++)
		if (strlen(*m) == metric_length && !strncmp(*m, metric, metric_length))
			return true;
	return false;
}

static bool compare_true(double value, const char *op, double limit)
{
	if (isnan(value))
		return false;
	if (!strcmp(op, "<"))
		return value < limit;
	if (!strcmp(op, "<="))
		return value <= limit;
	if (!strcmp(op, ">"))
		return value > limit;
	if (!strcmp(op, ">="))
		return value >= limit;
	return value == limit;
}

static bool compare_op(const char *op)
{
	return !strcmp(op, "<") || !strcmp(op, "<=") || !strcmp(op, ">") || !strcmp(op, ">=") ||
	       !strcmp(op, "==");
}

int compare_holds(const struct compare *c, const char *expression, struct problem *why)
{
	const char *name = expression + strspn(expression, " ");
	size_t length = strcspn(name, " <>="), op_length;
	const char *at = name + length + strspn(name + length, " ");
	const struct compare_item *item;
	char op[3] = "", *end;
	double limit, value;

	op_length = strspn(at, "<>=");
	if (op_length < sizeof op)
		memcpy(op, at, op_length);
	limit = strtod(at + op_length, &end);
	if (!compare_op(op) || end == at + op_length || !isfinite(limit) ||
	    !compare_known(name, length) || (*end && strcmp(end, "x") && strcmp(end, "%")))
		return problem_set(why,
		                   "'%s' is no condition; it wants [STAGE.]METRIC, one of < <= > "
		                   ">= ==, and a number with x, %% or nothing behind it",
		                   expression);
	item = compare_find(c, name, length);
	if (!item)
		return 0;
	value = item->b;
	if (*end == 'x')
		value = item->a > 0 ? item->b / item->a : NAN;
	else if (*end == '%')
		value = item->a > 0 ? 100 * (item->b / item->a - 1) : NAN;
	return compare_true(value, op, limit);
}
