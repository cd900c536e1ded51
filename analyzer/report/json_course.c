/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json_course.h"

#include <math.h>
#include <string.h>

#include "analysis/course.h"
#include "base/wrap.h"

static const struct course *json_found(const struct summary *summary)
{
	return summary->found[ANALYSIS_course];
}

json_t *json_pattern(const struct pattern *p)
{
	json_t *bytes = json_pack("{s:f, s:f, s:f, s:f}", "consecutive",
	                          pattern_byte_share(p, ACCESS_CONSECUTIVE), "sequential",
	                          pattern_byte_share(p, ACCESS_SEQUENTIAL), "strided",
	                          pattern_byte_share(p, ACCESS_STRIDED), "random",
	                          pattern_byte_share(p, ACCESS_RANDOM));

	return json_pack("{s:s, s:f, s:f, s:f, s:f, s:o, s:f}", "class", pattern_class(p),
	                 "consecutive", pattern_share(p, ACCESS_CONSECUTIVE), "sequential",
	                 pattern_share(p, ACCESS_SEQUENTIAL), "strided",
	                 pattern_share(p, ACCESS_STRIDED), "random",
	                 pattern_share(p, ACCESS_RANDOM), "of_bytes", bytes, "aligned_4096",
	                 pattern_aligned(p));
}

static json_t *json_windows(const struct burst *b)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < BURST_SCALES; i++) {
		struct burst_windows w = burst_windows(b, i);
		json_array_append_new(list, json_pack("{s:f, s:f, s:f, s:f}", "window_s",
		                                      w.window_s, "idc", w.idc, "peak_to_mean",
		                                      w.peak_to_mean, "duty_cycle", w.duty_cycle));
	}
	return list;
}

static json_t *json_bursts(const struct burst *b)
{
	struct burst_bursts all = burst_bursts(b);

	if (!all.count)
		return json_null();
	return json_pack("{s:o, s:f, s:f, s:f, s:f, s:f, s:f, s:o, s:o, s:f}", "count",
	                 json_count(all.count), "least_pause_s", all.pause_s, "mean_ops",
	                 all.mean_ops, "mean_bytes", all.mean_bytes, "mean_on_s", all.mean_on_s,
	                 "mean_off_s", all.mean_off_s, "duty_cycle", all.duty_cycle, "most_ops",
	                 json_count(all.most_ops), "most_bytes", json_count(all.most_bytes),
	                 "median_bytes", all.median_bytes);
}

json_t *json_burstiness(const struct summary *summary, int stage)
{
	const struct rate *r = &summary->stages[stage].rate;
	const struct burst *b = &json_found(summary)->stages[stage].burst;

	return json_pack("{s:f, s:f, s:f, s:f, s:f, s:o, s:o}", "window_s", rate_window_s(r), "idc",
	                 rate_idc(r), "cv2", rate_cv2(r), "peak_to_mean", rate_peak_to_mean(r),
	                 "duty_cycle", rate_duty(r), "windows",
	                 b->ops ? json_windows(b) : json_array(), "bursts", json_bursts(b));
}

static json_t *json_depth(const struct depth *d)
{
	json_t *time = json_array();
	double all = 0;

	for (int i = 0; i < DEPTH_KINDS; i++)
		all += (double)d->time_ns[i];
	for (unsigned i = 0; all > 0 && i < DEPTH_KINDS; i++)
		if (d->time_ns[i] > 0)
			json_array_append_new(time, json_pack("{s:I, s:f}", "in_flight",
			                                      (json_int_t)depth_least(i), "share",
			                                      (double)d->time_ns[i] / all));
	return json_pack("{s:f, s:I, s:o}", "mean_while_busy", depth_mean(d), "most",
	                 (json_int_t)d->most, "time", time);
}

static json_t *json_seeks(const struct seeks *s)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < SEEK_KINDS; i++)
		if (s->back[i] || s->forward[i])
			json_array_append_new(list, json_pack("{s:o, s:o, s:o}", "from_bytes",
			                                      json_count(seek_least(i)), "back",
			                                      json_count(s->back[i]), "forward",
			                                      json_count(s->forward[i])));
	return list;
}

/* By powers of two. */
static json_t *json_size_histogram(const struct histogram *h)
{
	uint64_t count[64] = {0};
	json_t *list = json_array();

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		unsigned power = i / 64 ? i / 64 + 5 : i ? 31 - (unsigned)__builtin_clz(i) : 0;
		if (i)
			count[power] += h->count[i];
	}
	if (h->count[0])
		json_array_append_new(list, json_pack("{s:i, s:o}", "from_bytes", 0, "ops",
		                                      json_count(h->count[0])));
	for (unsigned i = 0; i < 64; i++)
		if (count[i])
			json_array_append_new(list, json_pack("{s:o, s:o}", "from_bytes",
			                                      json_count(UINT64_C(1) << i), "ops",
			                                      json_count(count[i])));
	return list;
}

/* What share of the reads caches of a few sizes would not have served. */
static json_t *json_reuse(const struct reuse *r)
{
	json_t *curve;
	double unique, least;

	if (!r || reuse_read_bytes(r) <= 0)
		return json_null();
	curve = json_array();
	unique = reuse_unique_bytes(r);
	least = reuse_least_bytes(r);
	for (int power = 16; ldexp(1, power - 1) < unique; power++) {
		double bytes = ldexp(1, power);
		if (bytes >= least)
			json_array_append_new(curve,
			                      json_pack("{s:f, s:f}", "cache_bytes", bytes,
			                                "miss_ratio", reuse_miss_ratio(r, bytes)));
	}
	return json_pack("{s:f, s:f, s:f, s:f, s:o}", "unique_bytes", unique, "read_bytes",
	                 reuse_read_bytes(r), "reread_bytes", fmax(0, reuse_read_bytes(r) - unique),
	                 "sampling_rate", 1.0 / (double)(1ull << reuse_power(r)), "miss_ratio",
	                 curve);
}

/* Over time, from the run's start: windows before the first operation are left
 * out. */
static json_t *json_flow(const struct flow *f)
{
	json_t *bytes = json_array(), *ops = json_array(), *in_flight = json_array();
	json_t *read = json_array(), *written = json_array(), *reads = json_array();
	double width = (double)(f->width_ns ? f->width_ns : FLOW_WIDTH_NS);
	uint32_t first = 0;

	while (first < f->used && !(f->windows[first].ops[0] + f->windows[first].ops[1]))
		first++;
	for (uint32_t i = first; i < f->used; i++) {
		const struct flow_window *w = &f->windows[i];
		json_array_append_new(bytes, json_real(w->bytes[0] + w->bytes[1]));
		json_array_append_new(ops, json_count(w->ops[0] + w->ops[1]));
		json_array_append_new(read, json_real(w->bytes[0]));
		json_array_append_new(written, json_real(w->bytes[1]));
		json_array_append_new(reads, json_count(w->ops[0]));
		json_array_append_new(in_flight, json_real(w->busy_ns / width));
	}
	return json_pack("{s:f, s:f, s:o, s:o, s:o, s:o, s:o, s:o}", "from_s", first * width / 1e9,
	                 "window_s", width / 1e9, "bytes", bytes, "ops", ops, "read_bytes", read,
	                 "write_bytes", written, "read_ops", reads, "in_flight", in_flight);
}

json_t *json_timeline(const struct summary *summary)
{
	struct flow all = {0};
	json_t *timeline;

	for (int i = 0; i < AIOT_STAGES; i++)
		flow_merge(&all, &json_found(summary)->stages[i].flow);
	timeline = json_flow(&all);
	flow_free(&all);
	return timeline;
}

void json_course(json_t *stage, const struct summary *summary, int number)
{
	const struct stage_summary *s = &summary->stages[number];
	const struct course_stage *c = &json_found(summary)->stages[number];
	json_t *pattern = json_object_get(stage, "pattern");

	json_object_set_new(pattern, "seeks", json_seeks(&s->seeks));
	json_object_set_new(pattern, "all_clients", json_pattern(&c->merged));
	json_object_set_new(json_object_get(stage, "read_size"), "histogram",
	                    json_size_histogram(&s->read_size));
	json_object_set_new(json_object_get(stage, "write_size"), "histogram",
	                    json_size_histogram(&s->write_size));
	json_object_set_new(stage, "concurrency", json_depth(&c->depth));
	json_object_set_new(stage, "reuse", json_reuse(c->reuse));
	json_object_set_new(stage, "timeline", json_flow(&c->flow));
}

json_t *json_file_pattern(const struct summary *summary, uint32_t name)
{
	struct pattern all = course_file(json_found(summary), name);

	return json_pattern(&all);
}

json_t *json_mount_pattern(const struct summary *summary, uint32_t mount)
{
	const struct course *c = json_found(summary);
	struct pattern all = {0};

	for (int i = 0; i < AIOT_STAGES; i++)
		if (c->stages[i].by_mount && mount < c->mounts)
			pattern_add(&all, &c->stages[i].by_mount[mount]);
	return json_pattern(&all);
}

static json_t *json_epoch(const struct summary *summary, const struct epoch *e, uint32_t number)
{
	int64_t start = summary->recording->start_ns;
	uint64_t known = e->hit_bytes + e->storage_bytes;
	json_t *share = known ? json_real((double)e->hit_bytes / (double)known) : json_null();

	return json_pack("{s:I, s:f, s:f, s:o, s:o, s:o, s:o, s:o, s:o}", "number",
	                 (json_int_t)number, "start_s", wrap_seconds(start, e->first_ns),
	                 "duration_s", (double)epoch_ns(e) / 1e9, "files", json_count(e->files),
	                 "read_ops", json_count(e->ops), "read_bytes", json_count(e->bytes),
	                 "hit_bytes", json_count(e->hit_bytes), "storage_bytes",
	                 json_count(e->storage_bytes), "hit_share", share);
}

json_t *json_epochs(const struct summary *summary)
{
	const struct epochs *e = json_found(summary)->epochs;
	json_t *list = json_array();

	for (uint32_t i = 0; i < e->count; i++)
		json_array_append_new(list, json_epoch(summary, &e->items[i], i + 1));
	return list;
}
