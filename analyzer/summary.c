/* SPDX-License-Identifier: Apache-2.0
 *
 * The second pass: events into sums by stage, with every stage now known. Sums
 * by file and by process come from the first pass's records.
 */
#include "summary.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "coverage.h"
#include "mapped.h"
#include "memory.h"
#include "merge.h"
#include "role.h"
#include "wrap.h"

struct summary_event {
	struct process *process;
	uint32_t file, handle, name;
	int64_t start, end, result, offset;
	uint64_t size;
	uint32_t aux;
	uint16_t call;
	uint8_t class, stage;
};

struct summing {
	struct summary *summary;
	struct features *features;
	struct stages *stages;
	struct handles *handles;
	uint32_t (*last)[AIOT_STAGES]; /* rank of the last file by process and stage */
	struct episodes saved, loaded;
	struct coverage *coverage;
	struct mapped *mapped;  /* by name */
	uint16_t *stages_seen;  /* bits, by name */
	uint32_t *reasons_seen; /* likewise */
};

static void summary_order(struct summing *s, const struct summary_event *e)
{
	struct stage_summary *stage = &s->summary->stages[e->stage];
	uint32_t rank = s->features->ranks[e->name];
	uint32_t *last = &s->last[e->process->number][e->stage];

	if (*last && rank != *last) {
		stage->switches++;
		stage->ascents += rank > *last;
	}
	*last = rank;
}

/* A fault is no call that the kernel counts, and only some of them last. */
static void summary_fault(struct summing *s, const struct summary_event *e, uint64_t ns)
{
	struct stage_summary *stage = &s->summary->stages[e->stage];

	mapped_add(&stage->mapped, e->call, e->aux, (uint64_t)e->result, ns);
	mapped_add(&s->mapped[e->name], e->call, e->aux, (uint64_t)e->result, ns);
	if (e->call == AIOT_CALL_fault_major && ns)
		histogram_add(&stage->latency, ns);
}

static void summary_data(struct summing *s, const struct summary_event *e)
{
	struct stage_summary *stage = &s->summary->stages[e->stage];
	bool write = e->class == AIOT_CLASS_WRITE;
	uint64_t bytes = e->result > 0 ? (uint64_t)e->result : 0;
	uint64_t ns = (uint64_t)wrap_subtract((uint64_t)e->end, (uint64_t)e->start);

	*(write ? &stage->write_ops : &stage->read_ops) += mapped_weight(e->call, e->aux);
	*(write ? &stage->write_bytes : &stage->read_bytes) += bytes;
	histogram_add(write ? &stage->write_size : &stage->read_size, bytes);
	if (mapped_is_fault(e->call))
		summary_fault(s, e, ns);
	else
		histogram_add(&stage->latency, ns);
	rate_add(&stage->rate, e->start, e->end, bytes);
	if (e->result >= 0 && e->offset >= 0)
		stage->pattern.count[handles_access(s->handles, e->process->number, e->handle,
		                                    write, e->offset, e->result)]++;
	if (bytes && e->name)
		summary_order(s, e);
	if (!mapped_is_fault(e->call))
		coverage_add(s->coverage, e->process, write, e->end, bytes);
}

static uint32_t summary_final(const struct summing *s, const struct summary_event *e)
{
	const struct use *u = &s->features->uses[e->process->number][e->file];

	return u->renamed_to ? u->renamed_to : e->name;
}

static void summary_episode(struct summing *s, const struct summary_event *e)
{
	bool save = e->stage == AIOT_STAGE_CHECKPOINT;
	bool data = e->class == (save ? AIOT_CLASS_WRITE : AIOT_CLASS_READ);
	struct episodes *list = save ? &s->saved : &s->loaded;
	struct episode new = {.process = e->process->number,
	                      .run = e->process->run,
	                      .name = save ? summary_final(s, e) : e->name,
	                      .handle = e->handle,
	                      .start_ns = e->start};
	bool renames = save && e->class == AIOT_CLASS_META && new.name != e->name;
	struct episode *episode;

	if (!e->name || e->result < 0)
		return;
	if (e->class == AIOT_CLASS_OPEN && save == ((e->aux & O_ACCMODE) != O_RDONLY)) {
		episode_begin(list, new);
		return;
	}
	if (!data && !renames && e->class != AIOT_CLASS_SYNC && e->class != AIOT_CLASS_CLOSE)
		return;
	episode = episode_latest(list, new.process, new.name, renames ? 0 : e->handle);
	if (!episode && !data)
		return;
	if (!episode)
		episode = episode_begin(list, new);
	episode->bytes += data ? (uint64_t)e->result : 0;
	if (e->end > episode->end_ns)
		episode->end_ns = e->end;
}

#define COLUMN(name) (x->batch->column[AIOT_COLUMN_##name])

static void summary_row(struct summing *s, const struct slice *x, uint32_t i)
{
	struct process *p = x->process;
	struct summary_event e = {
	        .process = p,
	        .file = process_file(p, COLUMN(FILE)[i]),
	        .handle = (uint32_t)COLUMN(HANDLE)[i],
	        .start = wrap_add(COLUMN(START)[i], (uint64_t)p->clock),
	        .result = (int64_t)COLUMN(RESULT)[i],
	        .offset = (int64_t)COLUMN(OFFSET)[i],
	        .size = COLUMN(SIZE)[i],
	        .aux = (uint32_t)COLUMN(AUX)[i],
	        .call = (uint16_t)COLUMN(CALL)[i],
	        .class = process_call(p, COLUMN(CALL)[i])->class,
	};

	e.name = p->files[e.file].name;
	e.end = wrap_add((uint64_t)e.start, COLUMN(DURATION)[i]);
	e.stage = (uint8_t)stages_of(s->stages, p,
	                             &(struct stage_event){.file = e.file,
	                                                   .aux = e.aux,
	                                                   .class = e.class,
	                                                   .guess = (uint8_t)COLUMN(STAGE)[i],
	                                                   .flags = (uint8_t)COLUMN(FLAGS)[i]});
	if (e.class == AIOT_CLASS_READ || e.class == AIOT_CLASS_WRITE)
		summary_data(s, &e);
	else
		s->summary->stages[e.stage].meta_ops++;
	if (e.stage == AIOT_STAGE_CHECKPOINT || e.stage == AIOT_STAGE_RESTORE)
		summary_episode(s, &e);
}

static void summary_events(struct summing *s)
{
	struct merge *merge =
	        merge_new(s->summary->recording, BATCH_ALL & ~BATCH_WANT(STACK), NULL);
	struct slice slice;

	while (merge_next(merge, &slice))
		for (uint32_t i = slice.begin; i < slice.end; i++)
			summary_row(s, &slice, i);
	merge_free(merge);
}

/* A file counts once for a stage and once for a reason, however many processes
 * used it. */
static void summary_reason(struct summing *s, uint32_t name, const struct verdict *v, uint64_t ops)
{
	struct stage_summary *stage = &s->summary->stages[v->stage];

	if (!ops)
		return;
	stage->files += !(s->stages_seen[name] >> v->stage & 1);
	stage->reason_files[v->reason] += !(s->reasons_seen[name] >> v->reason & 1);
	s->stages_seen[name] |= (uint16_t)(1u << v->stage);
	s->reasons_seen[name] |= 1u << v->reason;
	stage->confidence += (double)ops * v->confidence / 100;
}

static void summary_file(struct file_summary *f, const struct use *u, const struct verdict *v)
{
	uint64_t before = f->read_bytes + f->write_bytes, add = u->read_bytes + u->write_bytes;

	if (add >= before)
		f->stage = v[u->write_bytes > u->read_bytes].stage;
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
}

static int summary_larger(const void *one, const void *other)
{
	const struct file_summary *a = one, *b = other;
	uint64_t x = a->read_bytes + a->write_bytes, y = b->read_bytes + b->write_bytes;

	if (x != y)
		return x > y ? -1 : 1;
	return a->name < b->name ? -1 : a->name > b->name;
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
	for (size_t n = 0; n < r->count; n++) {
		const struct process *p = &r->processes[n];
		for (size_t i = 1; i < p->file_count; i++) {
			const struct use *u = &s->features->uses[n][i];
			const struct verdict *v = s->stages->verdicts[n][i];
			summary_file(&summary->files[p->files[i].name], u, v);
			summary_process(&summary->processes[n], u, v);
			summary_reason(s, p->files[i].name, &v[DIRECTION_READ], u->reads);
			summary_reason(s, p->files[i].name, &v[DIRECTION_WRITE], u->writes);
		}
	}
	for (uint32_t i = 0; i < names; i++) {
		summary->files[i].name = i;
		summary->files[i].mapped = s->mapped[i];
		if (summary->files[i].read_ops + summary->files[i].write_ops)
			summary->files[summary->file_count++] = summary->files[i];
		else
			mapped_free(&s->mapped[i]);
	}
	free(s->stages_seen);
	free(s->reasons_seen);
	qsort(summary->files, summary->file_count, sizeof *summary->files, summary_larger);
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
static void summary_mapped(struct summing *s)
{
	struct mapped_run *m = &s->summary->mapped;

	for (size_t i = 0; i < s->summary->recording->count; i++) {
		const struct process *p = &s->summary->recording->processes[i];
		mapped_process(m, &p->mapped);
		m->lost += p->loss[AIOT_LOSS_FAULTS];
		if (coverage_counts(s->coverage, p))
			m->storage_read_bytes +=
			        p->kernel_last.read_bytes - p->kernel_first.read_bytes;
	}
}

static void summary_fill(struct summing *s)
{
	struct summary *summary = s->summary;

	summary_events(s);
	summary_uses(s);
	summary_confidence(summary);
	summary_mapped(s);
	coverage_finish(s->coverage, &summary->coverage_read, &summary->coverage_write);
	summary->checkpoints = episodes_group(&s->saved, summary->recording->names, false);
	summary->restores = episodes_group(&s->loaded, summary->recording->names, true);
	episodes_free(&s->saved);
	episodes_free(&s->loaded);
}

struct summary *summary_make(struct recording *recording)
{
	struct summing s = {.summary = memory_get(1, sizeof *s.summary)};

	s.summary->recording = recording;
	s.features = features_find(recording);
	roles_find(s.features);
	s.stages = stages_find(s.features);
	s.handles = handles_new();
	s.coverage = coverage_new(recording);
	s.last = memory_get(recording->count, sizeof *s.last);
	s.mapped = memory_get(names_count(recording->names), sizeof *s.mapped);
	summary_fill(&s);
	free(s.last);
	free(s.mapped);
	handles_free(s.handles);
	stages_free(s.stages);
	features_free(s.features);
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
	free(summary->files);
	free(summary->processes);
	free(summary);
}

const char *summary_across_files(const struct stage_summary *stage)
{
	if (!stage->switches)
		return "single";
	return (double)stage->ascents >= 0.8 * (double)stage->switches ? "ordered" : "shuffled";
}
