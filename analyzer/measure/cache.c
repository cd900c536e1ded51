/* SPDX-License-Identifier: Apache-2.0 */
#include "measure/cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "read/waited.h"

static const struct learnt_rule cache_sure = LEARNT_RULE(1);

/* An answer that needs no latency. */
struct cache_seen {
	enum cache_answer answer;
	struct learnt_rule rule;
};

/* What a read of a file can say, before its latency is looked at. */
enum cache_file { CACHE_FILE_OTHER, CACHE_FILE_PSEUDO, CACHE_FILE_MEMORY, CACHE_FILE_ASKED };

/* Device: index of the file's, LEARNT_DEVICES where nothing was learnt of it. */
struct cache_place {
	uint8_t file, device;
};

struct cache {
	const struct recording *recording;
	const struct mounts *mounts;
	bool *told; /* by process number: waited_told */
	/* By that and the flags of a read: what these say. */
	const struct cache_seen *seen[2][UINT8_MAX + 1];
	struct learnt learnt;
	struct cache_place **places; /* [process number][file index]; NULL until cache_fit */
};

/* What the read's own flags say. */
static const struct cache_seen *cache_see(uint8_t flags, bool told)
{
	static const struct cache_seen seen[] = {
	        [WAITED_UNKNOWN] = {CACHE_UNKNOWN, {0}},
	        [WAITED_NOT] = {CACHE_HIT, LEARNT_RULE(0.995)},
	        [WAITED_AHEAD] = {CACHE_HIT, LEARNT_RULE(0.97)},
	        [WAITED_SOMETHING] = {CACHE_STORAGE, LEARNT_RULE(0.9)},
	        [WAITED_STORAGE] = {CACHE_STORAGE, LEARNT_RULE(0.995)},
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

/* Faults say themselves what they waited for; streams repeat what calls say. */
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

/* Nobody waits in an asynchronous read: its latency tells of its queue. */
static inline bool cache_later(uint8_t level)
{
	return level == AIOT_LEVEL_AIO || level == AIOT_LEVEL_URING;
}

static inline bool cache_level(uint8_t level)
{
	return level == AIOT_LEVEL_FD || cache_later(level);
}

/* What needs no model: memory is its own cache, /proc has none. */
static inline enum cache_answer cache_given(enum cache_file file, const struct cache_read *r)
{
	if (r->result <= 0 || file == CACHE_FILE_OTHER || !cache_level(r->call->level))
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

	if (cache_given(cache_file_of(c, r->process, r->file), r) != CACHE_UNKNOWN)
		return;
	/* That of a read whose processor was taken away is no latency of the cache. */
	if (r->flags & AIOT_EVENT_UNWAITED || !(r->flags & AIOT_EVENT_DIRECT))
		return;
	if (seen == CACHE_UNKNOWN && c->told[r->process->number])
		return;
	learnt_add(&c->learnt, process_file_more(r->process, r->file)->device, r->result,
	           r->flags & AIOT_EVENT_CACHED, r->duration_ns);
}

void cache_move(struct cache *to, struct cache *from)
{
	learnt_merge(&to->learnt, &from->learnt);
	cache_free(from);
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
			        (uint8_t)learnt_device(&c->learnt,
			                               process_file_more(p, i)->device)};
	}
}

void cache_fit(struct cache *c)
{
	learnt_fit(&c->learnt);
	cache_find_places(c);
}

/* A question that the file leaves open. */
static inline enum cache_answer cache_asked(const struct cache *c, const struct cache_read *r,
                                            const struct cache_place *place,
                                            const struct learnt_rule **rule)
{
	static const struct learnt_rule none;
	const struct cache_seen *seen = cache_seen(c, r->process, r->flags);

	*rule = &none;
	if (cache_later(r->call->level))
		return CACHE_UNKNOWN;
	*rule = &seen->rule;
	if (seen->answer != CACHE_UNKNOWN)
		return seen->answer;
	*rule = place->device == LEARNT_DEVICES
	                ? &none
	                : &c->learnt.devices[place->device].rules[learnt_power(r->result)];
	if (!(*rule)->threshold_ns)
		return CACHE_UNKNOWN;
	return r->duration_ns < (*rule)->threshold_ns ? CACHE_HIT : CACHE_STORAGE;
}

enum cache_answer cache_of(const struct cache *c, const struct cache_read *r, double *accuracy)
{
	const struct cache_place *place = &c->places[r->process->number][r->file];
	enum cache_answer answer = cache_given(place->file, r);
	const struct learnt_rule *rule = &cache_sure;

	if (answer == CACHE_UNKNOWN)
		answer = cache_asked(c, r, place, &rule);
	*accuracy = rule->accuracy;
	return answer;
}

const struct learnt_model *cache_models(const struct cache *c, size_t number)
{
	return learnt_models(&c->learnt, number);
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
	const struct learnt_rule *rule = &cache_sure;
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

	return asked ? (double)sums->accuracy / LEARNT_ONE / (double)asked : 0;
}

void cache_free(struct cache *c)
{
	if (!c)
		return;
	learnt_free(&c->learnt);
	for (size_t i = 0; c->places && i < c->recording->count; i++)
		free(c->places[i]);
	free(c->places);
	free(c->told);
	free(c);
}
