/* SPDX-License-Identifier: Apache-2.0 */
#include "tracer.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <unistd.h>

#include "config.h"
#include "fd.h"
#include "file.h"
#include "live.h"
#include "log.h"
#include "loss.h"
#include "process.h"
#include "scratch.h"
#include "sys.h"
#include "thread.h"

static uint32_t tracer_unborn;
uint32_t *tracer_state = &tracer_unborn;
uint16_t tracer_generation;

static void tracer_set(enum tracer_state state)
{
	__atomic_store_n(tracer_state, (uint32_t)state, __ATOMIC_SEQ_CST);
}

static bool tracer_move(enum tracer_state from, enum tracer_state to)
{
	uint32_t expected = (uint32_t)from;
	return __atomic_compare_exchange_n(tracer_state, &expected, (uint32_t)to, 0,
	                                   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/* What events are counted under once tracing was stopped; AIOT_LOSSES while it
 * never was. */
static enum aiot_loss tracer_stopped = AIOT_LOSSES;

void tracer_stop(const char *why, int error)
{
	if (tracer_is(TRACER_OFF))
		return;
	log_error("tracing stopped", why, error);
	tracer_stopped = error == EFBIG ? AIOT_LOSS_LIMIT : AIOT_LOSS_NO_SPACE;
	tracer_set(TRACER_OFF);
}

/* What is made once and inherited by forks: memory that fork wipes. */
static int tracer_prepare(void)
{
	uint32_t *state = sys_map(4096, 1);
	if (!state || file_prepare())
		return -ENOMEM;
	*state = TRACER_STARTING;
	tracer_state = state;
	thread_prepare();
	pthread_atfork(fd_before_fork, NULL, NULL);
	return 0;
}

/* In a forked child: what belongs to the parent is let go. */
static void tracer_forget(void)
{
	thread_forget();
	live_forget();
	scratch_forget();
	description_forget();
	loss_reset();
	sys_own = (struct sys_own){0};
	tracer_stopped = AIOT_LOSSES;
}

static void tracer_start(void)
{
	bool forked = tracer_generation > 0;
	tracer_generation++;
	if (forked)
		tracer_forget();
	thread_self.busy++;
	int error = forked ? 0 : tracer_prepare();
	if (!error && !forked)
		process_read_config();
	if (!error && !config.off)
		error = process_begin(forked);
	SYS2(membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0);
	thread_self.busy--;
	if (error)
		log_error("not tracing", config.directory, -error);
	tracer_set(error || config.off ? TRACER_OFF : TRACER_ON);
}

static void tracer_wait_for_start(void)
{
	while (tracer_is(TRACER_STARTING))
		SYS0(sched_yield);
}

bool tracer_enter(void)
{
	int saved = errno;
	if (thread_vfork) {
		loss_count(AIOT_LOSS_VFORK, 1);
		return false;
	}
	if (thread_self.busy && !tracer_is(TRACER_NEW)) {
		if (!tracer_is(TRACER_OFF))
			loss_count(AIOT_LOSS_NESTED, 1);
		return false;
	}
	if (!environ) {
		loss_count(AIOT_LOSS_EARLY, 1);
		return false;
	}
	if (tracer_move(TRACER_NEW, TRACER_STARTING))
		tracer_start();
	tracer_wait_for_start();
	errno = saved;
	if (!tracer_is(TRACER_OFF))
		return true;
	if (tracer_stopped != AIOT_LOSSES)
		loss_count(tracer_stopped, 1);
	return false;
}

void tracer_finish(void)
{
	if (thread_vfork || !tracer_move(TRACER_ON, TRACER_CLOSING))
		return;
	bool seen = SYS2(membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0) == 0;
	thread_self.busy++;
	bool drained = live_drain(thread_drain);
	process_end();
	if (drained && seen && tracer_is(TRACER_CLOSING)) {
		loss_move(NULL);
		live_remove();
	}
	thread_self.busy--;
}

__attribute__((constructor)) static void tracer_load(void)
{
	if (tracer_enter())
		process_tell_children();
}

__attribute__((destructor)) static void tracer_unload(void)
{
	tracer_finish();
}
