/* SPDX-License-Identifier: Apache-2.0
 *
 * Puts the result together: sums by stage from the second pass (tally.c), sums
 * by file and by process from the first pass's records.
 */
#include "analysis/summary.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/coverage.h"
#include "analysis/moved.h"
#include "analysis/tally.h"
#include "base/memory.h"
#include "measure/mapped.h"
#include "read/kin.h"
#include "stage/role.h"

struct summing {
	struct summary *summary;
	struct features *features;
	struct stages *stages;
	struct mapped *mapped;  /* by name */
	uint16_t *stages_seen;  /* bits, by name */
	uint64_t *reasons_seen; /* likewise */
	uint16_t *marks_seen;   /* stages that it was marked as, likewise */
};

/* How accesses followed each other was counted by file already: a stage's sum
 * is that of its files, but for the events that say their stage themselves. */
static void summary_pattern(struct summary *summary, const struct use *u, const struct verdict *v)
{
	struct pattern *read = &summary->stages[v[DIRECTION_READ].stage].pattern;
	struct pattern *write = &summary->stages[v[DIRECTION_WRITE].stage].pattern;

	pattern_add(read, &u->read);
	pattern_add(write, &u->write);
	if (u->marks) {
		pattern_subtract(read, &u->marks->pattern[0]);
		pattern_subtract(write, &u->marks->pattern[1]);
	}
	if (u->seeks) {
		seeks_merge(&summary->stages[v[DIRECTION_READ].stage].seeks, &u->seeks[0]);
		seeks_merge(&summary->stages[v[DIRECTION_WRITE].stage].seeks, &u->seeks[1]);
	}
}

/* A file counts once for a stage and once for a reason, however many processes
 * used it. */
static void summary_reason(struct summing *s, uint32_t name, const struct verdict *v, uint64_t ops)
{
	struct stage_summary *stage = &s->summary->stages[v->stage];

	if (!ops)
		return;
	stage->files += !(s->stages_seen[name] >> v->stage & 1);
	s->stages_seen[name] |= (uint16_t)(1u << v->stage);
	if (v->reason == REASON_MARKED) { /* the one reason that has several stages */
		stage->reason_files[v->reason] += !(s->marks_seen[name] >> v->stage & 1);
		s->marks_seen[name] |= (uint16_t)(1u << v->stage);
	} else {
		stage->reason_files[v->reason] += !(s->reasons_seen[name] >> v->reason & 1);
		s->reasons_seen[name] |= UINT64_C(1) << v->reason;
	}
	stage->confidence += (double)ops * v->confidence / 100;
}

/* What is marked is that, what comes after a cut that, and the rest is what the verdict says. */
static void summary_reasons(struct summing *s, uint32_t name, const struct verdict *v,
                            const uint64_t marked[AIOT_STAGES], uint64_t after, uint64_t ops)
{
	struct verdict retried = stage_retried();

	summary_reason(s, name, &retried, after);
	ops -= after < ops ? after : ops;
	for (unsigned i = 0; marked && i < AIOT_STAGES; i++) {
		struct verdict said = stage_marked(i);
		summary_reason(s, name, &said, marked[i]);
		ops -= marked[i] < ops ? marked[i] : ops;
	}
	summary_reason(s, name, v, ops);
}

static void summary_file(struct file_summary *f, const struct file_more *file, const struct use *u,
                         const struct verdict *v)
{
	uint64_t before = f->read_bytes + f->write_bytes, add = u->read_bytes + u->write_bytes;

	if (add >= before)
		f->stage = v[u->write_bytes > u->read_bytes].stage;
	f->opens += u->opens;
	f->extent = file->size > f->extent ? file->size : f->extent;
	f->extent = u->read_end > f->extent ? u->read_end : f->extent;
	f->extent = u->write_end > f->extent ? u->write_end : f->extent;
	f->read_ops += u->reads;
	f->write_ops += u->writes;
	f->read_bytes += u->read_bytes;
	f->write_bytes += u->write_bytes;
	pattern_add(&f->pattern, &u->read);
	pattern_add(&f->pattern, &u->write);
}

static void summary_process(struct process_summary *p, const struct use *u, const struct verdict *v)
{
	if (v->stage == AIOT_STAGE_RUNTIME || v->stage == AIOT_STAGE_IPC)
		return;
	p->read_ops += u->reads;
	p->write_ops += u->writes;
	p->read_bytes += u->read_bytes;
	p->write_bytes += u->write_bytes;
	p->trains |= u->reads && v->stage == AIOT_STAGE_TRAIN;
}

/* Reads that were added to training with their files. */
static void summary_cut(struct summary *summary, const struct after *after)
{
	struct stage_summary *train = &summary->stages[AIOT_STAGE_TRAIN];
	struct stage_summary *inference = &summary->stages[AIOT_STAGE_INFERENCE];

	pattern_subtract(&train->pattern, &after->read);
	pattern_add(&inference->pattern, &after->read);
	seeks_subtract(&train->seeks, &after->seeks);
	seeks_merge(&inference->seeks, &after->seeks);
}

static int summary_larger(const void *one, const void *other)
{
	const struct file_summary *a = one, *b = other;
	uint64_t x = a->read_bytes + a->write_bytes, y = b->read_bytes + b->write_bytes;

	if (x != y)
		return x > y ? -1 : 1;
	return a->name < b->name ? -1 : a->name > b->name;
}

/* Files ahead of the one that is added: its sums lie anywhere. */
#define SUMMARY_AHEAD 12u

static void summary_ahead(const struct summary *summary, const struct process *p, size_t i)
{
	process_fetch(p, i);
	if (i + SUMMARY_AHEAD >= p->file_count)
		return;
	__builtin_prefetch(process_file_more(p, i + SUMMARY_AHEAD));
	memory_fetch(&summary->files[process_file_at(p, i + SUMMARY_AHEAD)->name],
	             sizeof *summary->files);
}

/* What process `n` did to its file `i`. */
static void summary_use(struct summing *s, size_t n, size_t i)
{
	struct summary *summary = s->summary;
	const struct process *p = &summary->recording->processes[n];
	const struct use *u = features_use(s->features, n, i, &(struct use){0});
	const struct verdict *v = stages_kind(s->stages, n, i)->verdicts;
	uint32_t name = process_file_at(p, i)->name;
	const struct after_file *after = after_of(&s->stages->afters[n], i);
	struct file_summary *file = &summary->files[name];

	summary_file(file, process_file_more(p, i), u, v);
	if (!file->mount)
		file->mount = summary->mounts->of[n][i];
	summary_process(&summary->processes[n], u, v);
	summary_pattern(summary, u, v);
	summary_reasons(s, name, &v[DIRECTION_READ], u->marks ? u->marks->ops[0] : NULL,
	                after ? after->ops : 0, u->reads);
	summary_reasons(s, name, &v[DIRECTION_WRITE], u->marks ? u->marks->ops[1] : NULL, 0,
	                u->writes);
}

/* Leaves the files of which data moved, by how much. */
static void summary_sort(struct summing *s, uint32_t names)
{
	struct summary *summary = s->summary;

	for (uint32_t i = 0; i < names; i++) {
		summary->files[i].name = i;
		summary->files[i].mapped = s->mapped[i];
		if (summary->files[i].read_ops + summary->files[i].write_ops)
			summary->files[summary->file_count++] = summary->files[i];
		else
			mapped_free(&s->mapped[i]);
	}
	qsort(summary->files, summary->file_count, sizeof *summary->files, summary_larger);
	summary->file_by_name = memory_get(names, sizeof *summary->file_by_name);
	for (size_t i = 0; i < summary->file_count; i++)
		summary->file_by_name[summary->files[i].name] = (uint32_t)i + 1;
}

static void summary_trainers(struct summary *summary)
{
	const struct recording *r = summary->recording;

	for (size_t n = 0; n < r->count; n++) {
		const struct process *parent = kin_parent(r, &r->processes[n]);
		if (parent && summary->processes[n].trains && r->processes[n].role == ROLE_WORKER)
			summary->processes[parent->number].trains = true;
	}
}

static void summary_uses(struct summing *s)
{
	struct summary *summary = s->summary;
	struct recording *r = summary->recording;
	uint32_t names = names_count(r->names);

	summary->files = memory_get(names, sizeof *summary->files);
	summary->processes = memory_get(r->count, sizeof *summary->processes);
	s->stages_seen = memory_get(names, sizeof *s->stages_seen);
	s->reasons_seen = memory_get(names, sizeof *s->reasons_seen);
	s->marks_seen = memory_get(names, sizeof *s->marks_seen);
	for (size_t n = 0; n < r->count; n++) {
		for (int i = 0; i < AIOT_STAGES; i++)
			pattern_add(&summary->stages[i].pattern, &s->features->stated[n][i]);
		for (size_t i = 1; i < r->processes[n].file_count; i++) {
			summary_ahead(summary, &r->processes[n], i);
			summary_use(s, n, i);
		}
		summary_cut(summary, &s->stages->afters[n]);
	}
	summary_trainers(summary);
	free(s->stages_seen);
	free(s->reasons_seen);
	free(s->marks_seen);
	summary_sort(s, names);
}

static void summary_confidence(struct summary *summary)
{
	for (int i = 0; i < AIOT_STAGES; i++) {
		struct stage_summary *stage = &summary->stages[i];
		uint64_t ops = stage->read_ops + stage->write_ops;
		stage->confidence = ops ? stage->confidence / (double)ops : 0;
		if (stage->confidence > 1)
			stage->confidence = 1;
	}
}

/* Faults of mapped files in all processes. */
static void summary_mapped(struct summing *s, const struct coverage *coverage)
{
	struct mapped_run *m = &s->summary->mapped;

	for (size_t i = 0; i < s->summary->recording->count; i++) {
		const struct process *p = &s->summary->recording->processes[i];
		mapped_process(m, &p->mapped);
		m->lost += p->loss[AIOT_LOSS_FAULTS];
		if (coverage_counts(coverage, p))
			m->storage_read_bytes +=
			        p->kernel_last.read_bytes - p->kernel_first.read_bytes;
	}
}

/* What the pass has found beside the stages. */
static void summary_truth(struct summary *summary)
{
	for (int i = 0; i < AIOT_STAGES; i++)
		cache_sums_merge(&summary->cached, &summary->stages[i].cached);
	summary->stall = stall_find(summary);
}

static void summary_events(struct summing *s)
{
	struct summary *summary = s->summary;
	struct coverage *coverage = coverage_new(summary->recording);
	struct episodes saved = {0}, loaded = {0};
	struct known known = {.recording = summary->recording,
	                      .features = s->features,
	                      .stages = s->stages,
	                      .mounts = summary->mounts,
	                      .cache = summary->cache};
	struct tallied to = {.stages = summary->stages,
	                     .saved = &saved,
	                     .loaded = &loaded,
	                     .mapped = s->mapped,
	                     .coverage = coverage,
	                     .found = summary->found};

	tally_events(&to, &known);
	summary->where = summary->found[ANALYSIS_where];
	summary->waiting = summary->found[ANALYSIS_waiting];
	summary->pipes = summary->found[ANALYSIS_pipes];
	summary_mapped(s, coverage);
	summary->coverage = coverage_finish(coverage);
	missing_find(&summary->missing, summary->recording, &summary->coverage,
	             summary->waiting->untraced);
	summary_truth(summary);
	moved_rename(&saved, summary->found[ANALYSIS_renaming],
	             names_count(summary->recording->names));
	summary->checkpoints = episodes_group(&saved, summary->recording, false);
	moved_folders(&summary->checkpoints, summary->found[ANALYSIS_renaming],
	              summary->recording->names);
	summary->restores = episodes_group(&loaded, summary->recording, true);
	episodes_free(&saved);
	episodes_free(&loaded);
}

struct summary *summary_make(struct recording *recording)
{
	struct summing s = {.summary = memory_get(1, sizeof *s.summary)};

	s.summary->recording = recording;
	reading_begin(&recording->reading, recording->processes, recording->count, 2);
	s.summary->mounts = mounts_find(recording);
	s.summary->cache = cache_new(recording, s.summary->mounts);
	s.features = features_find(recording, s.summary->cache, true);
	roles_find(s.features);
	s.stages = stages_find(s.features);
	s.mapped = memory_get(names_count(recording->names), sizeof *s.mapped);
	summary_events(&s);
	summary_uses(&s);
	free(s.mapped);
	summary_confidence(s.summary);
	stages_free(s.stages);
	features_free(s.features);
	reading_end(&recording->reading);
	/* It lies in the arenas of threads that have ended, where writers don't find it. */
	malloc_trim(0);
	return s.summary;
}

void summary_free(struct summary *summary)
{
	for (int i = 0; i < AIOT_STAGES; i++)
		rate_free(&summary->stages[i].rate);
	for (int i = 0; i < AIOT_STAGES; i++)
		mapped_free(&summary->stages[i].mapped);
	for (size_t i = 0; i < summary->file_count; i++)
		mapped_free(&summary->files[i].mapped);
	moments_free(&summary->checkpoints);
	moments_free(&summary->restores);
	stall_free(&summary->stall);
	for (int i = 0; i < ANALYSIS_COUNT; i++)
		analyses[i]->free(summary->found[i]);
	cache_free(summary->cache);
	mounts_free(summary->mounts);
	free(summary->files);
	free(summary->file_by_name);
	free(summary->processes);
	free(summary);
}

const struct file_summary *summary_file_named(const struct summary *summary, uint32_t name)
{
	uint32_t at = summary->file_by_name[name];

	return at ? &summary->files[at - 1] : NULL;
}

const char *summary_across_files(const struct stage_summary *stage)
{
	if (!stage->switches)
		return "single";
	return (double)stage->ascents >= 0.8 * (double)stage->switches ? "ordered" : "shuffled";
}
