/* SPDX-License-Identifier: Apache-2.0
 *
 * How the main thread of a process that trains gets its data from those that
 * load it: from worker processes by pipes, or from threads of its own by
 * locks. analysis_consumer.
 *
 * A fetch begins where it waits at a worker's pipe, or for a thread that hands
 * data over. What follows at once belongs to it too: the sockets and shared
 * memory that the data comes through, and the time in between, in which what
 * came is unpacked. Making workers and waiting for their end is fetching as
 * well: the next batch waits for it.
 */
#ifndef CONSUMER_H
#define CONSUMER_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/awaited.h"
#include "analysis/timeline.h"
#include "read/recording.h"

#define CONSUMER_THREADS 32u /* more of a process are not told apart: they are left out */

/* A thread that reads training data beside the main one: from its first read
 * to its last one. */
struct loader_thread {
	uint32_t tid;
	int64_t first_ns, last_ns;
	uint64_t bytes;
	struct timeline timeline; /* STORAGE, LOCK, and AWAITED of its own tasks */
};

/* Workers that are made at a time: until when the first data of them came. */
struct generation {
	int64_t made_ns, got_ns;
};

struct consumer {
	uint32_t process;
	/* From the making of the first worker, or the first fetch, until what was
	 * handed over last is used; 0 where there is none. */
	int64_t first_ns, last_ns;
	struct timeline timeline; /* FETCH and AWAITED */
	int64_t *forks;           /* when workers were made, in order */
	size_t fork_count, fork_room;
	struct loader_thread *threads;
	size_t thread_count, thread_room;
	uint64_t main_bytes, thread_bytes; /* of training data that each read */
	bool by_workers, by_threads;       /* hand data over */
	bool by_main;                      /* takes it from workers itself */
	bool watches;                      /* waits in an event loop */
	uint64_t timer_ns;                 /* there, until a timer was due */
	struct awaited *awaited;           /* there: what threads do; NULL without */
	uint32_t semaphores;               /* waited at */

	/* The first other thread that gets data from workers: it hands them over, or it trains
	 * itself, and the main one waits for its end. What it got, what of it during one wait of
	 * the main thread, the most, and that wait. */
	struct consumer *other;
	uint32_t other_tid, got, got_in_wait, most_in_wait;
	int64_t wait_ns, wait_end_ns, counted_ns, most_wait_ns; /* the last: how long it was */

	/* Of the fetch under way, and of the last wait for a lock. */
	int64_t end_ns, lock_ns, lock_end_ns;
	int64_t made_ns;      /* when workers were made that nothing was fetched from yet */
	int64_t made_held_ns; /* waited for locks since */
	struct generation *generations; /* of workers */
	size_t generation_count, generation_room;
	uint64_t ending_ns;           /* waited for their end */
	int64_t starting_ns;          /* when those were made that nothing came from yet */
	uint32_t let_go[2];           /* batches: later; at once, see fetch.c */
	int64_t thread_made_ns;       /* when the latest thread was made; 0 = none */
	uint32_t socket, waited_file; /* 0 = none */
	/* A wait that a signal cut short names no file: the one that follows at once does. */
	int64_t cut_ns, cut_end_ns;
	uint32_t last_thread;
	bool fetching;
	int64_t used_ns; /* until then what came last was used; while uses_last, not known */
	bool uses_last;
};

struct consumers {
	const struct recording *recording;
	struct consumer **of;     /* by process number; NULL where it does not train */
	int64_t *first_train_ns;  /* by process number: its first read for training or inference */
	int64_t *busy_until_ns;   /* by process number: when its main thread did something last */
	const uint32_t *evidence; /* by process number */
	uint32_t *made_by;        /* by process number: whom it loads for, + 1 */
	bool *silent;             /* by process number: it has workers, and no pipe of theirs */
	bool *remote;             /* by process number: it gets its data over the network */
	uint8_t **pipes;          /* [process number][file index]: enum loader_pipe */
};

/* When the consumer turned to its epoch that is first read from at first_ns: when it made
 * workers for it, or began to wait for it. What was read ahead of the one before, which was read
 * until last_ns, is used in between. */
int64_t consumer_turn(const struct consumer *consumer, int64_t last_ns, int64_t first_ns);

#endif
