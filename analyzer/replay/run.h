/* SPDX-License-Identifier: Apache-2.0
 *
 * Carries a plan out: a thread for each of its lanes, and for each client.
 */
#ifndef REPLAY_RUN_H
#define REPLAY_RUN_H

#include "replay/plan.h"
#include "replay/target.h"

enum timing { TIMING_ORIGINAL, TIMING_THINK, TIMING_FAST };
enum engine { ENGINE_SYNC, ENGINE_URING };

struct run_options {
	enum timing timing;
	enum engine engine;
	double speed;
	bool direct, quiet;
};

struct run {
	const struct plan *plan;
	const struct target *target;
	struct run_options options;
	struct outcome **outcomes;                /* [client x lane_count + lane][op] */
	uint64_t start_ns, start_real_ns, end_ns; /* CLOCK_MONOTONIC, _REALTIME */
	bool stop;                                /* asked to, or could not go on */
	bool interrupted;                         /* by the user */
	int failure;            /* errno of what ended the run early, 0 = nothing */
	uint32_t failed_name;   /* the file that it happened to */
	uint64_t unaligned;     /* operations that O_DIRECT could not do as they are */
	uint64_t undirected;    /* openings where O_DIRECT was refused */
	uint64_t crowded_ns;    /* that threads waited for a processor, in sum */
	uint32_t folders_moved; /* renamed or removed so far */
	unsigned folders_each;  /* that a thread may hold open */
	uint32_t contents_each; /* bytes that it has ready to be written */
	uint64_t fresh_page_ns; /* see fresh.h; 0 = all reads go to memory in use */
	struct astray *astray;  /* folders that were renamed */
	bool no_uring;          /* the kernel refused io_uring: done one after another */
};

/* Runs to the end, or until run_interrupt. -1 where it could not begin. */
int run_plan(struct run *run, const struct plan *plan, const struct target *target,
             const struct run_options *options, struct problem *why);

/* Asks all threads to stop; may be called by a signal handler. */
void run_interrupt(struct run *run);

void run_free(struct run *run);

#endif
