/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules about reading data: how it lies, how it is asked for, and what the
 * page cache does for it.
 */
#include <string.h>

#include "finding/rule.h"

#define ULL(x) ((unsigned long long)(x))

bool rule_remote(const struct mount *m)
{
	return m->class && (!strcmp(m->class, "network") || !strcmp(m->class, "parallel"));
}

/* Of stages that mostly read: how data are written says nothing of it. */
static struct pattern rule_mount_pattern(const struct summary *s, uint32_t mount)
{
	const struct course *c = rule_course(s);
	struct pattern all = {0};

	for (int i = 0; i < AIOT_STAGES; i++)
		if (s->stages[i].read_ops > s->stages[i].write_ops && c->stages[i].by_mount &&
		    mount < c->mounts)
			pattern_add(&all, &c->stages[i].by_mount[mount]);
	return all;
}

bool rule_small_random_remote(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	struct unit size;

	(void)stage;
	for (size_t i = 0; i < s->where->count; i++) {
		const struct place *p = s->where->places[i];
		const struct mount *m = where_mount(s->where, p->mount);
		struct pattern pattern = rule_mount_pattern(s, p->mount);
		double mean = p->read_ops ? (double)p->read_bytes / (double)p->read_ops : 0;
		if (!rule_remote(m) || p->read_ops < 1000 || mean >= 65536 ||
		    pattern_share(&pattern, ACCESS_CONSECUTIVE) >= 0.5)
			continue;
		return RULE_SAY("%llu reads of %s on average on %s (%s), %.0f %% of them "
		                "consecutive",
		                ULL(p->read_ops), unit_bytes(&size, mean), m->point, m->type,
		                100 * pattern_share(&pattern, ACCESS_CONSECUTIVE));
	}
	return false;
}

bool rule_mapped_remote(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	for (size_t i = 0; i < s->file_count; i++) {
		const struct file_summary *f = &s->files[i];
		const struct mount *m = where_mount(s->where, f->mount);
		if (!rule_remote(m) || f->mapped.major < 100)
			continue;
		*stage = f->stage;
		return RULE_SAY("%llu page faults of %s waited for %s (%s)", ULL(f->mapped.major),
		                names_text(s->recording->names, f->name), m->point, m->type);
	}
	return false;
}

bool rule_small_random_reads(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	static const int read[] = {AIOT_STAGE_TRAIN, AIOT_STAGE_INFERENCE};
	struct unit size;

	for (size_t i = 0; i < 2; i++) {
		const struct stage_summary *t = &s->stages[read[i]];
		uint64_t half = histogram_percentile(&t->read_size, 0.5);
		if (t->read_ops < 10000 || half > 16384 ||
		    strcmp(pattern_class(&t->pattern), "random"))
			continue;
		*stage = read[i];
		return RULE_SAY("%llu reads, half of them of at most %s, %.0f %% consecutive",
		                ULL(t->read_ops), unit_bytes(&size, (double)half),
		                100 * pattern_share(&t->pattern, ACCESS_CONSECUTIVE));
	}
	return false;
}

/* Whether a file was read or written in a stage, be it little beside what others did. */
static bool rule_touched(const struct summary *s, int stage, uint32_t name, bool write)
{
	const struct course_file *files = rule_course(s)->stages[stage].by_file;

	return files && files[name].last[write].handle;
}

struct rule_files {
	uint64_t files, opens;
	double bytes, read;
};

static struct rule_files rule_training_files(const struct summary *s)
{
	struct rule_files all = {0};

	for (size_t i = 0; i < s->file_count; i++) {
		const struct file_summary *f = &s->files[i];
		if (!rule_touched(s, AIOT_STAGE_TRAIN, f->name, false))
			continue;
		all.files++;
		all.opens += f->opens;
		all.read += (double)f->read_bytes;
		all.bytes += f->extent > 0 ? (double)f->extent : 0;
	}
	return all;
}

bool rule_many_small_files(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	struct rule_files all = rule_training_files(s);
	struct unit mean, p50;

	*stage = AIOT_STAGE_TRAIN;
	if (all.files < 5000 || all.bytes / (double)all.files >= 131072)
		return false;
	return RULE_SAY("%llu files of %s on average, %llu opens; a read takes %s (p50)",
	                ULL(all.files), unit_bytes(&mean, all.bytes / (double)all.files),
	                ULL(all.opens),
	                unit_seconds(&p50, (double)histogram_percentile(
	                                           &s->stages[AIOT_STAGE_TRAIN].latency, 0.5) /
	                                           1e9));
}

bool rule_reopened_files(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	struct rule_files all = rule_training_files(s);
	double times = all.bytes > 0 && all.read > all.bytes ? all.read / all.bytes : 1;

	*stage = AIOT_STAGE_TRAIN;
	if (all.opens < 1000 || (double)all.opens <= 4 * (double)all.files * times)
		return false;
	return RULE_SAY("%llu opens of %llu files, whose bytes were read %.1f times",
	                ULL(all.opens), ULL(all.files), times);
}

bool rule_metadata_storm(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	for (int i = 0; i < AIOT_STAGES; i++) {
		const struct stage_summary *t = &s->stages[i];
		uint64_t data = t->read_ops + t->write_ops;
		if (i == AIOT_STAGE_RUNTIME || i == AIOT_STAGE_IPC || t->asked_ops < 10000 ||
		    t->asked_ops <= 10 * data)
			continue;
		*stage = i;
		return RULE_SAY("%llu metadata operations beside %llu reads and writes",
		                ULL(t->asked_ops), ULL(data));
	}
	return false;
}

/* Share of bytes from the page cache, of epochs from `from` on; -1 = unknown. */
static double rule_hits(const struct epochs *e, uint32_t from, uint32_t to)
{
	double hits = 0, known = 0;

	for (uint32_t i = from; i < to && i < e->count; i++) {
		hits += (double)e->items[i].hit_bytes;
		known += (double)(e->items[i].hit_bytes + e->items[i].storage_bytes);
	}
	return known > 0 ? hits / known : -1;
}

/* A first epoch that takes hardly longer than the second one has lost nothing. */
#define COLD 1.1

bool rule_cold_start(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	const struct epochs *e = rule_epochs(s);
	double first = rule_hits(e, 0, 1), later = rule_hits(e, 1, e->count);
	struct unit one, two;

	*stage = AIOT_STAGE_TRAIN;
	if (e->count < 2 || first < 0 || first >= 0.5 || later <= 0.9 ||
	    (double)epoch_ns(&e->items[0]) < COLD * (double)epoch_ns(&e->items[1]))
		return false;
	return RULE_SAY("from the page cache: %.0f %% of the first epoch's bytes, %.0f %% of later "
	                "ones; the first took %s, the second %s",
	                100 * first, 100 * later,
	                unit_seconds(&one, (double)epoch_ns(&e->items[0]) / 1e9),
	                unit_seconds(&two, (double)epoch_ns(&e->items[1]) / 1e9));
}

/* Whether the program itself keeps its files out of the cache, each epoch about. */
static bool rule_uncached(const struct summary *s)
{
	const struct epochs *e = rule_epochs(s);
	uint64_t ops = 0, files = 0;

	for (int i = 0; i < AIOT_STAGES; i++)
		ops += i == AIOT_STAGE_RUNTIME || i == AIOT_STAGE_IPC ? 0
		                                                      : s->stages[i].uncached_ops;
	for (uint32_t i = 0; i < e->count; i++)
		files = e->items[i].files > files ? e->items[i].files : files;
	return ops && 2 * ops >= files;
}

bool rule_cache_thrash(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	const struct epochs *e = rule_epochs(s);
	const struct reuse *r = rule_course(s)->stages[AIOT_STAGE_TRAIN].reuse;
	double later = rule_hits(e, 1, e->count), unique;
	struct unit size, half;

	*stage = AIOT_STAGE_TRAIN;
	if (e->count < 2 || !r || later < 0 || later >= 0.5 || rule_uncached(s))
		return false;
	unique = reuse_unique_bytes(r);
	return RULE_SAY("%.0f %% of later epochs' bytes came from the page cache; LRU of %s would "
	                "serve %.0f %% of all reads, of %s %.0f %%",
	                100 * later, unit_bytes(&half, unique / 2),
	                100 * (1 - reuse_miss_ratio(r, unique / 2)), unit_bytes(&size, unique),
	                100 * (1 - reuse_miss_ratio(r, 1.05 * unique)));
}

/* Files that a stage wrote to. */
static uint64_t rule_files_written(const struct summary *s, int stage)
{
	uint64_t files = 0;

	for (size_t i = 0; i < s->file_count; i++)
		files += rule_touched(s, stage, s->files[i].name, true);
	return files;
}

bool rule_small_writes(const struct summary *s, char evidence[RULE_EVIDENCE], int *stage)
{
	static const int made[] = {AIOT_STAGE_INGEST, AIOT_STAGE_PREPARE};
	struct unit size;

	for (size_t i = 0; i < 2; i++) {
		const struct stage_summary *t = &s->stages[made[i]];
		uint64_t half = histogram_percentile(&t->write_size, 0.5);
		uint64_t files = rule_files_written(s, made[i]);
		/* Who writes a small file at once can't write it in larger pieces. */
		if (t->write_ops < 1000 || half >= 65536 || t->write_ops < 4 * files)
			continue;
		*stage = made[i];
		return RULE_SAY("%llu writes to %llu file%s, half of them of at most %s",
		                ULL(t->write_ops), ULL(files), files == 1 ? "" : "s",
		                unit_bytes(&size, (double)half));
	}
	return false;
}
