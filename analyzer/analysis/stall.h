/* SPDX-License-Identifier: Apache-2.0
 *
 * Does training wait for its data, and if so, what for: the verdict on the
 * loader. The consumer is the main thread of a process that trains; loaders are
 * the worker processes it made, or threads of its own that read training data.
 */
#ifndef STALL_H
#define STALL_H

#include <stdbool.h>
#include <stdint.h>

enum stall_cause {
	STALL_NONE,    /* nothing is loaded, or nothing can be told */
	STALL_COMPUTE, /* it hardly waits */
	STALL_STORAGE,
	STALL_PREPARE,
	STALL_WORKERS, /* workers are busy, with storage and the processor alike */
	STALL_IDLE,    /* it waits, and workers have nothing to do */
	STALL_START,   /* it waits mostly for workers that are made again and again */
};

/* Seconds; of workers those of all of them, summed up. */
struct stall_part {
	double phase_s, waited_s;
	double storage_s, prepare_s, idle_s, blocked_s;
	/* Of waited_s, from making workers until one of them loads, and for their end. */
	double turnover_s;
	/* Likewise, what the main thread makes of what its threads read. */
	double own_s;
	/* Of who loads itself: preparing data or training, nothing tells which. */
	double untold_s;
	enum stall_cause cause;
};

struct stall {
	struct stall_part all;
	struct stall_part *epochs; /* by number of the epoch */
	uint32_t epoch_count;
	uint32_t consumers;    /* main threads that phase_s and waited_s are sums of */
	uint32_t workers;      /* the most that one consumer had at a time; 0: it loads itself */
	uint32_t generations;  /* how often one consumer made workers, at most */
	uint32_t threads;      /* the same of threads that load, where there are no workers */
	bool remote;           /* loaders get data over the network: that is their storage */
	bool asleep;           /* it loads itself, and its steps sleep: asleep.h */
	bool timed;            /* it waits in an event loop, for timers of its own, too */
	bool cached;           /* storage is the page cache: calls take what calls on memory do */
	double workers_needed; /* to keep the consumer busy, if they are the limit; 0 = not known */
};

void stall_part_add(struct stall_part *to, const struct stall_part *from);

struct summary;

/* Of a summary whose analyses are finished; free with stall_free. */
struct stall stall_find(const struct summary *summary);
void stall_free(struct stall *stall);

/* What the data are loaded for: AIOT_STAGE_TRAIN, or AIOT_STAGE_INFERENCE in runs that train
 * nothing. */
int stall_stage(const struct summary *summary);

/* "compute-bound", "storage-bound", "preprocessing-bound", "too few workers",
 * "too little prefetch", "worker start-up"; NULL for none. */
const char *stall_word(enum stall_cause cause);

#endif
