/* SPDX-License-Identifier: Apache-2.0
 *
 * What a replay is to do: for each thread of the recording its operations in
 * order, the orderings between threads that a legal history needs, and the
 * files as the run found them. Made once; only read while it runs.
 */
#ifndef REPLAY_PLAN_H
#define REPLAY_PLAN_H

#include "read/filter.h"
#include "read/recording.h"
#include "replay/op.h"
#include "replay/stage_measure.h"

/* REFUSAL(name, words): why an event is not replayed. */
#define REFUSALS(REFUSAL)                                                                          \
	REFUSAL(FILTERED, "not asked for (--stage, --path, --from, --to)")                         \
	REFUSAL(RUNTIME, "the interpreter's own files, which --runtime replays")                   \
	REFUSAL(IPC, "pipes, sockets and shared memory: kept as orderings, not as I/O")            \
	REFUSAL(PLACE, "files of /proc, /sys and /dev")                                            \
	REFUSAL(DEVICE, "devices and what has no file behind it")                                  \
	REFUSAL(NAME, "paths that lead to no file: not absolute, too long, or the root")           \
	REFUSAL(UNNAMED, "the file is not known")                                                  \
	REFUSAL(RANGE, "offsets or sizes that no file has")                                        \
	REFUSAL(ITSELF, "renames of a folder into itself or over what it lies in: none succeeds")  \
	REFUSAL(CALL, "calls that are not replayed: locks, attributes")                            \
	REFUSAL(COPY, "copies from file to file that failed")                                      \
	REFUSAL(ASKED, "calls that failed for what they asked, before they came to the file")      \
	REFUSAL(AGAIN, "calls on streams, whose reads and writes are replayed")                    \
	REFUSAL(PROCESS, "processes, threads and waiting: kept as orderings")

enum refusal {
#define REFUSAL(name, words) REFUSAL_##name,
	REFUSALS(REFUSAL)
#undef REFUSAL
	        REFUSAL_COUNT
};

/* A path of the recording, by its number there. */
enum place_state { PLACE_UNKNOWN, PLACE_ABSENT, PLACE_FILE, PLACE_FOLDER };

struct plan_file {
	uint8_t first, now;  /* enum place_state: when the run began, and as planning goes on */
	bool changes;        /* written, made, removed or renamed in the run */
	bool used;           /* by any operation */
	bool folder;         /* at some time */
	bool unsized;        /* of what size it was when the run began is not known */
	int8_t warmth;       /* see warmth.h */
	uint32_t alias;      /* the name of which it is a hard link, 0 = none */
	uint32_t origin;     /* as planning goes on: where what lies here lay when the run began */
	int64_t size, grown; /* when the run began; as planning goes on */
	int64_t largest;     /* of grown */
	int64_t held;        /* of grown, without holes, and ahead: what it takes at most */
	int64_t ahead;       /* bytes that it keeps for itself behind its end, none of them */
	int64_t reserved;    /* behind here */
	int64_t touched;     /* as far as it was read or written */
	uint64_t inode, device;
};

/* An opening: what one open file description is. */
struct opening {
	uint32_t name;
	uint32_t flags; /* of open */
	uint32_t found; /* the name when the run began; 0 = made by the run */
};

/* What fallocate, sync_file_range and msync are asked for, from the operation's offset on. */
struct plan_range {
	uint64_t length;
	uint32_t mode; /* or flags */
};

/* Operation `op` of the thread whose list this is begins after the first
 * `until` operations of another one. */
struct hold {
	uint32_t op, thread, until;
};

struct lane {             /* a thread's list */
	uint32_t process; /* number in the recording */
	uint32_t tid;
	struct op *ops;
	uint32_t count, room;
	struct hold *holds; /* by op */
	size_t hold_count, hold_room;
	uint32_t deepest;     /* most asynchronous operations under way */
	uint32_t largest;     /* bytes of a data operation, */
	uint32_t written;     /* and of those that write */
	bool data, has_async; /* moves bytes; needs io_uring */
	bool awaited;         /* any of its operations, by another thread */
	bool made;            /* by another thread, maker: its first pause begins then */
	uint32_t maker;
	uint32_t real;   /* operations that do something */
	uint64_t end_ns; /* of the last one, since the plan's start */
};

struct plan_options {
	struct filter filter;
	bool runtime; /* with the interpreter's own files */
};

struct plan {
	struct recording *recording;
	struct lane *lanes;
	size_t lane_count, lane_room;
	struct plan_file *places; /* by name */
	uint32_t name_count;
	struct opening *openings;
	size_t opening_count, opening_room;
	struct plan_range *ranges;
	size_t range_count, range_room;
	uint64_t start_ns, length_ns; /* start: CLOCK_REALTIME of the first operation */
	uint64_t ops, by_kind[OPS];   /* without hand-offs and implicit openings */
	uint64_t implicit, hand_offs, holds, dropped_holds;
	uint64_t refused[REFUSAL_COUNT], refused_bytes[REFUSAL_COUNT];
	uint64_t substituted; /* done by another call than the recording's */
	uint64_t unflagged;   /* done without flags that it had: flags_left, RWF_... */
	uint32_t flags_left;
	uint64_t files, folders, bytes_first, bytes_peak;
	struct stage_measure *stages; /* of the recording, of what is replayed; AIOT_STAGES */
	uint64_t hash;                /* of the files as the run found them */
};

/* Never NULL; a plan without operations has ops 0. The recording must outlive it. */
struct plan *plan_make(struct recording *recording, struct plan_options *options);
void plan_free(struct plan *plan);

const char *plan_refusal_words(enum refusal refusal);

/* The path below the target's root, without a leading slash; valid as long as
 * the recording. Only of names for which plain_ok holds. */
const char *plan_path(const struct plan *plan, uint32_t name);

/* When an operation ended in the recording, since the plan's start; of one that was
 * asynchronous, when the next began. */
uint64_t plan_ended_ns(const struct lane *lane, uint32_t op);

#endif
