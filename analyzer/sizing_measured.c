/* SPDX-License-Identifier: Apache-2.0
 *
 * Medians, since a run's first save and its last are often unlike the others.
 */
#include "sizing_measured.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

static int sizing_order(const void *one, const void *other)
{
	const double a = *(const double *)one, b = *(const double *)other;

	return (a > b) - (a < b);
}

static double sizing_share(const struct moment *m)
{
	return m->interval_s > 0 ? moment_seconds(m) / m->interval_s : -1;
}

static double sizing_interval(const struct moment *m)
{
	return m->interval_s > 0 ? m->interval_s : -1;
}

/* The median of what is known, -1 without any. */
static double sizing_median(const struct moments *moments, double (*of)(const struct moment *))
{
	double *values = memory_get(moments->count + 1, sizeof *values), median;
	size_t count = 0;

	for (const struct moment *m = moments->items; m && m < moments->items + moments->count; m++)
		if ((values[count] = of(m)) >= 0)
			count++;
	qsort(values, count, sizeof *values, sizing_order);
	median = count ? (values[(count - 1) / 2] + values[count / 2]) / 2 : -1;
	free(values);
	return median;
}

static const struct moment *sizing_largest(const struct moments *moments)
{
	const struct moment *largest = NULL;

	for (size_t i = 0; i < moments->count; i++)
		if (!largest || moments->items[i].bytes > largest->bytes)
			largest = &moments->items[i];
	return largest;
}

static double sizing_ranks(const struct summary *s, const struct moment *largest)
{
	double ranks = largest ? (double)largest->processes : -1;

	for (size_t i = 0; i < s->recording->count; i++)
		if (s->recording->processes[i].world_size > ranks)
			ranks = s->recording->processes[i].world_size;
	return ranks;
}

static double sizing_fastest(const struct summary *s)
{
	double fastest = -1;

	for (int i = 0; i < AIOT_STAGES; i++)
		if (i != AIOT_STAGE_RUNTIME && i != AIOT_STAGE_IPC &&
		    rate_peak(&s->stages[i].rate) > fastest)
			fastest = rate_peak(&s->stages[i].rate);
	/* What is shorter than a window of that rate may be faster. */
	for (size_t i = 0; i < s->checkpoints.count; i++)
		fastest = fmax(fastest, moment_bandwidth(&s->checkpoints.items[i]));
	for (size_t i = 0; i < s->restores.count; i++)
		fastest = fmax(fastest, moment_bandwidth(&s->restores.items[i]));
	return fastest;
}

struct sizing_measured sizing_measured(const struct summary *s)
{
	const struct moment *save = sizing_largest(&s->checkpoints);
	const struct moment *restore = sizing_largest(&s->restores);

	return (struct sizing_measured){
	        .saves = s->checkpoints.count,
	        .restores = s->restores.count,
	        .bytes = save ? (double)save->bytes : -1,
	        .at_least = save && save->labour.mapped_bytes,
	        .interval_s = sizing_median(&s->checkpoints, sizing_interval),
	        .duration_s = sizing_median(&s->checkpoints, moment_seconds),
	        .bandwidth = sizing_median(&s->checkpoints, moment_bandwidth),
	        .share = sizing_median(&s->checkpoints, sizing_share),
	        .fastest = sizing_fastest(s),
	        .restored_bytes = restore ? (double)restore->bytes : -1,
	        .restore_duration = restore ? moment_seconds(restore) : -1,
	        .ranks = sizing_ranks(s, save),
	};
}
