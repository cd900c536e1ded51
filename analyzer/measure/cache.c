/* SPDX-License-Identifier: Apache-2.0
 *
 * One model for each device and size class. A class with samples of both kinds
 * has a threshold between them; one with hits alone takes the multiple of
 * their time beyond which it is no copy from memory; one with neither takes
 * that of the nearest class of its device.
 */
#include "measure/cache.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/threshold.h"
#include "read/waited.h"

#define CACHE_SLOW_NS 16384 /* the writer looks at slower reads as often as it may */
#define CACHE_POWERS  40
#define CACHE_DEVICES 64 /* further ones stay unknown */

/* How right an answer is expected to be that no sample of both kinds backs. */
#define CACHE_ONE_SIDED 0.95
#define CACHE_BORROWED  0.7

#define CACHE_ONE       4294967296.0 /* 2^32: a sum of accuracies counts in parts of it */

struct cache_class {
	struct population hits, misses;
	struct cache_model model;
};

/* What is said of a read of some size. */
struct cache_rule {
	uint64_t threshold_ns;
	double accuracy;
	uint64_t weight; /* the same in 2^-32 */
};

#define CACHE_RULE(share)                                                                          \
	{                                                                                          \
		.accuracy = (share), .weight = (uint64_t)((share)*CACHE_ONE)                       \
	}

static const struct cache_rule cache_sure = CACHE_RULE(1);

/* An answer that needs no latency. */
struct cache_seen {
	enum cache_answer answer;
	struct cache_rule rule;
};

struct cache_device {
	uint64_t device;
	struct cache_class *classes[CACHE_POWERS];
	struct cache_rule rules[CACHE_POWERS];
};

/* What a read of a file can say, before its latency is looked at. */
enum cache_file { CACHE_FILE_OTHER, CACHE_FILE_PSEUDO, CACHE_FILE_MEMORY, CACHE_FILE_ASKED };

/* Device: index of the file's, CACHE_DEVICES where nothing was learnt of it. */
struct cache_place {
	uint8_t file, device;
};

struct cache {
	const struct recording *recording;
	const struct mounts *mounts;
	bool *told; /* by process number: waited_told */
	/* By that and the flags of a read: what these say. */
	const struct cache_seen *seen[2][UINT8_MAX + 1];
	struct cache_device devices[CACHE_DEVICES];
	size_t count;
	struct cache_place **places; /* [process number][file index]; NULL until cache_fit */
};

/* What the read's own flags say. */
static const struct cache_seen *cache_see(uint8_t flags, bool told)
{
	static const struct cache_seen seen[] = {
	        [WAITED_UNKNOWN] = {CACHE_UNKNOWN, {0}},
	        [WAITED_NOT] = {CACHE_HIT, CACHE_RULE(0.995)},
	        [WAITED_AHEAD] = {CACHE_HIT, CACHE_RULE(0.97)},
	        [WAITED_SOMETHING] = {CACHE_STORAGE, CACHE_RULE(0.9)},
	        [WAITED_STORAGE] = {CACHE_STORAGE, CACHE_RULE(0.995)},
	};

	return &seen[waited_of(flags, told)];
}

struct cache *cache_new(const struct recording *recording, const struct mounts *mounts)
{
	struct cache *c = memory_get(1, sizeof *c);

	c->recording = recording;
	c->mounts = mounts;
	c->told = waited_told(recording);
	for (unsigned flags = 0; flags <= UINT8_MAX; flags++)
		for (unsigned told = 0; told < 2; told++)
			c->seen[told][flags] = cache_see((uint8_t)flags, told);
	return c;
}

struct cache *cache_like(const struct cache *cache)
{
	return cache_new(cache->recording, cache->mounts);
}

/* Its index, or CACHE_DEVICES. */
static size_t cache_device(const struct cache *c, uint64_t device)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->devices[i].device == device)
			return i;
	return CACHE_DEVICES;
}

/* NULL where there are too many. */
static struct cache_class *cache_class(struct cache *c, uint64_t device, unsigned power)
{
	size_t i = cache_device(c, device);
	struct cache_device *d;

	if (i == CACHE_DEVICES && c->count == CACHE_DEVICES)
		return NULL;
	if (i == CACHE_DEVICES)
		i = c->count++;
	d = &c->devices[i];
	d->device = device;
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
	if (r->flags & AIOT_EVENT_STORAGE)
		return CACHE_STORAGE;
	return strcmp(r->call->name, "fault.major") ? CACHE_HIT : CACHE_STORAGE;
}

static enum cache_file cache_file(const struct file *file, const struct mount *mount)
{
	if (file->kind != AIOT_FILE_REGULAR)
		return CACHE_FILE_OTHER;
	if (mount->class && !strcmp(mount->class, "pseudo"))
		return CACHE_FILE_PSEUDO;
	return mount->class && !strcmp(mount->class, "memory") ? CACHE_FILE_MEMORY
	                                                       : CACHE_FILE_ASKED;
}

/* What needs no model: memory is its own cache, /proc has none. */
static inline enum cache_answer cache_given(enum cache_file file, const struct cache_read *r)
{
	if (r->result <= 0 || file == CACHE_FILE_OTHER || r->call->level != AIOT_LEVEL_FD)
		return cache_given_otherwise(r);
	if (file == CACHE_FILE_PSEUDO)
		return CACHE_NONE;
	if (file == CACHE_FILE_MEMORY)
		return CACHE_HIT;
	return (r->flags & AIOT_EVENT_DIRECT) == AIOT_EVENT_DIRECT ? CACHE_STORAGE : CACHE_UNKNOWN;
}

static enum cache_file cache_file_of(const struct cache *c, const struct process *p, size_t i)
{
	return cache_file(process_file_at(p, i), &c->mounts->items[c->mounts->of[p->number][i]]);
}

static inline const struct cache_seen *cache_seen(const struct cache *c, const struct process *p,
                                                  uint8_t flags)
{
	return c->seen[c->told[p->number]][flags];
}

void cache_learn(struct cache *c, const struct cache_read *r)
{
	enum cache_answer seen = cache_seen(c, r->process, r->flags)->answer;
	struct cache_class *class;

	if (cache_given(cache_file_of(c, r->process, r->file), r) != CACHE_UNKNOWN)
		return;
	/* That of a read whose processor was taken away is no latency of the cache. */
	if (r->flags & AIOT_EVENT_UNWAITED || !(r->flags & AIOT_EVENT_DIRECT))
		return;
	if (seen == CACHE_UNKNOWN && c->told[r->process->number])
		return;
	class = cache_class(c, process_file_more(r->process, r->file)->device,
	                    cache_power(r->result));
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
	if (m->threshold_ns && m->threshold_ns < CACHE_SLOW_NS)
		m->threshold_ns = CACHE_SLOW_NS;
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

/* A rule for each size: that of the class's own model, or of the nearest. */
static void cache_rules(struct cache_device *d)
{
	for (unsigned k = 0; k < CACHE_POWERS; k++) {
		const struct cache_model *m = cache_nearest(d, k);
		if (!m)
			continue;
		d->rules[k].threshold_ns = cache_scaled(m, k);
		d->rules[k].accuracy =
		        m->power == k ? m->accuracy : fmin(m->accuracy, CACHE_BORROWED);
		d->rules[k].weight = (uint64_t)llround(d->rules[k].accuracy * CACHE_ONE);
	}
}

/* Looked up for each read: neither names nor devices are compared then. */
static void cache_find_places(struct cache *c)
{
	const struct recording *r = c->recording;

	c->places = memory_get(r->count, sizeof *c->places);
	for (size_t n = 0; n < r->count; n++) {
		const struct process *p = &r->processes[n];
		c->places[n] = memory_get(p->file_count, sizeof *c->places[n]);
		for (size_t i = 0; i < p->file_count; i++)
			c->places[n][i] = (struct cache_place){
			        (uint8_t)cache_file_of(c, p, i),
			        (uint8_t)cache_device(c, process_file_more(p, i)->device)};
	}
}

void cache_fit(struct cache *c)
{
	/* Threads found them in any order. */
	qsort(c->devices, c->count, sizeof *c->devices, cache_device_order);
	for (size_t i = 0; i < c->count; i++) {
		for (unsigned k = 0; k < CACHE_POWERS; k++) {
			struct cache_class *class = c->devices[i].classes[k];
			if (!class)
				continue;
			class->model.device = c->devices[i].device;
			class->model.power = k;
			cache_fit_class(class);
		}
		cache_rules(&c->devices[i]);
	}
	cache_find_places(c);
}

/* A question that the file leaves open. */
static inline enum cache_answer cache_asked(const struct cache *c, const struct cache_read *r,
                                            const struct cache_place *place,
                                            const struct cache_rule **rule)
{
	static const struct cache_rule none;
	const struct cache_seen *seen = cache_seen(c, r->process, r->flags);

	*rule = &seen->rule;
	if (seen->answer != CACHE_UNKNOWN)
		return seen->answer;
	*rule = place->device == CACHE_DEVICES
	                ? &none
	                : &c->devices[place->device].rules[cache_power(r->result)];
	if (!(*rule)->threshold_ns)
		return CACHE_UNKNOWN;
	return r->duration_ns < (*rule)->threshold_ns ? CACHE_HIT : CACHE_STORAGE;
}

enum cache_answer cache_of(const struct cache *c, const struct cache_read *r, double *accuracy)
{
	const struct cache_place *place = &c->places[r->process->number][r->file];
	enum cache_answer answer = cache_given(place->file, r);
	const struct cache_rule *rule = &cache_sure;

	if (answer == CACHE_UNKNOWN)
		answer = cache_asked(c, r, place, &rule);
	*accuracy = rule->accuracy;
	return answer;
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

static inline void cache_read(const struct cache *c, struct events *e, uint32_t i,
                              const struct cache_place *place, struct cache_sums *sums)
{
	const struct cache_read read = {.process = e->process,
	                                .flags = e->flags[i],
	                                .call = events_call(e, i),
	                                .duration_ns = e->duration[i],
	                                .result = e->result[i]};
	const struct cache_rule *rule = &cache_sure;
	enum cache_answer answer = cache_given(place->file, &read);

	if (answer == CACHE_UNKNOWN)
		answer = cache_asked(c, &read, place, &rule);
	if (answer != CACHE_NONE)
		sums->accuracy += rule->weight;
	e->cached[i] = (uint8_t)answer;
	sums->ops[answer]++;
	sums->bytes[answer] += e->bytes[i];
}

void cache_add(const struct cache *c, struct events *e,
               struct cache_sums *const by_stage[AIOT_STAGES])
{
	const struct cache_place *places = c->places[e->process->number];

	memset(e->cached, CACHE_NONE, e->count);
	for (uint32_t i = 0; i < e->count; i++)
		if (e->class[i] == AIOT_CLASS_READ)
			cache_read(c, e, i, &places[e->file[i]], by_stage[e->stage[i]]);
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

	return asked ? (double)sums->accuracy / CACHE_ONE / (double)asked : 0;
}

void cache_free(struct cache *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->count; i++)
		for (unsigned k = 0; k < CACHE_POWERS; k++)
			free(c->devices[i].classes[k]);
	for (size_t i = 0; c->places && i < c->recording->count; i++)
		free(c->places[i]);
	free(c->places);
	free(c->told);
	free(c);
}
