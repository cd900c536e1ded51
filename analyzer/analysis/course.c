/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/course.h"

#include <stdlib.h>

#include "analysis/analysis.h"
#include "analysis/sweep.h"
#include "base/memory.h"

static void *course_make(const struct known *known)
{
	struct course *c = memory_get(1, sizeof *c);

	c->mounts = known->mounts->count;
	c->names = names_count(known->recording->names);
	c->start_ns = known->recording->start_ns;
	c->epochs = epochs_new(known->features, known->stages);
	return c;
}

/* The same file is on another mount for another process. */
static void course_elsewhere(const struct course *c, struct course_stage *s, uint16_t counted,
                             const struct span *span, enum access kind)
{
	struct pattern one = {0};

	pattern_count(&one, kind, (int64_t)span->bytes, (uint64_t)span->offset, span->bytes);
	if (span->mount && span->mount < c->mounts)
		pattern_add(&s->by_mount[span->mount], &one);
	if (counted && counted < c->mounts)
		pattern_subtract(&s->by_mount[counted], &one);
}

static void course_merged(const struct course *c, struct course_stage *s, const struct span *span)
{
	struct course_file *file;
	struct step step;

	if (span->name >= c->names)
		return;
	if (!s->by_file) {
		s->by_mount = memory_get(c->mounts, sizeof *s->by_mount);
		s->by_file = memory_get(c->names, sizeof *s->by_file);
	}
	file = &s->by_file[span->name];
	step = handle_access(&file->last[span->write], 0, span->name, span->write, span->offset,
	                     (int64_t)span->bytes);
	if (span->around)
		step.kind = step_of_fault(step);
	/* Another reading of the file, from its beginning. */
	if (!span->offset)
		step.kind = ACCESS_CONSECUTIVE;
	pattern_count(&file->pattern, step.kind, (int64_t)span->bytes, (uint64_t)span->offset,
	              span->bytes);
	if (!file->seen)
		file->mount = span->mount;
	file->seen = true;
	if (file->mount != span->mount)
		course_elsewhere(c, s, file->mount, span, step.kind);
}

/* Sums by mount, and of all, from those of the files. */
static void course_sum(const struct course *c, struct course_stage *s)
{
	for (size_t i = 0; s->by_file && i < c->names; i++) {
		const struct course_file *file = &s->by_file[i];
		pattern_add(&s->merged, &file->pattern);
		if (file->mount && file->mount < c->mounts)
			pattern_add(&s->by_mount[file->mount], &file->pattern);
	}
}

/* Spans from which on what a read needs is fetched, long enough before: where
 * files and pages are many and read in any order, it is far away. */
#define COURSE_AHEAD 8

/* Whether the access is one, to a place in a file. */
static inline bool course_places(const struct span *span)
{
	return span->offset >= 0 && span->name && span->bytes;
}

/* Returns whether the span may hold pages of the sample. */
static inline bool course_fetch(const struct course *c, const struct course_stage *s,
                                const struct span *span)
{
	if (!course_places(span))
		return false;
	if (s->by_file && span->name < c->names)
		memory_fetch(&s->by_file[span->name], sizeof *s->by_file);
	if (span->write || span->bytes > REUSE_MOST)
		return false;
	return !s->reuse || reuse_fetch(s->reuse, span->name, (uint64_t)span->offset, span->bytes);
}

static void course_reuse(struct course_stage *s, const struct span *span, bool sampled)
{
	uint64_t offset = (uint64_t)span->offset;

	if (span->bytes > REUSE_MOST)
		return;
	if (!s->reuse)
		s->reuse = reuse_new();
	reuse_count(s->reuse, reuse_pages(offset, span->bytes));
	if (sampled)
		reuse_add(s->reuse, span->name, offset, span->bytes);
}

static void course_accesses(struct course *c, unsigned stage, const struct span *spans,
                            size_t count)
{
	struct course_stage *s = &c->stages[stage];
	bool sampled[COURSE_AHEAD] = {false};

	for (size_t i = 0; i < count + COURSE_AHEAD; i++) {
		const struct span *span = spans + (i < COURSE_AHEAD ? 0 : i - COURSE_AHEAD);
		bool *fetched = &sampled[i % COURSE_AHEAD], now = *fetched;
		if (i < count)
			*fetched = course_fetch(c, s, &spans[i]);
		if (i < COURSE_AHEAD || !course_places(span))
			continue;
		course_merged(c, s, span);
		if (span->write)
			continue;
		course_reuse(s, span, now);
		if (stage == AIOT_STAGE_TRAIN)
			epochs_add(c->epochs, span);
	}
}

/* So many at a time stay in the nearest cache. */
#define COURSE_PART 512u

static void course_add(void *state, unsigned stage, const struct span *spans, size_t count)
{
	struct course *c = state;
	struct course_stage *s = &c->stages[stage];
	struct sweep sweep = {&s->rate, &s->burst, &s->depth, &s->flow, c->start_ns};

	if (stage == AIOT_STAGE_IPC)
		epochs_add_pipes(c->epochs, spans, count);
	if (stage == AIOT_STAGE_RUNTIME || stage == AIOT_STAGE_IPC) {
		rate_add_spans(&s->rate, spans, count);
		return;
	}
	while (count) {
		size_t n = count < COURSE_PART ? count : COURSE_PART;
		sweep_add(&sweep, spans, n);
		course_accesses(c, stage, spans, n);
		spans += n;
		count -= n;
	}
	rate_settle(&s->rate);
}

static void course_finish(void *state, const struct known *known)
{
	struct course *c = state;

	(void)known;
	for (int i = 0; i < AIOT_STAGES; i++) {
		depth_finish(&c->stages[i].depth);
		course_sum(c, &c->stages[i]);
	}
	epochs_finish(c->epochs);
}

static void course_free(void *state)
{
	struct course *c = state;

	for (int i = 0; i < AIOT_STAGES; i++) {
		free(c->stages[i].by_file);
		free(c->stages[i].by_mount);
		flow_free(&c->stages[i].flow);
		reuse_free(c->stages[i].reuse);
	}
	epochs_free(c->epochs);
	free(c);
}

struct pattern course_file(const struct course *c, uint32_t name)
{
	struct pattern all = {0};

	for (int i = 0; i < AIOT_STAGES; i++)
		if (c->stages[i].by_file && name < c->names)
			pattern_add(&all, &c->stages[i].by_file[name].pattern);
	return all;
}

const struct analysis analysis_course = {
        .columns = BATCH_WANT(OFFSET),
        .shared = true,
        .make = course_make,
        .add_times = course_add,
        .finish = course_finish,
        .free = course_free,
};
