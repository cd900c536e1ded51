/* SPDX-License-Identifier: Apache-2.0
 *
 * One thread of a replay: what run.c, perform.c and ring.c share of it, and its
 * operations, one after another.
 */
#ifndef REPLAY_WORKER_H
#define REPLAY_WORKER_H

#include <setjmp.h>
#include <sys/uio.h>

#include "replay/pace.h"
#include "replay/place.h"
#include "replay/run.h"

#define WORKER_BUFFER ((uint32_t)8 << 20) /* larger operations use it several times */
#define WORKER_PIECES 257                 /* so many times at most, for 2 GiB */

/* An opening of one client, as it is now. */
struct open_file {
	int fd;         /* -1 = not open */
	uint32_t block; /* that O_DIRECT asks for; 0 = through the page cache */
	void *more;     /* DIR, where folders are read */
	uint8_t *map;
	size_t map_size;
};

/* What others wait for; on a cache line of its own. */
struct progress {
	uint32_t done;    /* operations, without a gap */
	uint32_t waiting; /* threads that sleep until done grows */
	uint8_t space[56];
};

struct ring;
struct folders;

struct worker {
	struct run *run;
	const struct lane *lane;
	unsigned client;
	struct outcome *outcomes;
	struct progress *progress, *all; /* its own; those of this client's lanes */
	struct open_file *files;         /* of this client */
	struct ring *ring;               /* NULL: none needed */
	struct folders *folders;
	struct pace pace;
	struct place place;
	uint8_t *buffer;
	uint32_t buffer_size;
	uint32_t contents, written; /* where in it those of a write begin; how many they are */
	uint8_t *fresh;             /* where the next read goes to, NULL = to buffer */
	uint8_t *left;              /* where an earlier one went to */
	uint32_t fresh_size, left_size;
	struct iovec pieces[WORKER_PIECES];
	uint32_t together_end;   /* of operations that the job began together */
	unsigned together_depth; /* when the last of them began */
	uint64_t stamp;
	uint64_t last_ns; /* of activity */
	sigjmp_buf fault; /* where a lost page leads */
	bool faulting;
	uint64_t major; /* faults of the thread that waited for storage, so far */
	bool untimed;   /* the operation's time is not counted, see perform_touch */
};

static inline bool worker_stopped(const struct worker *w)
{
	return __atomic_load_n(&w->run->stop, __ATOMIC_RELAXED);
}

/* Does one operation that is not asynchronous; what the call returned, or
 * -errno. */
int64_t perform(struct worker *worker, const struct op *op);

/* Closes an opening, with its list of a folder. */
int64_t perform_close(struct open_file *file);

/* What the job did before the call: new contents of what it is to write, and memory
 * for what it is to read. */
void perform_ready(struct worker *worker, uint32_t op);

/* The iovecs of a transfer. */
int perform_pieces(struct worker *worker, const struct op *op);

/* Leaves no descriptor nor mapping of the client open. */
void perform_close_all(struct open_file *files, size_t count);

/* All operations of its lane, each when it is due and what it waits for has come. */
void worker_run(struct worker *worker);

/* An operation has ended: keeps what became of it, and ends the run where
 * going on makes no sense. */
void worker_ended(struct worker *worker, uint32_t op, uint64_t end_ns, int64_t result);

#endif
