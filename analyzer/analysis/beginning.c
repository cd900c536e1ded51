/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/beginning.h"

#include "base/memory.h"

/* A smaller file is read as a whole, but for those that are jumped about in far more often. */
#define LEAST_JUMPED (1 << 20)
/* Who reads in order jumps to a header, an index and a footer, each time. */
#define JUMPS 8

static void beginning_add(struct beginning *b, const struct use *u, const struct after_file *after,
                          int64_t size, int32_t rank)
{
	uint64_t end = (uint64_t)(u->read_end > size ? u->read_end : size);

	b->ranks |= b->reads && b->rank != rank;
	b->rank = rank;
	b->mapped |= u->maps > 0;
	b->inherited |= !u->maps && !u->opens;
	b->maps = u->maps > b->maps ? u->maps : b->maps;
	b->begins += u->begins - (after ? after->begins : 0);
	b->bytes += u->read_bytes - (after ? after->bytes : 0);
	b->reads += u->reads;
	b->jumps += u->read.count[ACCESS_RANDOM];
	b->extent = end > b->extent ? end : b->extent;
}

bool beginning_any_order(const struct beginning *b)
{
	double passes;

	if (b->mapped || !b->extent)
		return false;
	passes = (double)b->bytes / (double)b->extent + 1;
	if (b->extent < LEAST_JUMPED)
		return (double)b->jumps > JUMPS * passes;
	return b->jumps * 4 >= b->reads || (double)b->jumps > JUMPS * passes ||
	       (double)b->begins > 2 * passes;
}

bool beginning_kept(const struct beginning *b)
{
	return b->mapped && b->maps <= 1 && b->extent >= LEAST_JUMPED;
}

/* Workers may get the mapping from who made them, which reads nothing of it itself. */
static void beginnings_inherited(struct beginning *list, const struct features *f)
{
	const struct recording *r = f->recording;

	for (size_t n = 0; n < r->count; n++)
		for (size_t i = 1; i < r->processes[n].file_count; i++) {
			struct beginning *b = &list[process_file_at(&r->processes[n], i)->name];
			const struct use *u;
			if (!b->inherited || b->mapped)
				continue;
			u = features_use(f, n, i, &(struct use){0});
			b->mapped = u->maps > 0;
			b->maps = u->maps;
		}
}

struct beginning *beginnings_of(const struct features *f, const struct stages *stages)
{
	const struct recording *r = f->recording;
	struct beginning *list = memory_get(names_count(r->names), sizeof *list);
	bool inherited = false;

	for (size_t n = 0; n < r->count; n++)
		for (size_t i = 1; i < r->processes[n].file_count; i++) {
			struct beginning *b = &list[process_file_at(&r->processes[n], i)->name];
			const struct use *u;
			const struct after_file *after;
			process_fetch(&r->processes[n], i);
			if (stages_kind(stages, n, i)->verdicts[DIRECTION_READ].stage !=
			    AIOT_STAGE_TRAIN)
				continue;
			u = features_use(f, n, i, &(struct use){0});
			after = after_of(&stages->afters[n], i);
			beginning_add(b, u, after, process_file_more(&r->processes[n], i)->size,
			              r->processes[n].rank);
			inherited |= b->inherited;
		}
	if (inherited)
		beginnings_inherited(list, f);
	return list;
}
