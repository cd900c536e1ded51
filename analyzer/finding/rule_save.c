/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules about checkpoints and restores.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/latency.h"
#include "analysis/saving.h"
#include "base/memory.h"
#include "base/sizing.h"
#include "finding/rule.h"

#define ULL(x)        ((unsigned long long)(x))

#define MUCH_SAVING_S 10.0

/* The share of a save from which on something makes a difference. */
#define TOLD 0.25

static int rule_order(const void *one, const void *other)
{
	const double a = *(const double *)one, b = *(const double *)other;

	return (a > b) - (a < b);
}

/* The median share of the interval that training is held up by a save, which is less than
 * the save takes where it is in the background; -1 without any. */
static double rule_median_share(const struct summary *s)
{
	double *shares = memory_get(s->checkpoints.count + 1, sizeof *shares), median;
	size_t count = 0;

	for (size_t i = 0; i < s->checkpoints.count; i++) {
		struct saving saving = saving_of(s, &s->checkpoints.items[i]);
		if (saving.share >= 0)
			shares[count++] = saving.stalled_s / s->checkpoints.items[i].interval_s;
	}
	qsort(shares, count, sizeof *shares, rule_order);
	median = count ? (shares[(count - 1) / 2] + shares[count / 2]) / 2 : -1;
	free(shares);
	return median;
}

static const struct moment *rule_largest(const struct moments *list)
{
	const struct moment *largest = NULL;

	for (size_t i = 0; i < list->count; i++)
		if (!largest || list->items[i].bytes > largest->bytes)
			largest = &list->items[i];
	return largest;
}

static struct labour rule_labour(const struct moments *list)
{
	struct labour all = {0};

	for (size_t i = 0; i < list->count; i++) {
		const struct labour *l = &list->items[i].labour;
		all.ops += l->ops;
		all.tiny += l->tiny;
		all.tiny_ns += l->tiny_ns;
		all.tiny_bytes += l->tiny_bytes;
		all.data_ns += l->data_ns;
		all.unaligned += l->unaligned;
		all.syncs += l->syncs;
	}
	return all;
}

/* Small runs save in no time, however often. */
static bool rule_saves_matter(const struct summary *s)
{
	double run = recording_duration_s(s->recording), all = 0;

	for (size_t i = 0; i < s->checkpoints.count; i++)
		all += saving_of(s, &s->checkpoints.items[i]).stalled_s;
	return all >= MUCH_SAVING_S || all >= run / 100;
}

bool rule_checkpoint_share(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	double share = rule_median_share(s), need;
	const struct moment *m = rule_largest(&s->checkpoints);
	struct unit bytes, took, rate, needed;
	char within[64] = "";

	*stage = AIOT_STAGE_CHECKPOINT;
	if (share <= SIZING_SHARE || !rule_saves_matter(s))
		return false;
	need = saving_of(s, m).needed_bandwidth;
	if (need > 0)
		snprintf(within, sizeof within, "; within 5 %% it would need %s/s",
		         unit_bytes(&needed, need));
	return RULE_SAY("%.1f %% of the interval (median); the largest: %s in %s, %s/s%s",
	                100 * share, unit_bytes(&bytes, (double)m->bytes),
	                unit_seconds(&took, moment_seconds(m)),
	                unit_bytes(&rate, moment_bandwidth(m)), within);
}

static double rule_fastest_window(const struct summary *s)
{
	double fastest = 0;

	for (int i = 0; i < AIOT_STAGES; i++)
		if (i != AIOT_STAGE_RUNTIME && i != AIOT_STAGE_IPC &&
		    s->stages[i].write_bytes > s->stages[i].read_bytes &&
		    rate_peak(&s->stages[i].rate) > fastest)
			fastest = rate_peak(&s->stages[i].rate);
	return fastest;
}

/* Of those that are nearly as large, the fastest. */
static double rule_fastest_save(const struct moments *saves, uint64_t bytes)
{
	double fastest = 0;

	for (size_t i = 0; i < saves->count; i++)
		if (saves->items[i].bytes >= bytes / 2 &&
		    moment_bandwidth(&saves->items[i]) > fastest)
			fastest = moment_bandwidth(&saves->items[i]);
	return fastest;
}

/* Too finely for any window to show it, the time goes by between the writes. */
static bool rule_save_idles(const struct summary *s, const struct moment *m, double in_calls,
                            char evidence[RULE_EVIDENCE])
{
	double share = in_calls / (m->processes * moment_seconds(m));
	struct unit rate, best;

	if (share <= 0 || share >= TOLD || saving_of(s, m).background)
		return false;
	return RULE_SAY(
	        "%s/s over the whole save, %s/s in its writes and syncs, which take %.0f %% "
	        "of its time",
	        unit_bytes(&rate, moment_bandwidth(m)),
	        unit_bytes(&best, moment_bandwidth(m) / share), 100 * share);
}

static int rule_slower(const void *one, const void *other)
{
	const struct moment *a = *(const struct moment *const *)one,
	                    *b = *(const struct moment *const *)other;
	double x = moment_bandwidth(a), y = moment_bandwidth(b);

	return (x > y) - (x < y);
}

/* The save to be looked at: the largest. Where saves are synced, and so take what storage takes,
 * the one that a tenth of the large ones is not faster than. */
static const struct moment *rule_slow_one(const struct moments *saves)
{
	const struct moment *largest = rule_largest(saves), *slow, **large;
	size_t count = 0;

	if (!largest || !largest->labour.syncs)
		return largest;
	large = memory_get(saves->count, sizeof *large);
	for (size_t i = 0; i < saves->count; i++)
		if (saves->items[i].bytes >= largest->bytes / 2 && saves->items[i].labour.syncs)
			large[count++] = &saves->items[i];
	qsort(large, count, sizeof *large, rule_slower);
	slow = large[(count - 1) / 10];
	free(large);
	return slow;
}

/* A save that is mostly in its calls goes as fast as storage does, whatever memory took
 * at first: only another save tells that it could be faster. */
bool rule_slow_save(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	const struct moment *m = rule_slow_one(&s->checkpoints);
	double fastest, in_calls;
	struct unit rate, best;

	*stage = AIOT_STAGE_CHECKPOINT;
	if (!m || moment_seconds(m) < 0.5)
		return false;
	in_calls = (double)(m->labour.data_ns + m->labour.sync_ns) / 1e9;
	if (in_calls >= m->processes * moment_seconds(m) / 2) {
		fastest = rule_fastest_save(&s->checkpoints, m->bytes);
		return moment_bandwidth(m) < fastest / 4 &&
		       RULE_SAY("%s/s over the whole save, %s/s over another one",
		                unit_bytes(&rate, moment_bandwidth(m)), unit_bytes(&best, fastest));
	}
	fastest = rule_fastest_window(s);
	if (moment_bandwidth(m) >= fastest / 4)
		return rule_save_idles(s, m, in_calls, evidence);
	return RULE_SAY("%s/s over the whole save, %s/s over the fastest %.3g s of writing",
	                unit_bytes(&rate, moment_bandwidth(m)), unit_bytes(&best, fastest),
	                rate_window_s(&s->stages[AIOT_STAGE_CHECKPOINT].rate));
}

/* Headers and padding beside large tensors cost nothing. */
bool rule_tiny_saves(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	struct labour all = rule_labour(&s->checkpoints);
	double bytes = 0, of_bytes, of_time;

	*stage = AIOT_STAGE_CHECKPOINT;
	for (size_t i = 0; i < s->checkpoints.count; i++)
		bytes += (double)s->checkpoints.items[i].bytes;
	of_bytes = bytes > 0 ? (double)all.tiny_bytes / bytes : 0;
	of_time = all.data_ns ? (double)all.tiny_ns / (double)all.data_ns : 0;
	if (all.ops < 1000 || all.tiny * 2 <= all.ops || (of_bytes < TOLD && of_time < TOLD))
		return false;
	return RULE_SAY("%llu of %llu writes are below 64 KiB, with %.0f %% of the bytes and %.0f "
	                "%% of the time of writing",
	                ULL(all.tiny), ULL(all.ops), 100 * of_bytes, 100 * of_time);
}

bool rule_unaligned_saves(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	struct labour all = rule_labour(&s->checkpoints);
	bool remote = false;

	*stage = AIOT_STAGE_CHECKPOINT;
	for (size_t i = 0; i < s->file_count; i++)
		remote |= s->files[i].stage == AIOT_STAGE_CHECKPOINT &&
		          rule_remote(where_mount(s->where, s->files[i].mount));
	if (!remote || all.ops < 100 || all.unaligned * 2 <= all.ops)
		return false;
	return RULE_SAY("%llu of %llu writes begin inside a page", ULL(all.unaligned),
	                ULL(all.ops));
}

/* Calls of sync and syncfs, which name no file. */
static uint64_t rule_syncs_of_all(const struct summary *s)
{
	const struct latency *l = s->found[ANALYSIS_latency];
	uint64_t count = 0;

	for (int i = 0; i < AIOT_STAGES; i++)
		for (unsigned call = 0; call < LATENCY_CALLS; call++)
			if (l->calls[i][call] && (!strcmp(l->calls[i][call]->name, "sync") ||
			                          !strcmp(l->calls[i][call]->name, "syncfs")))
				count += l->calls[i][call]->ns.total;
	return count;
}

bool rule_no_sync(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	unsigned without = 0;
	uint64_t bytes = 0;
	struct unit unit;

	*stage = AIOT_STAGE_CHECKPOINT;
	for (size_t i = 0; i < s->checkpoints.count; i++) {
		const struct moment *m = &s->checkpoints.items[i];
		if (m->bytes < 1 << 20 || m->unfinished || m->labour.syncs || m->labour.dsyncs)
			continue;
		without++;
		bytes += m->bytes;
	}
	if (rule_syncs_of_all(s) >= without)
		return false;
	return RULE_SAY("%u of %zu checkpoints %s never synced, %s in all", without,
	                s->checkpoints.count, without == 1 ? "was" : "were",
	                unit_bytes(&unit, (double)bytes));
}

bool rule_many_syncs(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	struct unit sync, took;

	*stage = AIOT_STAGE_CHECKPOINT;
	for (size_t i = 0; i < s->checkpoints.count; i++) {
		const struct moment *m = &s->checkpoints.items[i];
		double seconds = (double)m->labour.sync_ns / 1e9;
		if (m->labour.syncs <= 4 * (uint64_t)m->files || seconds < moment_seconds(m) / 4)
			continue;
		return RULE_SAY("%llu syncs of %u file%s took %s of %s", ULL(m->labour.syncs),
		                m->files, m->files == 1 ? "" : "s", unit_seconds(&sync, seconds),
		                unit_seconds(&took, moment_seconds(m)));
	}
	return false;
}

bool rule_one_writer(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	const struct moment *m = rule_largest(&s->checkpoints);
	int world = 0;
	struct unit bytes, rate;

	*stage = AIOT_STAGE_CHECKPOINT;
	for (size_t i = 0; i < s->recording->count; i++)
		if (s->recording->processes[i].world_size > world)
			world = s->recording->processes[i].world_size;
	for (size_t i = 0; i < s->checkpoints.count; i++)
		if (s->checkpoints.items[i].processes > 1)
			return false;
	if (!m || world < 2 || m->bytes < 64 << 20)
		return false;
	return RULE_SAY("one of %d ranks writes %s at %s/s", world,
	                unit_bytes(&bytes, (double)m->bytes),
	                unit_bytes(&rate, moment_bandwidth(m)));
}

bool rule_restore_fan_out(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	struct unit bytes;

	*stage = AIOT_STAGE_RESTORE;
	for (size_t i = 0; i < s->restores.count; i++) {
		const struct moment *m = &s->restores.items[i];
		double fan_out = restoring_fan_out(s, m);
		if (fan_out <= SIZING_FAN_OUT || m->processes < 2 || m->bytes < 8 << 20)
			continue;
		return RULE_SAY("%u processes read %s, %.1f bytes for each byte of %s",
		                m->processes, unit_bytes(&bytes, (double)m->bytes), fan_out,
		                m->path);
	}
	return false;
}

static int64_t rule_extent(const struct summary *s, uint32_t name)
{
	const struct file_summary *f = summary_file_named(s, name);

	return f ? f->extent : 0;
}

static int rule_part_order(const void *one, const void *other)
{
	const struct moment_part *a = one, *b = other;

	if (a->process != b->process)
		return a->process < b->process ? -1 : 1;
	return (a->name > b->name) - (a->name < b->name);
}

/* Parts with the bytes of all times that the process read the file; returns how many. */
static size_t rule_whole_parts(const struct moment *m, struct moment_part *parts)
{
	size_t count = 0;

	for (size_t i = 0; i < m->part_count; i++)
		parts[i] = m->parts[i];
	qsort(parts, m->part_count, sizeof *parts, rule_part_order);
	for (size_t i = 0; i < m->part_count; i++) {
		if (count && !rule_part_order(&parts[count - 1], &parts[i]))
			parts[count - 1].bytes += parts[i].bytes;
		else
			parts[count++] = parts[i];
	}
	return count;
}

static bool rule_read_twice(const struct summary *s, const struct moment *m,
                            char evidence[RULE_EVIDENCE])
{
	struct moment_part *parts = memory_get(m->part_count + 1, sizeof *parts);
	size_t count = rule_whole_parts(m, parts);
	bool fires = false;
	struct unit read, size;

	for (size_t k = 0; k < count && !fires; k++) {
		double extent = (double)rule_extent(s, parts[k].name);
		if (extent < 1 << 20 || (double)parts[k].bytes <= 1.5 * extent)
			continue;
		fires = RULE_SAY("one process read %s of %s, which holds %s",
		                 unit_bytes(&read, (double)parts[k].bytes),
		                 names_text(s->recording->names, parts[k].name),
		                 unit_bytes(&size, extent));
	}
	free(parts);
	return fires;
}

bool rule_double_read(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	*stage = AIOT_STAGE_RESTORE;
	for (size_t i = 0; i < s->restores.count; i++)
		if (rule_read_twice(s, &s->restores.items[i], evidence))
			return true;
	return false;
}
