/* SPDX-License-Identifier: Apache-2.0 */
#include "measure/learnt.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

#define LEARNT_SLOW_NS 16384 /* the writer looks at slower reads as often as it may */

/* How right an answer is expected to be that no sample of both kinds backs. */
#define LEARNT_ONE_SIDED 0.95
#define LEARNT_BORROWED  0.7

size_t learnt_device(const struct learnt *l, uint64_t device)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->devices[i].device == device)
			return i;
	return LEARNT_DEVICES;
}

/* NULL where there are too many. */
static struct learnt_class *learnt_class(struct learnt *l, uint64_t device, unsigned power)
{
	size_t i = learnt_device(l, device);
	struct learnt_device *d;

	if (i == LEARNT_DEVICES && l->count == LEARNT_DEVICES)
		return NULL;
	if (i == LEARNT_DEVICES)
		i = l->count++;
	d = &l->devices[i];
	d->device = device;
	if (!d->classes[power])
		d->classes[power] = memory_get(1, sizeof *d->classes[power]);
	return d->classes[power];
}

void learnt_add(struct learnt *l, uint64_t device, int64_t bytes, bool hit, uint64_t ns)
{
	struct learnt_class *class = learnt_class(l, device, learnt_power(bytes));

	if (class)
		population_add(hit ? &class->hits : &class->misses, ns);
}

void learnt_merge(struct learnt *to, const struct learnt *from)
{
	for (size_t i = 0; i < from->count; i++)
		for (unsigned k = 0; k < LEARNT_POWERS; k++) {
			const struct learnt_class *one = from->devices[i].classes[k];
			struct learnt_class *other =
			        one ? learnt_class(to, from->devices[i].device, k) : NULL;
			if (!other)
				continue;
			population_merge(&other->hits, &one->hits);
			population_merge(&other->misses, &one->misses);
		}
}

/* From the samples themselves; one more wrong one is assumed than was seen. */
static double learnt_accuracy(const struct learnt_class *class, uint64_t threshold)
{
	uint64_t slow = population_above(&class->hits, threshold);
	uint64_t fast = class->misses.total - population_above(&class->misses, threshold);
	uint64_t all = class->hits.total + class->misses.total;

	return 1 - (double)(slow + fast + 1) / (double)(all + 2);
}

static void learnt_fit_class(struct learnt_class *class)
{
	struct learnt_model *m = &class->model;
	uint64_t fastest = population_percentile(&class->misses, 0);

	m->hits = class->hits.total;
	m->misses = class->misses.total;
	m->threshold_ns = threshold_between(&class->hits, &class->misses);
	if (m->threshold_ns) {
		m->accuracy = learnt_accuracy(class, m->threshold_ns);
		return;
	}
	m->threshold_ns = threshold_above(&class->hits);
	if (m->threshold_ns && m->threshold_ns < LEARNT_SLOW_NS)
		m->threshold_ns = LEARNT_SLOW_NS;
	if (m->misses && (!m->threshold_ns || fastest < m->threshold_ns))
		m->threshold_ns = fastest > 1 ? fastest - fastest / 4 : 1;
	m->accuracy = fmin(learnt_accuracy(class, m->threshold_ns), LEARNT_ONE_SIDED);
}

static int learnt_device_order(const void *one, const void *other)
{
	uint64_t a = ((const struct learnt_device *)one)->device;
	uint64_t b = ((const struct learnt_device *)other)->device;

	return (a > b) - (a < b);
}

/* The class's own model or the nearest one of the device; NULL without any. */
static const struct learnt_model *learnt_nearest(const struct learnt_device *d, unsigned power)
{
	for (unsigned away = 0; away < LEARNT_POWERS; away++) {
		if (power + away < LEARNT_POWERS && d->classes[power + away])
			return &d->classes[power + away]->model;
		if (power >= away && d->classes[power - away])
			return &d->classes[power - away]->model;
	}
	return NULL;
}

/* A larger copy takes longer, though not in proportion to its size. */
static uint64_t learnt_scaled(const struct learnt_model *m, unsigned power)
{
	if (m->power == power)
		return m->threshold_ns;
	return (uint64_t)((double)m->threshold_ns * exp2(((double)power - m->power) / 2));
}

/* A rule for each size: that of the class's own model, or of the nearest. */
static void learnt_rules(struct learnt_device *d)
{
	for (unsigned k = 0; k < LEARNT_POWERS; k++) {
		const struct learnt_model *m = learnt_nearest(d, k);
		if (!m)
			continue;
		d->rules[k].threshold_ns = learnt_scaled(m, k);
		d->rules[k].accuracy =
		        m->power == k ? m->accuracy : fmin(m->accuracy, LEARNT_BORROWED);
		d->rules[k].weight = (uint64_t)llround(d->rules[k].accuracy * LEARNT_ONE);
	}
}

static void learnt_fit_device(struct learnt_device *d)
{
	for (unsigned k = 0; k < LEARNT_POWERS; k++) {
		struct learnt_class *class = d->classes[k];
		if (!class)
			continue;
		class->model.device = d->device;
		class->model.power = k;
		learnt_fit_class(class);
	}
	learnt_rules(d);
}

void learnt_fit(struct learnt *l)
{
	/* Threads found them in any order. */
	qsort(l->devices, l->count, sizeof *l->devices, learnt_device_order);
	for (size_t i = 0; i < l->count; i++)
		learnt_fit_device(&l->devices[i]);
}

const struct learnt_model *learnt_models(const struct learnt *l, size_t number)
{
	for (size_t i = 0; i < l->count; i++)
		for (unsigned k = 0; k < LEARNT_POWERS; k++)
			if (l->devices[i].classes[k] && !number--)
				return &l->devices[i].classes[k]->model;
	return NULL;
}

void learnt_free(struct learnt *l)
{
	for (size_t i = 0; i < l->count; i++)
		for (unsigned k = 0; k < LEARNT_POWERS; k++)
			free(l->devices[i].classes[k]);
}
