/* SPDX-License-Identifier: Apache-2.0 */
#include "tracer.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <unistd.h>

#include "away.h"
#include "calls/cufile.h"
#include "base/clock.h"
#include "config.h"
#include "event.h"
#include "file/fd.h"
#include "file/file.h"
#include "flight.h"
#include "trace/live.h"
#include "base/log.h"
#include "trace/loss.h"
#include "mark.h"
#include "trace/process.h"
#include "base/real.h"
#include "base/returning.h"
#include "base/room.h"
#include "sandbox.h"
#include "encode/scratch.h"
#include "stack.h"
#include "file/stale.h"
#include "state.h"
#include "base/sys.h"
#include "thread.h"
#include "uring/look.h"
#include "file/unseen.h"
#include "uring/site.h"
#include "fault/watch.h"

/* What is made once and inherited by forks: memory that fork wipes. */
static int tracer_prepare(void)
{
	if (state_prepare() || file_prepare())
		return -ENOMEM;
	thread_prepare();
	pthread_atfork(fd_before_fork, fd_after_fork, mark_forked);
	return 0;
}

/* In a forked child: what belongs to the parent is let go. */
static void tracer_forget(void)
{
	thread_forget();
	live_forget();
	scratch_forget();
	room_forget();
	fd_forked();
	description_forget();
	loss_reset();
	watch_forget();
	sys_own = (struct sys_own){0};
	state_forget();
	event_forget();
	clock_forget();
	uring_forked();
	stack_forget();
}

static void tracer_start(void)
{
	bool forked = state_generation > 0;
	state_generation++;
	if (forked && sandbox_is_closed()) {
		loss_reset();
		state_forget();
		state_set(STATE_OFF);
		return;
	}
	if (forked)
		tracer_forget();
	thread_self.busy++;
	if (!forked) {
		clock_prepare();
		away_prepare();
	}
	int error = forked ? 0 : tracer_prepare();
	if (!error && !forked) {
		process_read_config();
		mark_prepare();
	}
	if (!error && !forked && !config.off && !sandbox_allows_start())
		error = -EPERM;
	if (!error && !config.off)
		error = process_begin(forked);
	if (!error && !config.off && !forked)
		returning_prepare();
	if (!forked && !config.off)
		clock_begin();
	if (sandbox_allows_young())
		SYS2(membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0);
	thread_self.busy--;
	if (error)
		log_error("not tracing", config.directory, -error);
	state_set(error || config.off ? STATE_OFF : STATE_ON);
	if (forked && state_is(STATE_ON))
		watch_inherited();
}

static void tracer_wait_for_start(void)
{
	while (state_is(STATE_STARTING))
		SYS0(sched_yield);
}

bool tracer_enter(void)
{
	int saved = errno;
	if (thread_is_vforked()) {
		loss_count(AIOT_LOSS_VFORK, 1);
		return false;
	}
	if (thread_self.busy && !state_is(STATE_NEW)) {
		if (!state_is(STATE_OFF))
			loss_count(AIOT_LOSS_NESTED, 1);
		return false;
	}
	if (!environ) {
		loss_count(AIOT_LOSS_EARLY, 1);
		return false;
	}
	if (state_move(STATE_NEW, STATE_STARTING))
		tracer_start();
	tracer_wait_for_start();
	errno = saved;
	if (!state_is(STATE_OFF))
		return true;
	state_count_stopped();
	return false;
}

/* What is in flight ends with the trace. */
static void tracer_last_look(void)
{
	unseen_find();
	stale_find();
	look_finish();
	cufile_async_look();
	cufile_batch_finish();
	flight_finish();
}

void tracer_finish(void)
{
	if (!thread_is_vforked() && state_is(STATE_ON))
		tracer_last_look();
	if (thread_is_vforked() || !state_move(STATE_ON, STATE_CLOSING))
		return;
	bool seen = sandbox_allows_young() &&
	            SYS2(membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0) == 0;
	event_wait();
	thread_self.busy++;
	watch_finish();
	bool drained = live_drain(thread_drain);
	event_wait();
	stack_finish();
	process_end();
	if (drained && seen && state_is(STATE_CLOSING)) {
		loss_move(NULL);
		live_remove();
	}
	thread_self.busy--;
}

__attribute__((constructor)) static void tracer_load(void)
{
	real_find_all();
	if (!tracer_enter())
		return;
	stack_prepare();
	process_tell_children();
	mark_tell_children();
	site_hook_small_program();
}

__attribute__((destructor)) static void tracer_unload(void)
{
	tracer_finish();
}
