/* SPDX-License-Identifier: Apache-2.0
 *
 * Work that a main thread gives to threads and awaits in its event loop, and
 * that reads no data: a training step, or decoding. Part of consumer.h's
 * analysis.
 *
 * A thread of an executor waits for work at a lock, does it, and wakes the
 * event loop: by a byte through a socket pair, or by an eventfd. What it did in
 * between is a task.
 */
#ifndef AWAITED_H
#define AWAITED_H

#include "analysis/timeline.h"
#include "measure/events.h"

#define AWAITED_THREADS 64u  /* more are left out */
#define AWAITED_WAITS   256u /* the latest ones of the main thread, while a task goes on */

struct awaited_thread {
	uint32_t tid;
	bool loads, gets; /* the task under way: calls on training data; bytes of it */
	int64_t since_ns; /* its beginning */
};

struct awaited {
	struct awaited_thread threads[AWAITED_THREADS];
	uint32_t thread_count, wait_count;
	struct {
		int64_t start_ns, end_ns;
	} waits[AWAITED_WAITS]; /* by their number modulo that */
	uint64_t tasks;         /* that read nothing, for which the main thread waited */
	uint64_t loads, opens;  /* tasks that read data; files opened for them */
};

/* The main thread waits in its event loop. */
void awaited_wait(struct awaited *awaited, int64_t start_ns, int64_t end_ns);

/* An event of another thread, made_ns after the latest one was made. Where it ends a task that
 * reads no data, what the main thread waited meanwhile is added to `waited` as
 * TIMELINE_AWAITED, and the task to `own`, of the thread, unless NULL. */
void awaited_other(struct awaited *awaited, const struct events *events, uint32_t row,
                   int64_t made_ns, struct timeline *waited, struct timeline *own);

/* Whether these tasks are steps: several samples are read for each. */
bool awaited_trains(const struct awaited *awaited);

#endif
