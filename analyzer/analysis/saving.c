/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/saving.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/sizing.h"
#include "base/wrap.h"
#include "read/kin.h"

/* Main threads that waited for most of a save that others wrote were not
 * training. */
#define HELD 0.5

/* Seconds that the main thread of a process, or of the one that made it,
 * waited for locks, threads and children during the save. */
static double saving_held(const struct summary *s, const struct moment *m)
{
	double most = 0;

	for (size_t i = 0; i < s->recording->count; i++) {
		const struct process *p = &s->recording->processes[i];
		const struct holds *holds = &s->waiting->of[i].holds;
		double held;
		if (!holds->count || p->run != m->run || !process_is_main(p))
			continue;
		held = holds_between(holds, m->start_ns, m->end_ns);
		most = held > most ? held : most;
	}
	return fmin(most, moment_seconds(m));
}

/* Who saves for others goes on with nothing but that, while they train. */
static bool saving_helper(const struct summary *s, const struct process *p)
{
	const struct process *parent = kin_parent(s->recording, p);

	if (s->processes[p->number].trains)
		return false;
	if (p->origin == AIOT_ORIGIN_FORK && !process_is_main(p))
		return true;
	return parent && s->processes[parent->number].trains;
}

/* Bytes that main threads wrote, but for helpers'. */
static uint64_t saving_by_main(const struct summary *s, const struct moment *m)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < m->part_count; i++)
		if (!saving_helper(s, &s->recording->processes[m->parts[i].process]))
			bytes += m->parts[i].first_bytes;
	return bytes;
}

struct saving saving_of(const struct summary *s, const struct moment *m)
{
	double held = 0, bytes = (double)m->bytes;
	struct saving saving = {
	        .share = m->interval_s > 0 ? moment_seconds(m) / m->interval_s : -1,
	        .needed_bandwidth = m->interval_s > 0 ? bytes / (SIZING_SHARE * m->interval_s) : -1,
	        .parameters = sizing_parameters(bytes, SIZING_STATE_EACH),
	        .weights_parameters = sizing_parameters(bytes, SIZING_WEIGHTS_EACH),
	};

	if (saving_by_main(s, m) * 2 < m->bytes) {
		held = saving_held(s, m);
		saving.background = held < HELD * moment_seconds(m);
	}
	saving.stalled_s = saving.background ? held : moment_seconds(m);
	return saving;
}

static int restoring_order(const void *one, const void *other)
{
	const uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;

	return a < b ? -1 : a > b;
}

/* The size that a file had, or reached by being written; -1 = not known. */
static double restoring_size(const struct summary *s, uint32_t name)
{
	const struct file_summary *f = summary_file_named(s, name);

	return f ? (double)f->extent : -1;
}

double restoring_fan_out(const struct summary *s, const struct moment *m)
{
	uint32_t *names = memory_get(m->part_count + 1, sizeof *names);
	double all = 0;

	for (size_t i = 0; i < m->part_count; i++)
		names[i] = m->parts[i].name;
	qsort(names, m->part_count, sizeof *names, restoring_order);
	for (size_t i = 0; i < m->part_count; i++) {
		double size = i && names[i] == names[i - 1] ? 0 : restoring_size(s, names[i]);
		all = size < 0 || all < 0 ? -1 : all + size;
	}
	free(names);
	return all > 0 ? (double)m->bytes / all : -1;
}
