/* SPDX-License-Identifier: Apache-2.0
 *
 * The first pass over all processes: a thread for each core, of a process at a time.
 */
#include "stage/feature.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "read/evidence.h"
#include "read/merge.h"
#include "read/ranks.h"
#include "read/system.h"
#include "stage/intake.h"
#include "stage/spared.h"
#include "stage/use_room.h"

/* The ranks of storage files alone. */
static uint32_t *feature_storage(const struct features *f, const struct process *p)
{
	uint32_t *ranks = memory_get(p->file_count, sizeof *ranks);

	for (size_t k = 0; k < p->file_count; k++)
		if (system_is_not(f->recording, process_file_at(p, k)))
			ranks[k] = process_file_at(p, k)->rank;
	return ranks;
}

/* The pass over all processes, each by itself. */
struct feature_pass {
	struct features *features;
	struct merge **merges;          /* by process number */
	struct merge_buffers **buffers; /* by worker */
	struct use_rooms *rooms;        /* for records of use, by worker */
	struct handles **handles;       /* likewise */
	struct shapes_near *shapes;     /* likewise */
	struct cache *cache, **caches;  /* for all, and by worker */
	bool seeks;
};

/* Keeps a process's records. */
static void feature_keep(struct features *f, const struct process *p, const struct use *uses,
                         struct shapes_near *near)
{
	struct use_slot *slots = f->uses[p->number] = memory_get(p->file_count, sizeof *slots);

	for (size_t i = 0; i < p->file_count; i++)
		slots[i] = use_keep(&uses[i], f->shapes, near);
}

static void feature_process(void *context, size_t number, unsigned worker)
{
	struct feature_pass *pass = context;
	struct features *f = pass->features;
	struct recording *r = f->recording;
	uint32_t *ranks = feature_storage(pass->features, &r->processes[number]);
	struct evidence_stack *evidence = evidence_of_stacks(&r->processes[number].stacks);
	struct intake in = {.features = pass->features,
	                    .process = &r->processes[number],
	                    .ranks = ranks,
	                    .seeks = pass->seeks};
	struct slice slice;

	if (!pass->buffers[worker]) {
		pass->buffers[worker] = merge_buffers_new();
		pass->handles[worker] = handles_new();
		pass->caches[worker] = pass->cache ? cache_like(pass->cache) : NULL;
	}
	merge_lend(pass->merges[number], pass->buffers[worker]);
	merge_spare_times(pass->merges[number]);
	in.merge = pass->merges[number];
	in.handles = pass->handles[worker];
	in.uses = use_room(pass->rooms, in.process->file_count, worker);
	in.cache = pass->caches[worker];
	while (merge_next(pass->merges[number], &slice)) {
		intake_slice(&in, &slice);
		if (evidence)
			f->evidence[number] |= use_say(in.uses, &slice, evidence);
	}
	if (in.spared)
		spared_tell(in.merge, in.process, in.spared, in.uses);
	feature_keep(f, in.process, in.uses, &pass->shapes[worker]);
	use_room_back(pass->rooms, in.process->file_count, in.uses);
	free(evidence);
	free(ranks);
}

static void feature_all(struct features *f, struct cache *cache, bool seeks)
{
	struct recording *r = f->recording;
	unsigned workers = parallel_workers();
	struct feature_pass pass = {.features = f, .cache = cache, .seeks = seeks};

	pass.merges = memory_get(r->count, sizeof *pass.merges);
	pass.buffers = memory_get(workers, sizeof *pass.buffers);
	pass.handles = memory_get(workers, sizeof *pass.handles);
	pass.rooms = use_rooms_new(workers);
	pass.shapes = memory_get(workers, sizeof *pass.shapes);
	pass.caches = memory_get(workers, sizeof *pass.caches);
	for (size_t i = 0; i < r->count; i++)
		pass.merges[i] = merge_new(r, BATCH_ALL, &r->processes[i]);
	parallel_for(r->count, feature_process, &pass);
	for (size_t i = 0; i < r->count; i++)
		merge_free(pass.merges[i]);
	for (unsigned i = 0; i < workers; i++) {
		merge_buffers_free(pass.buffers[i]);
		handles_free(pass.handles[i]);
		if (pass.caches[i])
			cache_move(cache, pass.caches[i]);
	}
	if (cache)
		cache_fit(cache);
	free(pass.merges);
	free(pass.buffers);
	free(pass.handles);
	use_rooms_free(pass.rooms);
	free(pass.shapes);
	free(pass.caches);
}

struct features *features_find(struct recording *r, struct cache *cache, bool seeks)
{
	struct features *f = memory_get(1, sizeof *f);

	f->recording = r;
	f->uses = memory_get(r->count, sizeof *f->uses);
	f->shapes = shapes_new();
	f->orders = memory_get(r->count, sizeof *f->orders);
	f->stated = memory_get(r->count, sizeof *f->stated);
	f->evidence = memory_get(r->count, sizeof *f->evidence);
	ranks_find(r);
	feature_all(f, cache, seeks);
	return f;
}

void features_free(struct features *f)
{
	for (size_t i = 0; i < f->recording->count; i++)
		use_free(f->uses[i], f->recording->processes[i].file_count);
	free(f->uses);
	shapes_free(f->shapes);
	free(f->orders);
	free(f->stated);
	free(f->evidence);
	free(f);
}
