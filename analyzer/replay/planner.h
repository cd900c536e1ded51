/* SPDX-License-Identifier: Apache-2.0
 *
 * What planning keeps while it goes through the recording; private to plan.c
 * (what is replayed), planner.c (as what), planner_name.c (what happens to names),
 * planner_opening.c (through which descriptor), planner_map.c (through which
 * memory) and planner_lane.c (in which
 * thread, when, and after what).
 */
#ifndef REPLAY_PLANNER_H
#define REPLAY_PLANNER_H

#include "base/id_table.h"
#include "read/merge.h"
#include "replay/alias.h"
#include "replay/call_kind.h"
#include "replay/order.h"
#include "replay/plan.h"
#include "replay/space.h"
#include "stage/stage.h"

#define PLANNER_FARTHEST ((int64_t)1 << 60) /* no file ends behind it */

/* An event, with what its ids stand for. */
struct happening {
	const struct process *process;
	const struct call *call;
	struct call_kind is;
	uint32_t given,
	        raw; /* the name as it was; without ".."; name: that of the file it leads to */
	uint32_t file, name, second, handle, aux, tid;
	uint32_t leads;                   /* of a link that is made: to where, 0 = not known */
	int64_t offset, result, start_ns; /* CLOCK_REALTIME */
	uint64_t size, duration_ns;
	uint8_t flags;
	unsigned stage;
};

struct lane_state {
	uint64_t last_ns;    /* when the thread was last active, since the plan's start */
	uint64_t blocked_ns; /* waited since */
	uint64_t *ends;      /* of asynchronous operations under way, a heap */
	size_t end_count, end_room;
};

struct opening_state {
	int64_t position;         /* -1 = not known */
	uint64_t opened_ns;       /* when it was open */
	struct moment_of *others; /* the last use by each lane that did not open it */
	struct moment_of own;     /* ... and by the one that did, since it opened it; or nothing */
	uint32_t lane, op;        /* that opened it */
	uint32_t given;           /* name by which it was opened */
	uint32_t process;         /* whose it is */
	uint16_t references;      /* descriptors */
	uint16_t mappings;        /* that there are at a time */
	uint8_t other_count;
	bool closed;
	bool mapped; /* then it is used beyond its closing */
	bool kept;   /* used by too many to know when it may be closed */
};

/* Most openings are closed soon: what is kept of them goes, many at a time. */
#define OPENING_STATES 1024

struct opening_states {
	struct opening_state of[OPENING_STATES];
	uint32_t over; /* that nothing asks for any more */
};

/* Memory through which a file is written. */
struct mapping {
	uint64_t address, size, at; /* at: in the file */
	uint32_t opening;
	bool placed; /* at is known */
};

/* Of a process: where its threads and openings are, and what its threads and
 * children come after. */
struct process_state {
	struct id_table *lanes, *openings, *maps; /* by tid, handle, address; number + 1 */
	struct id_table *nameless;                /* by descriptor: openings with O_TMPFILE */
	struct mapping *mappings;
	size_t mapping_count, mapping_room;
	uint8_t *looked; /* by file: a bit where its inode was looked at; NULL before */
	const struct process *parent;
	bool parent_known;
	struct moment_of begun, thread; /* op 0 and lane UINT32_MAX: nothing */
	struct moment_of *children;     /* begun, by pid */
	int64_t *child_pids;
	size_t child_count, child_room, pid_room;
};

struct planner {
	struct plan *plan;
	struct plan_options *options;
	struct stages *stages;
	struct mounts *mounts;
	struct cache *cache;
	struct call_kind **kinds; /* [process number][call] */
	uint8_t *verdicts;        /* by name: enum refusal + 1, 0 = not yet judged */
	uint32_t verdict_count;
	struct aliases *aliases; /* NULL in the first pass */
	struct order *order;
	struct space *space;
	struct lane_state *lanes;
	size_t lane_room;
	struct opening_states **openings; /* NULL where all are over */
	size_t opening_room;
	struct process_state *processes;
};

void planner_begin(struct planner *planner);

/* What a link by its descriptor is of, number + 1 of the opening; 0 = not known. */
uint32_t planner_nameless(struct planner *planner, const struct happening *h);

/* A file that was open without a name gets one. */
void planner_named(struct planner *planner, struct happening *h, uint32_t opening);

/* With what planner_nameless said. REFUSAL_COUNT where the event became an operation. */
enum refusal planner_take(struct planner *planner, struct happening *h, uint32_t nameless);

/* An operation that does nothing but be waited for, or wait; false where the
 * plan has not begun yet. With blocks, what the thread waited before was for it. */
bool planner_hand_off(struct planner *planner, const struct happening *h, bool blocks,
                      struct moment_of *at);

/* Forks, threads and waiting. */
void planner_process(struct planner *planner, const struct happening *h);

void planner_end(struct planner *planner);

/* The offset and size of what is no data. */
void planner_shape(struct planner *planner, const struct happening *h, struct op *op);

/* ---- planner_name.c ---- */

enum refusal planner_open(struct planner *planner, struct happening *h);

/* A call on a path. */
enum refusal planner_path(struct planner *planner, struct happening *h);

/* The event's file gets that size. */
void planner_resized(struct planner *planner, const struct happening *h, uint64_t size,
                     const struct moment_of *at);

/* The event's file is used by the plan. */
void planner_seen(struct planner *planner, const struct happening *h);

/* ---- planner_lane.c ---- */

/* The number of the event's thread. */
uint32_t planner_lane(struct planner *planner, const struct happening *h);

/* Appends an operation to it, whose time and depth are the event's. */
struct op *planner_emit(struct planner *planner, const struct happening *h, uint8_t kind,
                        uint32_t object, struct moment_of *at);

/* Made where there is none. */
struct id_table *planner_table(struct id_table **table);

const struct process *planner_parent(struct planner *planner, const struct process *process);

/* ---- planner_map.c ---- */

/* The mapping that the event made is of that opening. */
void planner_mapped(struct planner *planner, const struct happening *h, uint32_t opening);

/* The number + 1 of the opening whose mapping the event removed, 0 = not known. */
uint32_t planner_unmapped(struct planner *planner, const struct happening *h);

/* ... whose mapping it moved or made larger or smaller. */
uint32_t planner_remapped(struct planner *planner, const struct happening *h);

/* The number + 1 of the opening that the event's address is of, 0 = not known. */
uint32_t planner_map_of(struct planner *planner, const struct happening *h);

/* The opening that the event's address is of, opened here if it is not known. The event's
 * offset becomes that in the file; its size 0, where all of the file is to be meant. */
uint32_t planner_map_opening(struct planner *planner, struct happening *h);

/* ---- planner_opening.c ---- */

uint32_t planner_new_opening(struct planner *planner, uint32_t name, uint32_t flags);

/* NULL where it is over. */
struct opening_state *planner_state(struct planner *planner, uint32_t opening);

/* Closed, or never open: later uses of its handle are of another one. */
void planner_over(struct planner *planner, uint32_t opening);

/* Frees what is known of all. */
void planner_forget(struct planner *planner);

/* The event's handle stands for that opening from now on. */
void planner_handle(struct planner *planner, const struct happening *h, uint32_t opening);

/* Its operation stands there. */
void planner_opened_at(struct planner *planner, uint32_t opening, const struct happening *h,
                       const struct moment_of *at);

/* The number + 1 of the opening that the event's handle stands for, 0 = not known. */
uint32_t planner_known(struct planner *planner, const struct happening *h);

/* The same, opened here if it is not known. */
uint32_t planner_opening(struct planner *planner, const struct happening *h);

/* An operation on it: after its opening, before its closing. */
void planner_uses(struct planner *planner, uint32_t opening, const struct moment_of *at);

/* It is closed, or its memory given back: after all uses so far. */
void planner_ends(struct planner *planner, uint32_t opening, const struct moment_of *at);

/* A file that something made out of the recording's sight is made here. */
void planner_appears(struct planner *planner, const struct happening *h);

/* A name in a folder that the run made needs that folder; one that is made or
 * removed is a use of it. */
void planner_parent_folder(struct planner *planner, uint32_t name, const struct moment_of *at);

#endif
