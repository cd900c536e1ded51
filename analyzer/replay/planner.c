/* SPDX-License-Identifier: Apache-2.0
 *
 * From one event to one operation: its thread's list, its opening, its time.
 */
#include "replay/planner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

#define PLANNER_FARTHEST ((int64_t)1 << 60) /* no file ends behind it */
#define PLANNER_LARGEST  0x7ffff000u        /* bytes that one call moves at most */

struct lane_state {
	uint64_t last_ns;    /* when the thread was last active, since the plan's start */
	uint64_t blocked_ns; /* waited since */
	uint64_t *ends;      /* of asynchronous operations under way, a heap */
	size_t end_count, end_room;
};

#define PLANNER_USERS 4 /* lanes that an opening remembers, beside the one that opened it */

struct opening_state {
	int64_t position;         /* -1 = not known */
	uint64_t opened_ns;       /* when it was open */
	struct moment_of *others; /* the last use by each lane that did not open it */
	uint32_t lane, op;        /* that opened it */
	uint32_t process;         /* whose it is */
	uint16_t references;
	uint8_t other_count;
	bool closed;
	bool kept; /* used by too many to know when it may be closed */
};

/* Of a process: where its threads and openings are, and what its threads and
 * children come after. */
struct process_state {
	struct id_table *lanes, *openings, *maps; /* by tid, handle, address; number + 1 */
	const struct process *parent;
	bool parent_known;
	struct moment_of begun, thread; /* op 0 and lane UINT32_MAX: nothing */
	struct moment_of *children;     /* begun, by pid */
	int64_t *child_pids;
	size_t child_count, child_room, pid_room;
};

void planner_begin(struct planner *p)
{
	size_t n = p->plan->recording->count;

	p->order = order_new(p->plan);
	p->space = space_new(p->plan);
	p->processes = memory_get(n, sizeof *p->processes);
	for (size_t i = 0; i < n; i++)
		p->processes[i].begun.lane = p->processes[i].thread.lane = UINT32_MAX;
}

static struct id_table *planner_table(struct id_table **table)
{
	if (!*table)
		*table = id_table_new();
	return *table;
}

static const struct process *planner_parent(struct planner *p, const struct process *process)
{
	struct process_state *state = &p->processes[process->number];

	if (!state->parent_known)
		state->parent = recording_parent(p->plan->recording, process);
	state->parent_known = true;
	return state->parent;
}

/* What the first operation of a process comes after: the fork that made it. */
static const struct moment_of *planner_origin(struct planner *p, const struct process *process)
{
	const struct process *parent = planner_parent(p, process);
	const struct process_state *state;

	if (p->processes[process->number].begun.lane != UINT32_MAX)
		return &p->processes[process->number].begun;
	if (!parent)
		return NULL;
	state = &p->processes[parent->number];
	for (size_t i = state->child_count; i-- > 0;)
		if (state->child_pids[i] == process->pid)
			return &state->children[i];
	return NULL;
}

static void planner_lane_begins(struct planner *p, const struct process *process,
                                const struct moment_of *at)
{
	const struct moment_of *thread = &p->processes[process->number].thread;
	const struct moment_of *origin = planner_origin(p, process);
	struct moment_of early;

	/* What made it ended after it began, as fork does: what counts is that it began. */
	if (origin) {
		early = *origin;
		early.end_ns = early.start_ns;
		order_after(p->order, at, &early);
	}
	if (thread->lane != UINT32_MAX) {
		early = *thread;
		early.end_ns = early.start_ns;
		order_after(p->order, at, &early);
	}
}

static uint32_t planner_lane(struct planner *p, const struct happening *h)
{
	struct id_table *table = planner_table(&p->processes[h->process->number].lanes);
	uint32_t found = id_table_get(table, h->tid);
	struct plan *plan = p->plan;

	if (found)
		return found - 1;
	plan->lanes = memory_grow(plan->lanes, plan->lane_count, &plan->lane_room,
	                          sizeof *plan->lanes);
	p->lanes = memory_grow(p->lanes, plan->lane_count, &p->lane_room, sizeof *p->lanes);
	plan->lanes[plan->lane_count].process = h->process->number;
	plan->lanes[plan->lane_count].tid = h->tid;
	id_table_set(table, h->tid, (uint32_t)++plan->lane_count);
	return (uint32_t)plan->lane_count - 1;
}

/* ---- time ---- */

static void planner_heap_down(struct lane_state *l)
{
	size_t i = 0;

	for (;;) {
		size_t least = i;
		uint64_t value = l->ends[i];
		for (size_t c = 2 * i + 1; c < 2 * i + 3 && c < l->end_count; c++)
			if (l->ends[c] < l->ends[least])
				least = c;
		if (least == i)
			return;
		l->ends[i] = l->ends[least];
		l->ends[least] = value;
		i = least;
	}
}

static void planner_heap_add(struct lane_state *l, uint64_t end)
{
	size_t i = l->end_count;

	l->ends = memory_grow(l->ends, i, &l->end_room, sizeof *l->ends);
	l->end_count++;
	for (; i && l->ends[(i - 1) / 2] > end; i = (i - 1) / 2)
		l->ends[i] = l->ends[(i - 1) / 2];
	l->ends[i] = end;
}

static void planner_ended(struct lane_state *l, uint64_t start)
{
	while (l->end_count && l->ends[0] <= start) {
		if (l->ends[0] > l->last_ns)
			l->last_ns = l->ends[0];
		l->ends[0] = l->ends[--l->end_count];
		if (l->end_count)
			planner_heap_down(l);
	}
}

/* Grown by hand: what is not used yet stays untouched memory. */
static struct op *planner_room(struct lane *lane)
{
	if (lane->count == lane->room) {
		lane->room = lane->room ? lane->room + lane->room / 2 : 64;
		lane->ops = realloc(lane->ops, lane->room * sizeof *lane->ops);
		if (!lane->ops) {
			fputs("aiotrace: out of memory\n", stderr);
			exit(1);
		}
	}
	return &lane->ops[lane->count++];
}

/* Appends an operation; time and depth are the event's. */
static struct op *planner_emit(struct planner *p, const struct happening *h, uint8_t kind,
                               uint32_t object, struct moment_of *at)
{
	uint32_t number = planner_lane(p, h);
	struct lane_state *state = &p->lanes[number];
	struct lane *lane = &p->plan->lanes[number];
	struct op *op;
	bool async = h->is.role == AS_OP && h->is.async && kind != OP_OPEN;

	if (!p->plan->start_ns)
		p->plan->start_ns = (uint64_t)h->start_ns;
	at->lane = number;
	at->op = lane->count;
	at->start_ns = (uint64_t)h->start_ns - p->plan->start_ns;
	at->end_ns = at->start_ns + h->duration_ns;
	planner_ended(state, at->start_ns);
	op = planner_room(lane);
	*op = (struct op){.start_ns = at->start_ns, .object = object, .kind = kind};
	op->gap = short_ns(at->start_ns > state->last_ns ? at->start_ns - state->last_ns : 0);
	op->depth = (uint16_t)(state->end_count < UINT16_MAX ? state->end_count : UINT16_MAX);
	op->bits = (uint8_t)(h->stage | (h->result < 0 && kind ? OP_FAILS : 0) |
	                     (async ? OP_ASYNC : 0));
	if (async)
		planner_heap_add(state, at->end_ns);
	if (state->end_count > lane->deepest)
		lane->deepest = (uint32_t)state->end_count;
	lane->has_async |= async;
	state->last_ns = async ? at->start_ns : at->end_ns;
	state->blocked_ns = 0;
	if (at->op == 0)
		planner_lane_begins(p, h->process, at);
	if (at->end_ns > p->plan->length_ns)
		p->plan->length_ns = at->end_ns;
	return op;
}

/* ---- openings ---- */

static uint32_t planner_new_opening(struct planner *p, uint32_t name, uint32_t flags)
{
	struct plan *plan = p->plan;
	size_t i = plan->opening_count;

	plan->openings = memory_grow(plan->openings, i, &plan->opening_room,
	                             sizeof *plan->openings);
	p->openings = memory_grow(p->openings, i, &p->opening_room, sizeof *p->openings);
	plan->openings[i] = (struct opening){name, flags};
	p->openings[i].references = 1;
	plan->opening_count++;
	return (uint32_t)i;
}

static void planner_handle(struct planner *p, const struct happening *h, uint32_t opening)
{
	id_table_set(planner_table(&p->processes[h->process->number].openings), h->handle,
	             opening + 1);
}

static uint32_t planner_find_handle(struct planner *p, const struct process *process,
                                    const struct happening *h)
{
	struct id_table *table = p->processes[process->number].openings;
	uint32_t found = table && h->handle ? id_table_get(table, h->handle) : 0;

	if (!found || p->plan->openings[found - 1].name != h->name ||
	    p->openings[found - 1].closed)
		return 0;
	return found;
}

/* The opening that the event's handle stands for, as far as known: that of the
 * process, or of the one it was forked from. */
static uint32_t planner_known(struct planner *p, const struct happening *h)
{
	const struct process *process = h->process;
	uint32_t found = planner_find_handle(p, process, h);

	for (int depth = 0; !found && process && process->origin == AIOT_ORIGIN_FORK && depth < 64;
	     depth++) {
		process = planner_parent(p, process);
		found = process ? planner_find_handle(p, process, h) : 0;
		if (found)
			planner_handle(p, h, found - 1);
	}
	return found;
}

static void planner_opened_at(struct planner *p, uint32_t opening, const struct happening *h,
                              const struct moment_of *at)
{
	struct opening_state *o = &p->openings[opening];

	o->lane = at->lane;
	o->op = at->op;
	o->opened_ns = at->end_ns;
	o->process = h->process->number;
}

/* Another lane than the one that opened it: after the opening, before the
 * closing. */
static void planner_uses(struct planner *p, uint32_t opening, const struct moment_of *at)
{
	struct opening_state *o = &p->openings[opening];
	struct moment_of opened = {o->lane, o->op, 0, o->opened_ns};

	if (o->lane == at->lane)
		return;
	order_after(p->order, at, &opened);
	if (!o->others)
		o->others = memory_get(PLANNER_USERS, sizeof *o->others);
	for (int i = 0; i < o->other_count; i++)
		if (o->others[i].lane == at->lane) {
			o->others[i] = *at;
			return;
		}
	if (o->other_count < PLANNER_USERS)
		o->others[o->other_count++] = *at;
	else
		o->kept = true;
}

/* A name in a folder that the run made needs that folder; one that is made or
 * removed is a use of it. */
static void planner_parent_folder(struct planner *p, uint32_t name, const struct moment_of *at)
{
	const char *path = names_text(p->plan->recording->names, name);
	const char *slash = strrchr(path, '/');
	uint32_t parent = slash && slash != path ? names_find(p->plan->recording->names, path,
	                                                      (size_t)(slash - path))
	                                         : 0;

	if (parent && parent < p->plan->name_count)
		order_use(p->order, parent, at);
}

/* A file that something made out of the recording's sight is made here. */
static void planner_appears(struct planner *p, const struct happening *h)
{
	struct happening makes = *h;
	struct moment_of at;
	uint32_t opening;

	if (space_can_be(p->space, h->name))
		return;
	opening = planner_new_opening(p, h->name, O_WRONLY | O_CREAT);
	makes.duration_ns = 0;
	makes.result = 0;
	makes.is.async = false;
	planner_emit(p, &makes, OP_OPEN, opening, &at)->bits |= OP_IMPLICIT;
	planner_emit(p, &makes, OP_CLOSE, opening, &at)->bits |= OP_IMPLICIT;
	p->plan->implicit++;
	planner_parent_folder(p, h->name, &(struct moment_of){at.lane, at.op - 1, at.start_ns, at.end_ns});
	space_made(p->space, h->name, false);
	order_change(p->order, h->name, &at);
}

/* A descriptor that was opened before, or out of sight. */
static uint32_t planner_implicit(struct planner *p, const struct happening *h)
{
	bool changes = p->plan->places[h->name].changes;
	bool folder = h->process->files[h->file].kind == AIOT_FILE_DIRECTORY;
	uint32_t opening = planner_new_opening(p, h->name, folder    ? O_RDONLY | O_DIRECTORY
	                                                   : changes ? O_RDWR
	                                                             : O_RDONLY);
	struct happening opens = *h;
	struct moment_of at;
	struct op *op;

	planner_appears(p, h);
	opens.duration_ns = 0;
	opens.result = 0;
	opens.is.async = false;
	op = planner_emit(p, &opens, OP_OPEN, opening, &at);
	op->bits |= OP_IMPLICIT;
	op->offset = h->offset > 0 ? (uint64_t)h->offset : 0;
	p->openings[opening].position = h->offset;
	p->plan->implicit++;
	planner_handle(p, h, opening);
	planner_opened_at(p, opening, h, &at);
	order_use(p->order, h->name, &at);
	space_found(p->space, h->name, folder, h->process->files[h->file].size);
	return opening;
}

static uint32_t planner_opening(struct planner *p, const struct happening *h)
{
	uint32_t known = planner_known(p, h);

	return known ? known - 1 : planner_implicit(p, h);
}

/* ---- what operations are ---- */

static void planner_seen(struct planner *p, const struct happening *h)
{
	const struct file *file = &h->process->files[h->file];
	struct plan_file *place = &p->plan->places[h->name];

	place->used = true;
	if (!place->inode && file->inode) {
		place->inode = file->inode;
		place->device = file->device;
	}
}

/* An opening that succeeded: what that says of the file. */
static void planner_opened(struct planner *p, struct happening *h, const struct moment_of *at)
{
	const struct file *file = &h->process->files[h->file];
	const struct plan_file *place = &p->plan->places[h->name];
	bool folder = file->kind == AIOT_FILE_DIRECTORY || (h->aux & O_DIRECTORY);
	bool made = (h->aux & O_CREAT) &&
	            (place->now == PLACE_ABSENT ||
	             (place->now == PLACE_UNKNOWN &&
	              ((h->aux & (O_EXCL | O_TRUNC)) || file->size <= 0)));

	if (made)
		space_made(p->space, h->name, false);
	else
		space_found(p->space, h->name, folder, file->size);
	if (made || (h->aux & O_TRUNC))
		order_change(p->order, h->name, at);
	else
		order_use(p->order, h->name, at);
	if (h->aux & O_TRUNC)
		space_resized(p->space, h->name, 0);
}

static enum refusal planner_open(struct planner *p, struct happening *h)
{
	uint32_t flags = h->aux & (O_ACCMODE | O_CREAT | O_EXCL | O_TRUNC | O_APPEND | O_DIRECT |
	                           O_DSYNC | O_SYNC | O_DIRECTORY | O_NOFOLLOW);
	uint32_t opening;
	struct moment_of at;

	if (!strncmp(h->call->name, "mk", 2))
		h->aux = flags = O_RDWR | O_CREAT | O_EXCL;
	if (h->result >= 0 && !(flags & O_CREAT))
		planner_appears(p, h);
	opening = planner_new_opening(p, h->name, flags);
	planner_emit(p, h, OP_OPEN, opening, &at);
	planner_opened_at(p, opening, h, &at);
	planner_seen(p, h);
	if (p->plan->places[h->name].changes)
		planner_parent_folder(p, h->name, &at);
	if (h->result < 0) {
		order_use(p->order, h->name, &at);
		if (h->result == -ENOENT)
			space_missed(p->space, h->name);
		return REFUSAL_COUNT;
	}
	if (h->handle)
		planner_handle(p, h, opening);
	planner_opened(p, h, &at);
	return REFUSAL_COUNT;
}

static enum refusal planner_close(struct planner *p, const struct happening *h)
{
	uint32_t known = planner_known(p, h);
	struct opening_state *state = known ? &p->openings[known - 1] : NULL;
	struct moment_of at;

	/* A copy of the descriptor goes; or a child's, or one that others use. */
	if (!state || state->process != h->process->number || state->kept || --state->references)
		return REFUSAL_PROCESS;
	planner_emit(p, h, OP_CLOSE, known - 1, &at);
	planner_uses(p, known - 1, &at);
	for (int i = 0; i < state->other_count; i++)
		order_after(p->order, &at, &state->others[i]);
	free(state->others);
	state->others = NULL;
	state->other_count = 0;
	state->closed = true;
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
	struct opening_state *o = &p->openings[opening];
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

static void planner_moved(struct planner *p, const struct happening *h, const struct moment_of *at)
{
	int64_t end = h->offset + (h->result > 0 ? h->result : 0);

	if (h->result <= 0)
		return;
	if (op_needs(h->is.kind) == 'w') {
		order_write(p->order, h->name, (uint64_t)h->offset, (uint64_t)end, at);
		space_grown(p->space, h->name, end);
	} else {
		order_read(p->order, h->name, (uint64_t)h->offset, (uint64_t)end, at);
		space_read(p->space, h->name, end);
	}
}

static enum refusal planner_data(struct planner *p, struct happening *h)
{
	uint8_t kind = h->is.kind;
	uint32_t opening;
	struct moment_of at;
	struct op *op;

	if (h->offset < 0)
		h->offset = 0;
	if (h->size > PLANNER_LARGEST)
		h->size = PLANNER_LARGEST;
	if (h->offset > PLANNER_FARTHEST || h->result > (int64_t)h->size)
		return REFUSAL_RANGE;
	opening = planner_opening(p, h);
	if (!h->is.positioned)
		kind = planner_positioned(p, h, opening);
	op = planner_emit(p, h, kind, opening, &at);
	op->offset = (uint64_t)h->offset;
	op->size = (uint32_t)h->size;
	if (op->size > p->plan->lanes[at.lane].largest)
		p->plan->lanes[at.lane].largest = op->size;
	p->plan->lanes[at.lane].data = true;
	planner_uses(p, opening, &at);
	planner_seen(p, h);
	planner_moved(p, h, &at);
	return REFUSAL_COUNT;
}

static void planner_map(struct planner *p, const struct happening *h, uint32_t opening)
{
	uint64_t address = h->is.kind == OP_MAP ? (uint64_t)h->result : (uint64_t)h->offset;

	id_table_set(planner_table(&p->processes[h->process->number].maps),
	             (uint32_t)(address >> 12), opening + 1);
}

/* The offset and size of what is no data. */
static void planner_shape(const struct happening *h, struct op *op)
{
	uint64_t offset = h->offset > 0 ? (uint64_t)h->offset : 0;

	op->offset = offset;
	op->size = h->size < UINT32_MAX ? (uint32_t)h->size : UINT32_MAX;
	switch (h->is.kind) {
	case OP_SEEK: op->offset = h->result > 0 ? (uint64_t)h->result : 0; break;
	case OP_SEEK_END: op->offset = (uint64_t)h->offset; break;
	case OP_FTRUNCATE:
	case OP_TRUNCATE: op->offset = h->size; break;
	case OP_FALLOCATE:
		op->offset = offset + h->size;
		op->size = (uint32_t)(offset >> 12);
		break;
	case OP_ADVISE: {
		uint64_t pages = h->size >> 12;
		op->size = (uint32_t)(pages < 0xffffff ? pages : 0) << 8 | (h->aux & 0xff);
		break;
	}
	default: break;
	}
}

static enum refusal planner_descriptor(struct planner *p, struct happening *h)
{
	struct id_table *maps = p->processes[h->process->number].maps;
	uint32_t opening, mapped;
	struct moment_of at;
	struct op *op;

	if (h->is.kind == OP_UNMAP) {
		mapped = maps ? id_table_get(maps, (uint32_t)((uint64_t)h->offset >> 12)) : 0;
		if (!mapped)
			return REFUSAL_PROCESS;
		opening = mapped - 1;
	} else {
		opening = planner_opening(p, h);
	}
	if (h->offset > PLANNER_FARTHEST && h->is.kind != OP_UNMAP)
		return REFUSAL_RANGE;
	if ((h->is.kind == OP_FTRUNCATE || h->is.kind == OP_FALLOCATE) &&
	    h->size > (uint64_t)PLANNER_FARTHEST)
		return REFUSAL_RANGE;
	op = planner_emit(p, h, h->is.kind, opening, &at);
	planner_shape(h, op);
	planner_uses(p, opening, &at);
	planner_seen(p, h);
	if (h->result < 0)
		return REFUSAL_COUNT;
	if (h->is.kind == OP_MAP)
		planner_map(p, h, opening);
	if (h->is.kind == OP_SEEK || h->is.kind == OP_SEEK_END)
		p->openings[opening].position = h->result;
	if (h->is.kind == OP_FTRUNCATE)
		space_resized(p->space, h->name, (int64_t)h->size);
	if (h->is.kind == OP_FALLOCATE && !(h->aux & 1))
		space_grown(p->space, h->name, (int64_t)op->offset);
	return REFUSAL_COUNT;
}

/* What a call on a path says of the names, where it succeeded. */
static void planner_path_done(struct planner *p, const struct happening *h,
                              const struct moment_of *at)
{
	bool folder = h->process->files[h->file].kind == AIOT_FILE_DIRECTORY;

	switch (h->is.kind) {
	case OP_MKDIR: space_made(p->space, h->name, true); break;
	case OP_RMDIR: space_found(p->space, h->name, true, 0); /* fall through */
	case OP_UNLINK: space_removed(p->space, h->name); break;
	case OP_RENAME:
		space_renamed(p->space, h->name, h->second);
		order_renamed(p->order, h->name, h->second);
		break;
	case OP_LINK: space_linked(p->space, h->name, h->second); break;
	case OP_TRUNCATE:
		space_found(p->space, h->name, false, h->process->files[h->file].size);
		space_resized(p->space, h->name, (int64_t)h->size);
		break;
	default:
		space_found(p->space, h->name, folder, h->process->files[h->file].size);
		order_use(p->order, h->name, at);
		return;
	}
	order_change(p->order, h->name, at);
	if (h->second)
		order_change(p->order, h->second, at);
}

static enum refusal planner_path(struct planner *p, struct happening *h)
{
	struct moment_of at;
	struct op *op;

	if (h->is.kind == OP_TRUNCATE && h->size > (uint64_t)PLANNER_FARTHEST)
		return REFUSAL_RANGE;
	if (!h->second && (h->is.kind == OP_RENAME || h->is.kind == OP_LINK))
		return REFUSAL_UNNAMED;
	if (h->result >= 0 && h->is.kind != OP_MKDIR)
		planner_appears(p, h);
	op = planner_emit(p, h, h->is.kind, h->name, &at);
	planner_shape(h, op);
	if (h->second)
		op->offset = h->second;
	planner_seen(p, h);
	if (h->second)
		p->plan->places[h->second].used = true;
	if (h->result >= 0) {
		planner_path_done(p, h, &at);
	} else {
		order_use(p->order, h->name, &at);
		if (h->result == -ENOENT)
			space_missed(p->space, h->name);
		if (h->result == -EEXIST && h->is.kind == OP_MKDIR)
			space_found(p->space, h->name, true, 0);
	}
	if (p->plan->places[h->name].changes)
		planner_parent_folder(p, h->name, &at);
	return REFUSAL_COUNT;
}

static enum refusal planner_dup(struct planner *p, const struct happening *h)
{
	uint32_t known = planner_known(p, h);
	bool copies = h->is.role == AS_DUP || h->aux == F_DUPFD || h->aux == F_DUPFD_CLOEXEC;

	if (known && copies && h->result >= 0)
		p->openings[known - 1].references++;
	return REFUSAL_PROCESS;
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

enum refusal planner_take(struct planner *p, struct happening *h)
{
	enum refusal why;

	if (h->is.role != AS_OP)
		return planner_dup(p, h);
	switch (op_needs(h->is.kind)) {
	case 'o': why = planner_open(p, h); break;
	case 'r':
	case 'w': why = planner_data(p, h); break;
	case 'p': why = planner_path(p, h); break;
	default: why = h->is.kind == OP_CLOSE ? planner_close(p, h) : planner_descriptor(p, h);
	}
	if (why == REFUSAL_COUNT)
		planner_count(p, h);
	return why;
}

/* ---- between threads ---- */

bool planner_hand_off(struct planner *p, const struct happening *h, bool blocks,
                      struct moment_of *at)
{
	struct happening made = *h;
	struct lane_state *state;
	uint64_t blocked;
	uint32_t lane;
	struct op *op;

	if (!p->plan->start_ns)
		return false;
	made.is = (struct call_kind){.role = AS_WAIT};
	lane = planner_lane(p, h);
	state = &p->lanes[lane];
	blocked = blocks ? state->blocked_ns : 0;
	op = planner_emit(p, &made, OP_NONE, 0, at);
	if (blocked) {
		uint64_t gap = short_to_ns(op->gap);
		op->gap = short_ns(gap > blocked ? gap - blocked : 0);
	}
	p->plan->hand_offs++;
	return true;
}

static void planner_child(struct planner *p, const struct happening *h, int64_t pid,
                          const struct moment_of *at)
{
	struct process_state *s = &p->processes[h->process->number];

	s->children = memory_grow(s->children, s->child_count, &s->child_room, sizeof *s->children);
	s->child_pids = memory_grow(s->child_pids, s->child_count, &s->pid_room,
	                            sizeof *s->child_pids);
	s->children[s->child_count] = *at;
	s->child_pids[s->child_count++] = pid;
}

/* The image that a process becomes begins after what it was. */
static void planner_exec(struct planner *p, const struct happening *h, const struct moment_of *at)
{
	struct recording *r = p->plan->recording;

	for (size_t i = 0; i < r->count; i++)
		if (r->processes[i].pid == h->process->pid && r->processes[i].run == h->process->run &&
		    r->processes[i].image == h->process->image + 1)
			p->processes[i].begun = *at;
}

void planner_process(struct planner *p, const struct happening *h)
{
	struct moment_of at;

	switch (h->is.role) {
	case AS_FORK:
	case AS_SPAWN:
		if (h->result > 0 || h->is.role == AS_SPAWN)
			if (planner_hand_off(p, h, false, &at))
				planner_child(p, h, h->is.role == AS_FORK ? h->result : h->aux, &at);
		break;
	case AS_EXEC:
		if (planner_hand_off(p, h, false, &at))
			planner_exec(p, h, &at);
		break;
	case AS_THREAD:
		if (planner_hand_off(p, h, false, &at))
			p->processes[h->process->number].thread = at;
		break;
	case AS_JOIN:
	case AS_REAP:
		if (h->result >= 0 && planner_hand_off(p, h, true, &at))
			order_reaped(p->order, &at, h->process->number,
			             h->is.role == AS_REAP ? h->result : 0);
		break;
	case AS_BLOCK:
		if (p->plan->start_ns)
			p->lanes[planner_lane(p, h)].blocked_ns += h->duration_ns;
		break;
	default: break;
	}
}

void planner_end(struct planner *p)
{
	order_finish(p->order);
	space_finish(p->space);
	for (size_t i = 0; i < p->plan->lane_count; i++)
		free(p->lanes[i].ends);
	for (size_t i = 0; i < p->plan->recording->count; i++) {
		struct process_state *s = &p->processes[i];
		id_table_free(s->lanes);
		id_table_free(s->openings);
		id_table_free(s->maps);
		free(s->children);
		free(s->child_pids);
	}
	for (size_t i = 0; i < p->plan->opening_count; i++)
		free(p->openings[i].others);
	free(p->processes);
	free(p->lanes);
	free(p->openings);
}
