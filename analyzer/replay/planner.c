/* SPDX-License-Identifier: Apache-2.0
 *
 * From one event to one operation: its thread's list, its opening, its time.
 */
#include "replay/planner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/memory.h"
#include "replay/warmth.h"

#define PLANNER_LARGEST 0x7ffff000u /* bytes that one call moves at most */

void planner_begin(struct planner *p)
{
	size_t n = p->plan->recording->count;

	p->order = order_new(p->plan);
	p->space = space_new(p->plan);
	p->aliases = aliases_new(p->plan, p->space);
	p->processes = memory_get(n, sizeof *p->processes);
	for (size_t i = 0; i < n; i++)
		p->processes[i].begun.lane = p->processes[i].thread.lane = UINT32_MAX;
}

static enum refusal planner_close(struct planner *p, const struct happening *h)
{
	uint32_t known = planner_known(p, h);
	struct opening_state *state = known ? planner_state(p, known - 1) : NULL;
	struct moment_of at;

	/* A copy of the descriptor goes; or a child's, or one that others use. */
	if (!state || state->process != h->process->number || state->kept || --state->references)
		return REFUSAL_PROCESS;
	planner_emit(p, h, OP_CLOSE, known - 1, &at);
	planner_uses(p, known - 1, &at);
	planner_ends(p, known - 1, &at);
	free(state->others);
	state->others = NULL;
	state->other_count = 0;
	planner_over(p, known - 1);
	return REFUSAL_COUNT;
}

/* By its own position where that is certain: where one thread moves it, and
 * each move was seen. */
static uint8_t planner_positioned(struct planner *p, const struct happening *h, uint32_t opening)
{
	static const uint8_t at_offset[OPS] = {[OP_READ] = OP_PREAD,
	                                       [OP_READV] = OP_PREADV,
	                                       [OP_WRITE] = OP_PWRITE,
	                                       [OP_WRITEV] = OP_PWRITEV};
	struct opening_state *o = planner_state(p, opening);
	uint32_t lane = planner_lane(p, h);

	if (p->plan->openings[opening].flags & O_APPEND && op_needs(h->is.kind) == 'w')
		return h->is.kind;
	if (o->lane != lane || o->other_count || o->position != h->offset) {
		o->position = -1;
		p->plan->substituted++;
		return at_offset[h->is.kind];
	}
	o->position += h->result > 0 ? h->result : 0;
	return h->is.kind;
}

/* What is asynchronous is waited for by nobody: its latency tells nothing. */
static bool planner_from_memory(struct planner *p, const struct happening *h, int64_t end)
{
	double accuracy;
	struct cache_read read = {.process = h->process,
	                          .file = h->file,
	                          .flags = h->flags,
	                          .call = h->call,
	                          .duration_ns = h->duration_ns,
	                          .result = h->result};

	enum cache_answer answer = cache_of(p->cache, &read, &accuracy);

	warmth_read(&p->plan->places[h->name], answer, h->offset, end);
	return answer == CACHE_HIT;
}

static void planner_moved(struct planner *p, const struct happening *h, const struct moment_of *at,
                          struct op *op)
{
	int64_t end = h->offset + (h->result > 0 ? h->result : 0);

	if (h->result >= 0 && op_needs(h->is.kind) == 'r')
		order_read(p->order, h->name, (uint64_t)h->offset, (uint64_t)end,
		           (uint64_t)h->offset + h->size, at);
	if (h->result <= 0)
		return;
	if (op_needs(h->is.kind) == 'w') {
		order_write(p->order, h->name, (uint64_t)h->offset, (uint64_t)end, at);
		space_grown(p->space, h->name, end, h->result);
		warmth_write(&p->plan->places[h->name], end);
	} else {
		space_read(p->space, h->name, end);
		op->hit = planner_from_memory(p, h, end);
	}
}

/* A copy that failed did so between its two sides; asked of one alone, it moves bytes. */
static bool planner_is_failed_copy(const struct happening *h)
{
	return !h->is.exact && !h->is.async && h->result < 0;
}

/* A copy asks for what its other side may not have, or not take. */
static bool planner_is_cut(const struct planner *p, const struct happening *h)
{
	if (h->is.exact || h->result < 0)
		return false;
	return op_needs(h->is.kind) == 'w' ||
	       h->offset + h->result < p->plan->places[h->name].grown;
}

/* What failed so has done nothing, and another replay's arguments would not fail. */
static bool planner_asked_wrongly(const struct happening *h)
{
	switch (h->result) {
	case -EINVAL:
	case -EFAULT:
	case -ESPIPE:
	case -EOVERFLOW:
	case -EINTR:
	case -ECANCELED: return true;
	case -ENXIO: return h->is.kind == OP_SEEK;
	default: return false;
	}
}

static enum refusal planner_data(struct planner *p, struct happening *h)
{
	uint8_t kind = h->is.kind;
	uint32_t opening;
	struct moment_of at;
	struct op *op;

	if (planner_is_failed_copy(h))
		return REFUSAL_COPY;
	if (planner_asked_wrongly(h))
		return REFUSAL_ASKED;
	if (h->offset < 0)
		h->offset = 0;
	if (h->size > PLANNER_LARGEST)
		h->size = PLANNER_LARGEST;
	if (h->offset > PLANNER_FARTHEST || h->result > (int64_t)h->size)
		return REFUSAL_RANGE;
	if (planner_is_cut(p, h))
		h->size = (uint64_t)h->result;
	opening = planner_opening(p, h);
	h->name = p->plan->openings[opening].name;
	if (h->is.async &&
	    (op_flags(kind) & RWF_APPEND)) /* the offset that was given means nothing */
		h->offset = p->plan->places[h->name].grown;
	if (!h->is.positioned)
		kind = planner_positioned(p, h, opening);
	op = planner_emit(p, h, kind, opening, &at);
	op->offset = (uint64_t)h->offset;
	op->size = (uint32_t)h->size;
	if (op->size > p->plan->lanes[at.lane].largest)
		p->plan->lanes[at.lane].largest = op->size;
	if (op_needs(kind) == 'w' && op->size > p->plan->lanes[at.lane].written)
		p->plan->lanes[at.lane].written = op->size;
	p->plan->lanes[at.lane].data = true;
	p->plan->unflagged += h->is.left != 0;
	p->plan->flags_left |= h->is.left;
	planner_uses(p, opening, &at);
	planner_seen(p, h);
	planner_moved(p, h, &at, op);
	/* What found no room, or not for all of it, may find it here. */
	if (op_needs(kind) == 'w' && h->result < (int64_t)op->size)
		space_kept(p->space, h->name, h->offset, op->size);
	return REFUSAL_COUNT;
}

static uint32_t planner_range(struct planner *p, const struct happening *h)
{
	struct plan *plan = p->plan;

	plan->ranges = memory_grow(plan->ranges, plan->range_count, &plan->range_room,
	                           sizeof *plan->ranges);
	plan->ranges[plan->range_count] = (struct plan_range){h->size, h->aux};
	return (uint32_t)plan->range_count++;
}

void planner_shape(struct planner *p, const struct happening *h, struct op *op)
{
	uint64_t offset = h->offset > 0 ? (uint64_t)h->offset : 0;

	op->offset = offset;
	switch (h->is.kind) {
	case OP_SEEK:
		op->offset = h->result > 0 ? (uint64_t)h->result : 0;
		op->size = SEEK_SET;
		break;
	case OP_SEEK_END:
		op->offset = (uint64_t)h->offset;
		op->size = SEEK_END;
		break;
	case OP_FTRUNCATE:
	case OP_TRUNCATE: op->offset = h->size; break;
	case OP_RENAME: op->size = h->size & (RENAME_EXCHANGE | RENAME_NOREPLACE); break;
	case OP_FALLOCATE:
	case OP_MSYNC:
	case OP_SYNC_RANGE: op->size = planner_range(p, h); break;
	case OP_ADVISE: {
		uint64_t pages = h->size >> 12;
		op->size = (uint32_t)(pages < 0xffffff ? pages : 0) << 8 |
		           (h->is.exact ? h->aux & 0xff : POSIX_FADV_WILLNEED);
		break;
	}
	default: break;
	}
}

/* What the file is as large as then, and what of it is held. */
static void planner_allocate(struct planner *p, const struct happening *h)
{
	const struct plan_file *place = &p->plan->places[h->name];
	uint32_t mode = h->aux;
	int64_t size = (int64_t)h->size, offset = h->offset > 0 ? h->offset : 0;

	if (mode & FALLOC_FL_COLLAPSE_RANGE)
		space_resized(p->space, h->name, place->grown > size ? place->grown - size : 0);
	else if (mode & FALLOC_FL_INSERT_RANGE)
		space_grown(p->space, h->name,
		            place->grown < PLANNER_FARTHEST - size ? place->grown + size
		                                                   : PLANNER_FARTHEST,
		            size);
	else if ((mode & FALLOC_FL_KEEP_SIZE) && !(mode & FALLOC_FL_PUNCH_HOLE))
		space_kept(p->space, h->name, offset, size);
	else if (!(mode & FALLOC_FL_PUNCH_HOLE))
		space_grown(p->space, h->name, offset + size, size);
}

static void planner_allocated(struct planner *p, const struct happening *h,
                              const struct moment_of *at)
{
	const struct plan_file *place = &p->plan->places[h->name];
	int64_t before = place->grown;

	planner_allocate(p, h);
	if (place->grown != before)
		order_resize(p->order, h->name, (uint64_t)before, (uint64_t)place->grown, at);
}

/* One opening has one mapping in a replay: it goes with the last one of the recording,
 * unless so many were in it that nobody knows when they are done. */
static enum refusal planner_unmap(struct planner *p, struct happening *h)
{
	uint32_t known = planner_unmapped(p, h);
	struct opening_state *state = known ? planner_state(p, known - 1) : NULL;
	struct moment_of at;
	struct op *op;

	if (!state)
		return REFUSAL_PROCESS;
	op = planner_emit(p, h, OP_UNMAP, known - 1, &at);
	state->mappings -= state->mappings && h->result >= 0;
	op->offset = state->mappings || state->kept;
	planner_uses(p, known - 1, &at);
	planner_ends(p, known - 1, &at);
	planner_seen(p, h);
	return REFUSAL_COUNT;
}

/* As large as its file is then, which is what it grew for. */
static enum refusal planner_remap(struct planner *p, const struct happening *h)
{
	uint32_t known = h->result < 0 ? 0 : planner_remapped(p, h);
	struct moment_of at;

	if (!known || !planner_state(p, known - 1))
		return h->result < 0 ? REFUSAL_CALL : REFUSAL_PROCESS;
	planner_emit(p, h, OP_MAP, known - 1, &at);
	planner_uses(p, known - 1, &at);
	planner_seen(p, h);
	return REFUSAL_COUNT;
}

static enum refusal planner_descriptor(struct planner *p, struct happening *h)
{
	uint32_t opening;
	struct moment_of at;
	struct op *op;

	if ((h->is.kind == OP_SEEK || h->is.kind == OP_SEEK_END) && planner_asked_wrongly(h))
		return REFUSAL_ASKED;
	opening = h->is.kind == OP_MSYNC ? planner_map_opening(p, h) : planner_opening(p, h);
	h->name = p->plan->openings[opening].name;
	if (h->offset > PLANNER_FARTHEST)
		return REFUSAL_RANGE;
	if ((h->is.kind == OP_FTRUNCATE || h->is.kind == OP_FALLOCATE) &&
	    h->size > (uint64_t)PLANNER_FARTHEST)
		return REFUSAL_RANGE;
	/* Others would take the room until there is none, and their size is no part of the plan. */
	if (h->is.kind == OP_FALLOCATE && h->result < 0)
		return REFUSAL_ASKED;
	if (h->is.kind == OP_FALLOCATE && !h->size)
		return REFUSAL_RANGE; /* io_uring's, in traces that don't say more of it */
	op = planner_emit(p, h, h->is.kind, opening, &at);
	planner_shape(p, h, op);
	planner_uses(p, opening, &at);
	planner_seen(p, h);
	if (h->result < 0)
		return REFUSAL_COUNT;
	if (h->is.kind == OP_MAP)
		planner_mapped(p, h, opening);
	if (h->is.kind == OP_SEEK || h->is.kind == OP_SEEK_END)
		planner_state(p, opening)->position = h->result;
	if (h->is.kind == OP_FTRUNCATE)
		planner_resized(p, h, h->size, &at);
	if (h->is.kind == OP_FALLOCATE)
		planner_allocated(p, h, &at);
	return REFUSAL_COUNT;
}

static enum refusal planner_dup(struct planner *p, const struct happening *h)
{
	uint32_t known = planner_known(p, h);
	bool copies = h->is.role == AS_DUP || h->aux == F_DUPFD || h->aux == F_DUPFD_CLOEXEC;

	if (known && copies && h->result >= 0)
		planner_state(p, known - 1)->references++;
	return REFUSAL_PROCESS;
}

/* Of no file: of all that the target's file system holds. */
static enum refusal planner_sync(struct planner *p, const struct happening *h)
{
	struct moment_of at;

	planner_emit(p, h, OP_SYNC, 0, &at);
	return REFUSAL_COUNT;
}

static void planner_count(struct planner *p, const struct happening *h)
{
	struct lane *lane = &p->plan->lanes[planner_lane(p, h)];
	struct op *op = &lane->ops[lane->count - 1];

	p->plan->ops++;
	p->plan->by_kind[op->kind]++;
	p->plan->substituted += !h->is.exact;
	lane->real++;
	stage_measure_add(&p->plan->stages[h->stage], op, h->start_ns, h->duration_ns, h->result);
}

enum refusal planner_take(struct planner *p, struct happening *h, uint32_t nameless)
{
	enum refusal why;

	if (nameless) {
		planner_named(p, h, nameless - 1);
		planner_count(p, h);
		return REFUSAL_COUNT;
	}

	if (h->is.role != AS_OP)
		return planner_dup(p, h);
	switch (op_needs(h->is.kind)) {
	case 'o': why = planner_open(p, h); break;
	case 'r':
	case 'w': why = planner_data(p, h); break;
	case 'p': why = h->is.kind == OP_SYNC ? planner_sync(p, h) : planner_path(p, h); break;
	default:
		why = h->is.kind == OP_CLOSE                 ? planner_close(p, h)
		      : h->is.kind == OP_UNMAP               ? planner_unmap(p, h)
		      : h->is.kind == OP_MAP && !h->is.exact ? planner_remap(p, h)
		                                             : planner_descriptor(p, h);
	}
	if (why == REFUSAL_COUNT)
		planner_count(p, h);
	return why;
}

void planner_end(struct planner *p)
{
	order_finish(p->order);
	aliases_free(p->aliases);
	space_finish(p->space);
	for (size_t i = 0; i < p->plan->lane_count; i++)
		free(p->lanes[i].ends);
	for (size_t i = 0; i < p->plan->recording->count; i++) {
		struct process_state *s = &p->processes[i];
		id_table_free(s->lanes);
		id_table_free(s->openings);
		id_table_free(s->maps);
		id_table_free(s->nameless);
		free(s->mappings);
		free(s->looked);
		free(s->children);
		free(s->child_pids);
	}
	planner_forget(p);
	free(p->processes);
	free(p->lanes);
}
