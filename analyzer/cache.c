/* SPDX-License-Identifier: Apache-2.0
 *
 * One model for each device and size class. A class with samples of both kinds
 * has a threshold between them; one with hits alone takes the multiple of
 * their time beyond which it is no copy from memory; one with neither takes
 * that of the nearest class of its device.
 */
#include "cache.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "threshold.h"

#define CACHE_POWERS  40
#define CACHE_DEVICES 64 /* further ones stay unknown */

/* How right an answer is expected to be that no sample of both kinds backs. */
#define CACHE_ONE_SIDED 0.95
#define CACHE_BORROWED  0.7

struct cache_class {
	struct population hits, misses;
	struct cache_model model;
};

struct cache_device {
	uint64_t device;
	struct cache_class *classes[CACHE_POWERS];
};

struct cache {
	const struct recording *recording;
	const struct mounts *mounts;
	struct cache_device devices[CACHE_DEVICES];
	size_t count;
};

struct cache *cache_new(const struct recording *recording, const struct mounts *mounts)
{
	struct cache *c = memory_get(1, sizeof *c);

	c->recording = recording;
	c->mounts = mounts;
	return c;
}

struct cache *cache_like(const struct cache *cache)
{
	return cache_new(cache->recording, cache->mounts);
}

static const struct cache_device *cache_device(const struct cache *c, uint64_t device)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->devices[i].device == device)
			return &c->devices[i];
	return NULL;
}

/* NULL where there are too many. */
static struct cache_class *cache_class(struct cache *c, uint64_t device, unsigned power)
{
	struct cache_device *d = (struct cache_device *)cache_device(c, device);

	if (!d && c->count == CACHE_DEVICES)
		return NULL;
	if (!d) {
		d = &c->devices[c->count++];
		d->device = device;
	}
	if (!d->classes[power])
		d->classes[power] = memory_get(1, sizeof *d->classes[power]);
	return d->classes[power];
}

static unsigned cache_power(int64_t bytes)
{
	unsigned power = 63 - (unsigned)__builtin_clzll((uint64_t)bytes);

	return power < CACHE_POWERS ? power : CACHE_POWERS - 1;
}

/* Faults say themselves what they waited for. What goes past the kernel's page
 * cache, or was not waited for, is no question of latency. */
static enum cache_answer cache_given_otherwise(const struct cache_read *r)
{
	if (r->call->level != AIOT_LEVEL_MMAP || r->result <= 0)
		return CACHE_NONE;
	return strcmp(r->call->name, "fault.major") ? CACHE_HIT : CACHE_STORAGE;
}

/* What needs no model: memory is its own cache, /proc has none. */
static enum cache_answer cache_given(const struct cache *c, const struct cache_read *r)
{
	const struct file *file = &r->process->files[r->file];
	const struct mount *mount = &c->mounts->items[c->mounts->of[r->process->number][r->file]];

	if (r->result <= 0 || file->kind != AIOT_FILE_REGULAR || r->call->level != AIOT_LEVEL_FD)
		return cache_given_otherwise(r);
	if (mount->class && !strcmp(mount->class, "pseudo"))
		return CACHE_NONE;
	if (mount->class && !strcmp(mount->class, "memory"))
		return CACHE_HIT;
	return (r->flags & AIOT_EVENT_DIRECT) == AIOT_EVENT_DIRECT ? CACHE_STORAGE : CACHE_UNKNOWN;
}

void cache_learn(struct cache *c, const struct cache_read *r)
{
	struct cache_class *class;

	if (cache_given(c, r) != CACHE_UNKNOWN)
		return;
	class = cache_class(c, r->process->files[r->file].device, cache_power(r->result));
	if (class)
		population_add(r->flags & AIOT_EVENT_CACHED ? &class->hits : &class->misses,
		               r->duration_ns);
}

void cache_move(struct cache *to, struct cache *from)
{
	for (size_t i = 0; i < from->count; i++)
		for (unsigned k = 0; k < CACHE_POWERS; k++) {
			const struct cache_class *one = from->devices[i].classes[k];
			struct cache_class *other =
			        one ? cache_class(to, from->devices[i].device, k) : NULL;
			if (!other)
				continue;
			population_merge(&other->hits, &one->hits);
			population_merge(&other->misses, &one->misses);
		}
	cache_free(from);
}

/* From the samples themselves; one more wrong one is assumed than was seen. */
static double cache_accuracy(const struct cache_class *class, uint64_t threshold)
{
	uint64_t slow = population_above(&class->hits, threshold);
	uint64_t fast = class->misses.total - population_above(&class->misses, threshold);
	uint64_t all = class->hits.total + class->misses.total;

	return 1 - (double)(slow + fast + 1) / (double)(all + 2);
}

static void cache_fit_class(struct cache_class *class)
{
	struct cache_model *m = &class->model;
	uint64_t fastest = population_percentile(&class->misses, 0);

	m->hits = class->hits.total;
	m->misses = class->misses.total;
	m->threshold_ns = threshold_between(&class->hits, &class->misses);
	if (m->threshold_ns) {
		m->accuracy = cache_accuracy(class, m->threshold_ns);
		return;
	}
	m->threshold_ns = threshold_above(&class->hits);
	if (m->misses && (!m->threshold_ns || fastest < m->threshold_ns))
		m->threshold_ns = fastest > 1 ? fastest - fastest / 4 : 1;
	m->accuracy = fmin(cache_accuracy(class, m->threshold_ns), CACHE_ONE_SIDED);
}

static int cache_device_order(const void *one, const void *other)
{
	uint64_t a = ((const struct cache_device *)one)->device;
	uint64_t b = ((const struct cache_device *)other)->device;

	return (a > b) - (a < b);
}

void cache_fit(struct cache *c)
{
	/* Threads found them in any order. */
	qsort(c->devices, c->count, sizeof *c->devices, cache_device_order);
	for (size_t i = 0; i < c->count; i++)
		for (unsigned k = 0; k < CACHE_POWERS; k++) {
			struct cache_class *class = c->devices[i].classes[k];
			if (!class)
				continue;
			class->model.device = c->devices[i].device;
			class->model.power = k;
			cache_fit_class(class);
		}
}

/* The class's own model or the nearest one of the device; NULL without any. */
static const struct cache_model *cache_nearest(const struct cache_device *d, unsigned power)
{
	for (unsigned away = 0; away < CACHE_POWERS; away++) {
		if (power + away < CACHE_POWERS && d->classes[power + away])
			return &d->classes[power + away]->model;
		if (power >= away && d->classes[power - away])
			return &d->classes[power - away]->model;
	}
	return NULL;
}

/* A larger copy takes longer, though not in proportion to its size. */
static uint64_t cache_scaled(const struct cache_model *m, unsigned power)
{
	if (m->power == power)
		return m->threshold_ns;
	return (uint64_t)((double)m->threshold_ns * exp2(((double)power - m->power) / 2));
}

enum cache_answer cache_of(const struct cache *c, const struct cache_read *r, double *accuracy)
{
	enum cache_answer given = cache_given(c, r);
	const struct cache_device *d;
	const struct cache_model *m;
	unsigned power;

	*accuracy = given == CACHE_UNKNOWN ? 0 : 1;
	if (given != CACHE_UNKNOWN)
		return given;
	d = cache_device(c, r->process->files[r->file].device);
	power = cache_power(r->result);
	m = d ? cache_nearest(d, power) : NULL;
	if (!m)
		return CACHE_UNKNOWN;
	*accuracy = m->power == power ? m->accuracy : fmin(m->accuracy, CACHE_BORROWED);
	return r->duration_ns < cache_scaled(m, power) ? CACHE_HIT : CACHE_STORAGE;
}

const struct cache_model *cache_models(const struct cache *c, size_t number)
{
	for (size_t i = 0; i < c->count; i++)
		for (unsigned k = 0; k < CACHE_POWERS; k++)
			if (c->devices[i].classes[k] && !number--)
				return &c->devices[i].classes[k]->model;
	return NULL;
}

const char *cache_word(enum cache_answer answer)
{
	static const char *const words[CACHE_ANSWERS] = {"", "unknown", "hit", "storage"};

	return words[answer];
}

void cache_count(struct cache_sums *sums, enum cache_answer answer, int64_t result, double accuracy)
{
	sums->ops[answer]++;
	sums->bytes[answer] += result > 0 ? (uint64_t)result : 0;
	sums->accuracy += answer == CACHE_NONE ? 0 : accuracy;
}

void cache_sums_merge(struct cache_sums *to, const struct cache_sums *from)
{
	for (int i = 0; i < CACHE_ANSWERS; i++) {
		to->ops[i] += from->ops[i];
		to->bytes[i] += from->bytes[i];
	}
	to->accuracy += from->accuracy;
}

double cache_confidence(const struct cache_sums *sums)
{
	uint64_t asked = sums->ops[CACHE_UNKNOWN] + sums->ops[CACHE_HIT] + sums->ops[CACHE_STORAGE];

	return asked ? sums->accuracy / (double)asked : 0;
}

void cache_free(struct cache *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->count; i++)
		for (unsigned k = 0; k < CACHE_POWERS; k++)
			free(c->devices[i].classes[k]);
	free(c);
}
