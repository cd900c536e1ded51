/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/saves.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_value.h"
#include "base/memory.h"
#include "base/units.h"

#define SAVES_LISTED 12 /* as text */

static bool saves_data(const struct saves *s, const struct op *op)
{
	return op_needs(op->kind) == (s->stage == AIOT_STAGE_CHECKPOINT ? 'w' : 'r');
}

/* What belongs to saving, or loading, if it is of a file that is saved or loaded. */
static bool saves_takes(const struct saves *s, const struct op *op)
{
	if (op_stage(op) != s->stage || (op->bits & OP_FAILS))
		return false;
	return saves_data(s, op) || op->kind == OP_OPEN || op->kind == OP_CLOSE ||
	       op->kind == OP_FSYNC || op->kind == OP_FDATASYNC || op->kind == OP_SYNC_RANGE ||
	       op->kind == OP_MSYNC || op->kind == OP_SYNCFS ||
	       (op->kind == OP_RENAME && s->stage == AIOT_STAGE_CHECKPOINT);
}

static bool saves_opens(const struct saves *s, const struct plan *plan, const struct op *op)
{
	bool writes;

	if (op->kind != OP_OPEN)
		return false;
	writes = (plan->openings[op->object].flags & O_ACCMODE) != O_RDONLY;
	return writes == (s->stage == AIOT_STAGE_CHECKPOINT);
}

static void saves_op(const struct saves *s, struct episodes *list, const struct plan *plan,
                     const struct lane *lane, uint32_t i)
{
	const struct op *op = &lane->ops[i];
	bool renames = op->kind == OP_RENAME;
	int64_t end = (int64_t)plan_ended_ns(lane, i);
	struct episode new = {.process = lane->process,
	                      .run = plan->recording->processes[lane->process].run,
	                      .name = renames ? op->object : plan->openings[op->object].name,
	                      .handle = renames ? 0 : op->object + 1,
	                      .start_ns = (int64_t)op->start_ns};
	struct episode *episode;

	if (op->kind == OP_CLOSE && s->stage != AIOT_STAGE_CHECKPOINT)
		return;
	if (saves_opens(s, plan, op)) {
		episode_begin(list, new);
		return;
	}
	episode = episode_latest(list, new.process, new.name, new.handle);
	if (!episode && saves_data(s, op))
		episode = episode_begin(list, new);
	if (!episode)
		return;
	if (saves_data(s, op)) {
		episode->bytes += op->size;
		if (op->offset + op->size > episode->reach)
			episode->reach = op->offset + op->size;
	}
	if (new.start_ns < episode->start_ns)
		episode->start_ns = new.start_ns;
	if (end > episode->end_ns)
		episode->end_ns = end;
	if (renames)
		episode->name = (uint32_t)op->offset;
}

/* The moment that an operation is part of; NULL for none. */
static const struct moment *saves_moment(const struct saves *s, const struct lane *lane, uint32_t i)
{
	int64_t start = (int64_t)lane->ops[i].start_ns;

	for (size_t k = 0; k < s->recorded.count; k++) {
		const struct moment *m = &s->recorded.items[k];
		if (start < m->start_ns || start > m->end_ns)
			continue;
		for (size_t part = 0; part < m->part_count; part++)
			if (m->parts[part].process == lane->process)
				return m;
	}
	return NULL;
}

static void saves_time(struct saves *s, const struct lane *lane, const struct outcome *outcomes,
                       struct saved *times)
{
	for (uint32_t i = 0; i < lane->count; i++) {
		const struct outcome *o = &outcomes[i];
		const struct moment *m;
		struct saved *is;
		uint64_t end;
		if (!o->start_ns || !saves_takes(s, &lane->ops[i]))
			continue;
		m = saves_moment(s, lane, i);
		if (!m)
			continue;
		is = &times[m - s->recorded.items];
		end = o->start_ns + short_to_ns(o->duration);
		if (!is->start_ns || o->start_ns < is->start_ns)
			is->start_ns = o->start_ns;
		if (end > is->end_ns)
			is->end_ns = end;
	}
}

static double saves_seconds(const struct saved *is)
{
	return (double)(is->end_ns - is->start_ns) / 1e9;
}

static void saves_clients(struct saves *s, const struct run *run)
{
	size_t count = s->recorded.count, lanes = run->plan->lane_count;

	for (unsigned c = 0; c < run->target->options.clients; c++) {
		struct saved *times = memory_get(count, sizeof *times);
		for (size_t i = 0; i < lanes; i++)
			saves_time(s, &run->plan->lanes[i], run->outcomes[c * lanes + i], times);
		for (size_t i = 0; i < count; i++)
			if (!c || saves_seconds(&times[i]) > saves_seconds(&s->replayed[i]))
				s->replayed[i] = times[i];
		free(times);
	}
}

/* Between the same two as in the recording. */
static void saves_intervals(struct saves *s)
{
	const struct moments *m = &s->recorded;

	for (size_t i = 0; i < m->count; i++)
		for (size_t k = 0; k < m->count && m->items[i].interval_s > 0; k++) {
			double apart = (double)(m->items[i].start_ns - m->items[k].start_ns) / 1e9;
			if (i == k || fabs(fabs(apart) - m->items[i].interval_s) > 1e-9 ||
			    !s->replayed[i].start_ns || !s->replayed[k].start_ns)
				continue;
			s->replayed[i].interval_s = fabs((double)s->replayed[i].start_ns -
			                                 (double)s->replayed[k].start_ns) /
			                            1e9;
			break;
		}
}

void saves_find(struct saves *s, const struct run *run, uint8_t stage)
{
	const struct plan *plan = run->plan;
	struct episodes list = {0};

	*s = (struct saves){.stage = stage};
	for (size_t i = 0; i < plan->lane_count; i++)
		for (uint32_t k = 0; k < plan->lanes[i].count; k++)
			if (saves_takes(s, &plan->lanes[i].ops[k]))
				saves_op(s, &list, plan, &plan->lanes[i], k);
	s->recorded = episodes_group(&list, plan->recording, stage != AIOT_STAGE_CHECKPOINT);
	episodes_free(&list);
	s->replayed = memory_get(s->recorded.count, sizeof *s->replayed);
	saves_clients(s, run);
	if (run->options.timing != TIMING_FAST)
		saves_intervals(s);
}

static double saves_share(double seconds, double interval_s)
{
	return interval_s > 0 ? seconds / interval_s : -1;
}

static void saves_percent(double share, FILE *to)
{
	if (share < 0)
		fprintf(to, " %8s", "-");
	else
		fprintf(to, " %7.2f%%", 100 * share);
}

static void saves_line(const struct saves *s, size_t i, FILE *to)
{
	const struct moment *m = &s->recorded.items[i];
	const struct saved *is = &s->replayed[i];
	struct unit u;

	fprintf(to, "%10s %10.3f", unit_bytes(&u, (double)m->bytes), moment_seconds(m));
	if (is->start_ns)
		fprintf(to, " %10.3f", saves_seconds(is));
	else
		fprintf(to, " %10s", "-");
	saves_percent(saves_share(moment_seconds(m), m->interval_s), to);
	saves_percent(is->start_ns ? saves_share(saves_seconds(is), is->interval_s) : -1, to);
	fprintf(to, "  %s\n", m->path);
}

void saves_text(const struct saves *s, const char *title, FILE *to)
{
	size_t count = s->recorded.count;

	if (!count)
		return;
	fprintf(to, "\n%s\n%10s %10s %10s %17s\n%10s %10s %10s %8s %8s\n", title, "", "seconds", "",
	        "of the interval", "bytes", "recorded", "replayed", "recorded", "replayed");
	for (size_t i = 0; i < count && i < SAVES_LISTED; i++)
		saves_line(s, i, to);
	if (count > SAVES_LISTED)
		fprintf(to, "and %zu more: --json has all\n", count - SAVES_LISTED);
}

static json_t *saves_measure(double start_s, double seconds, double interval_s, double bytes)
{
	return json_pack("{s:f, s:f, s:o, s:o, s:o}", "start_s", start_s, "duration_s", seconds,
	                 "bandwidth", json_known(seconds > 0 ? bytes / seconds : -1), "interval_s",
	                 json_known(interval_s > 0 ? interval_s : -1), "share_of_interval",
	                 json_known(saves_share(seconds, interval_s)));
}

json_t *saves_json(const struct saves *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->recorded.count; i++) {
		const struct moment *m = &s->recorded.items[i];
		const struct saved *is = &s->replayed[i];
		json_t *replayed =
		        is->start_ns ? saves_measure((double)is->start_ns / 1e9, saves_seconds(is),
		                                     is->interval_s, (double)m->bytes)
		                     : json_null();
		json_array_append_new(
		        list, json_pack("{s:o, s:o, s:o, s:o}", "path", json_bytes(m->path),
		                        "bytes", json_count(m->bytes), "recorded",
		                        saves_measure((double)m->start_ns / 1e9, moment_seconds(m),
		                                      m->interval_s, (double)m->bytes),
		                        "replayed", replayed));
	}
	return list;
}

void saves_free(struct saves *s)
{
	moments_free(&s->recorded);
	free(s->replayed);
}
