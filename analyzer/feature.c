/* SPDX-License-Identifier: Apache-2.0
 *
 * The first pass: events into records of use. Loops over slices, a branch a
 * class of call; nothing here judges.
 */
#include "feature.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "clue.h"
#include "mapped.h"
#include "memory.h"
#include "merge.h"
#include "parallel.h"
#include "wrap.h"

struct feature_event {
	struct process *process;
	struct use *use;
	uint32_t file, handle, aux;
	int64_t start, end, result, offset;
	uint64_t weight; /* operations that it stands for */
	uint16_t call;
	uint8_t class, stage;
	bool marked;
};

enum aiot_stage features_system_stage(const struct recording *r, const struct file *file)
{
	if (file->stage == AIOT_STAGE_RUNTIME || file->stage == AIOT_STAGE_IPC)
		return file->stage;
	switch (file->kind) {
	case AIOT_FILE_PIPE:
	case AIOT_FILE_SOCKET:
	case AIOT_FILE_ANONYMOUS: return AIOT_STAGE_IPC;
	case AIOT_FILE_CHARACTER: return AIOT_STAGE_RUNTIME;
	default: break;
	}
	switch (r->clues[file->name]) {
	case CLUE_SHARED: return AIOT_STAGE_IPC;
	case CLUE_SYSTEM:
	case CLUE_CODE: return AIOT_STAGE_RUNTIME;
	default: return AIOT_STAGE_OTHER;
	}
}

bool features_storage(const struct recording *r, const struct file *file)
{
	return file->name && file->kind != AIOT_FILE_DIRECTORY &&
	       features_system_stage(r, file) == AIOT_STAGE_OTHER;
}

static void feature_earliest(int64_t *first, int64_t at)
{
	if (!*first || at < *first)
		*first = at;
}

static void feature_latest(int64_t *last, int64_t at)
{
	if (at > *last)
		*last = at;
}

static void feature_read(struct use *u, const struct feature_event *e)
{
	u->reads += e->weight;
	feature_earliest(&u->first_read, e->start);
	feature_latest(&u->last_read, e->end);
	u->copied |= e->call == AIOT_CALL_sendfile || e->call == AIOT_CALL_sendfile64 ||
	             e->call == AIOT_CALL_copy_file_range;
	if (e->result <= 0)
		return;
	u->read_bytes += (uint64_t)e->result;
	u->begins += e->offset == 0;
	if (e->offset >= 0)
		feature_latest(&u->read_end, wrap_add((uint64_t)e->offset, (uint64_t)e->result));
}

static void feature_write(struct use *u, const struct feature_event *e)
{
	u->writes += e->weight;
	feature_earliest(&u->first_write, e->start);
	feature_latest(&u->last_write, e->end);
	feature_latest(&u->last_touch, e->end);
	u->copied |= e->call == AIOT_CALL_sendfile_out || e->call == AIOT_CALL_copy_file_range_out;
	if (e->result <= 0)
		return;
	u->write_bytes += (uint64_t)e->result;
	if (e->offset >= 0)
		feature_latest(&u->write_end, wrap_add((uint64_t)e->offset, (uint64_t)e->result));
}

static void feature_open(struct use *u, const struct feature_event *e)
{
	bool writes = (e->aux & O_ACCMODE) != O_RDONLY;

	if (e->result < 0)
		return;
	u->opens++;
	u->append |= (e->aux & O_APPEND) != 0;
	u->created |= (e->aux & O_CREAT) != 0;
	u->truncated |= (e->aux & O_TRUNC) != 0;
	u->write_opens += writes;
	if (writes)
		feature_earliest(&u->first_open, e->start);
}

static void feature_rename(const struct features *f, struct use *u, const struct feature_event *e)
{
	const struct process *p = e->process;
	uint32_t to = process_file(p, e->aux);

	(void)f;
	if (e->result < 0 || !to)
		return;
	u->renamed_to = p->files[to].name;
	feature_latest(&u->last_touch, e->end);
}

static void feature_meta(const struct features *f, const struct feature_event *e)
{
	struct use *u = e->use;

	switch (e->class) {
	case AIOT_CLASS_OPEN: feature_open(u, e); break;
	case AIOT_CLASS_SYNC:
		u->syncs++;
		feature_latest(&u->last_touch, e->end);
		break;
	case AIOT_CLASS_CLOSE:
		if (u->writes)
			feature_latest(&u->last_touch, e->end);
		break;
	case AIOT_CLASS_MAP: u->maps += e->result >= 0; break;
	default:
		if (e->call == AIOT_CALL_rename || e->call == AIOT_CALL_renameat ||
		    e->call == AIOT_CALL_renameat2)
			feature_rename(f, u, e);
	}
}

/* How this process goes from file to file: sorted names or shuffled ones. */
static void feature_order(struct order *order, uint32_t rank)
{
	if (rank == order->last)
		return;
	if (order->last) {
		order->switches++;
		order->ascents += rank > order->last;
	}
	order->last = rank;
}

/* How the access follows the last one. */
static void feature_access(struct features *f, struct handles *handles,
                           const struct feature_event *e)
{
	bool write = e->class == AIOT_CLASS_WRITE;
	struct use *u = e->use;
	enum access kind =
	        handles_access(handles, e->process->number, e->handle, write, e->offset, e->result);

	(write ? &u->write : &u->read)->count[kind]++;
	if (e->file && !e->marked)
		return;
	f->stated[e->process->number][e->stage < AIOT_STAGES ? e->stage : 0].count[kind]++;
	if (e->file && !u->marked)
		u->marked = memory_get(2, sizeof *u->marked);
	if (e->file)
		u->marked[write].count[kind]++;
}

/* rank: of a storage file's name, else 0. */
static void feature_event(struct features *f, struct handles *handles,
                          const struct feature_event *e, uint32_t rank)
{
	bool data = e->class == AIOT_CLASS_READ || e->class == AIOT_CLASS_WRITE;

	if (!data) {
		feature_meta(f, e);
		return;
	}
	if (e->result >= 0 && e->offset >= 0)
		feature_access(f, handles, e);
	if (e->class == AIOT_CLASS_WRITE) {
		feature_write(e->use, e);
		return;
	}
	feature_read(e->use, e);
	if (rank && e->result > 0)
		feature_order(&f->orders[e->process->number], rank);
}

#define COLUMN(name) (s->batch->column[AIOT_COLUMN_##name])

static void feature_slice(struct features *f, struct handles *handles, struct cache *cache,
                          const struct slice *s, const uint32_t *ranks)
{
	struct process *p = s->process;
	struct use *uses = f->uses[p->number];

	for (uint32_t i = s->begin; i < s->end; i++) {
		const struct call *call = process_call(p, COLUMN(CALL)[i]);
		if (call_is_again(call))
			continue;
		struct feature_event e = {
		        .process = p,
		        .file = process_file(p, COLUMN(FILE)[i]),
		        .handle = (uint32_t)COLUMN(HANDLE)[i],
		        .aux = (uint32_t)COLUMN(AUX)[i],
		        .start = wrap_add(COLUMN(START)[i], (uint64_t)p->clock),
		        .result = (int64_t)COLUMN(RESULT)[i],
		        .offset = (int64_t)COLUMN(OFFSET)[i],
		        .call = (uint16_t)COLUMN(CALL)[i],
		        .class = call->class,
		        .stage = (uint8_t)COLUMN(STAGE)[i],
		        .marked = COLUMN(FLAGS)[i] & AIOT_EVENT_MARKED,
		};
		e.end = wrap_add((uint64_t)e.start, COLUMN(DURATION)[i]);
		e.weight = mapped_weight(e.call, e.aux);
		e.use = &uses[e.file];
		feature_event(f, handles, &e, ranks[e.file]);
		if (COLUMN(FLAGS)[i] & AIOT_EVENT_DIRECT && cache)
			cache_learn(cache,
			            &(struct cache_read){p, e.file, (uint8_t)COLUMN(FLAGS)[i], call,
			                                 COLUMN(DURATION)[i], e.result});
	}
}

struct feature_name {
	const char *text;
	uint32_t number;
};

static int feature_compare(const void *one, const void *other)
{
	const struct feature_name *a = one, *b = other;

	return strverscmp(a->text, b->text);
}

/* Natural order: img_2 before img_10, padded or not. */
static uint32_t *feature_name_ranks(const struct names *names)
{
	uint32_t n = names_count(names);
	struct feature_name *sorted = memory_get(n, sizeof *sorted);
	uint32_t *ranks = memory_get(n, sizeof *ranks);

	for (uint32_t i = 0; i < n; i++)
		sorted[i] = (struct feature_name){names_text(names, i), i};
	qsort(sorted, n, sizeof *sorted, feature_compare);
	for (uint32_t i = 0; i < n; i++)
		ranks[sorted[i].number] = i + 1;
	free(sorted);
	return ranks;
}

static uint32_t **feature_ranks(const struct recording *r)
{
	uint32_t *of_name = feature_name_ranks(r->names);
	uint32_t **ranks = memory_get(r->count, sizeof *ranks);

	for (size_t i = 0; i < r->count; i++) {
		const struct process *p = &r->processes[i];
		ranks[i] = memory_get(p->file_count, sizeof **ranks);
		for (size_t k = 0; k < p->file_count; k++)
			if (p->files[k].name)
				ranks[i][k] = of_name[p->files[k].name];
	}
	free(of_name);
	return ranks;
}

/* The ranks of storage files alone. */
static uint32_t *feature_storage(const struct features *f, const struct process *p)
{
	uint32_t *ranks = memory_get(p->file_count, sizeof *ranks);

	for (size_t k = 0; k < p->file_count; k++)
		if (features_storage(f->recording, &p->files[k]))
			ranks[k] = f->ranks[p->number][k];
	return ranks;
}

/* The pass over all processes, each by itself. */
struct feature_pass {
	struct features *features;
	struct merge **merges;          /* by process number */
	struct merge_buffers **buffers; /* by worker */
	struct handles **handles;       /* likewise */
	struct cache *cache, **caches;  /* for all, and by worker */
};

static void feature_process(void *context, size_t number, unsigned worker)
{
	struct feature_pass *pass = context;
	struct recording *r = pass->features->recording;
	uint32_t *ranks = feature_storage(pass->features, &r->processes[number]);
	struct slice slice;

	if (!pass->buffers[worker]) {
		pass->buffers[worker] = merge_buffers_new();
		pass->handles[worker] = handles_new();
		pass->caches[worker] = pass->cache ? cache_like(pass->cache) : NULL;
	}
	merge_lend(pass->merges[number], pass->buffers[worker]);
	while (merge_next(pass->merges[number], &slice))
		feature_slice(pass->features, pass->handles[worker], pass->caches[worker], &slice,
		              ranks);
	free(ranks);
}

static void feature_all(struct features *f, struct cache *cache)
{
	struct recording *r = f->recording;
	unsigned workers = parallel_workers();
	struct feature_pass pass = {.features = f, .cache = cache};

	pass.merges = memory_get(r->count, sizeof *pass.merges);
	pass.buffers = memory_get(workers, sizeof *pass.buffers);
	pass.handles = memory_get(workers, sizeof *pass.handles);
	pass.caches = memory_get(workers, sizeof *pass.caches);
	for (size_t i = 0; i < r->count; i++)
		pass.merges[i] = merge_new(r, BATCH_ALL & ~BATCH_WANT(STACK), &r->processes[i]);
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
	free(pass.caches);
}

struct features *features_find(struct recording *r, struct cache *cache)
{
	struct features *f = memory_get(1, sizeof *f);

	f->recording = r;
	f->uses = memory_get(r->count, sizeof *f->uses);
	f->orders = memory_get(r->count, sizeof *f->orders);
	f->stated = memory_get(r->count, sizeof *f->stated);
	f->ranks = feature_ranks(r);
	for (size_t i = 0; i < r->count; i++)
		f->uses[i] = memory_get(r->processes[i].file_count, sizeof **f->uses);
	feature_all(f, cache);
	return f;
}

static void features_free_uses(struct use *uses, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(uses[i].marked);
	free(uses);
}

void features_free(struct features *f)
{
	for (size_t i = 0; i < f->recording->count; i++) {
		free(f->ranks[i]);
		features_free_uses(f->uses[i], f->recording->processes[i].file_count);
	}
	free(f->uses);
	free(f->orders);
	free(f->stated);
	free(f->ranks);
	free(f);
}
