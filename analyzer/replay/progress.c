/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/progress.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "replay/ring.h"

#define PROGRESS_SPIN_NS  20000u     /* for another thread, before sleeping */
#define PROGRESS_SLEEP_NS 100000000u /* at a time, so that a stop is noticed */

static long progress_futex(uint32_t *word, int operation, uint32_t value, uint64_t ns)
{
	struct timespec t = {(time_t)(ns / 1000000000u), (long)(ns % 1000000000u)};

	return syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, &t, NULL, 0);
}

void progress_publish(struct worker *w, uint32_t done, bool awaited)
{
	if (!w->lane->awaited)
		return;
	if (w->ring && ring_busy(w->ring))
		done = ring_oldest(w->ring, done);
	if (!awaited) {
		__atomic_store_n(&w->progress->done, done, __ATOMIC_RELEASE);
		return;
	}
	__atomic_store_n(&w->progress->done, done, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&w->progress->waiting, __ATOMIC_SEQ_CST))
		progress_futex(&w->progress->done, FUTEX_WAKE, INT32_MAX, 0);
}

void progress_await(struct worker *w, const struct hold *hold)
{
	struct progress *other = &w->all[hold->thread];
	uint64_t begun = 0;
	uint32_t done;

	while ((done = __atomic_load_n(&other->done, __ATOMIC_SEQ_CST)) < hold->until &&
	       !worker_stopped(w)) {
		if (w->ring && ring_busy(w->ring)) {
			/* Others may wait for what is under way here. */
			ring_reap(w->ring, w, true, pace_now() + PROGRESS_SPIN_NS);
			progress_publish(
			        w, w->progress->done > hold->op ? w->progress->done : hold->op,
			        true);
			continue;
		}
		if (!begun)
			begun = pace_now();
		if (pace_now() - begun < PROGRESS_SPIN_NS) {
			pace_idle(&w->pace);
			continue;
		}
		__atomic_fetch_add(&other->waiting, 1, __ATOMIC_SEQ_CST);
		progress_futex(&other->done, FUTEX_WAIT, done, PROGRESS_SLEEP_NS);
		__atomic_fetch_sub(&other->waiting, 1, __ATOMIC_SEQ_CST);
	}
}
