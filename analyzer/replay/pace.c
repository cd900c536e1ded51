/* SPDX-License-Identifier: Apache-2.0
 *
 * How long waking takes differs by a factor of ten between machines: a thread
 * learns it from its own sleeps, as a mean that follows late wakings at once and
 * forgets them slowly. Very late ones are left out: another program had the
 * processor, and a thread that spins longer would have it even less.
 */
#include "replay/pace.h"

#include <linux/sched/types.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PACE_FIRST_NS 60000u
#define PACE_LEAST_NS 10000u
#define PACE_MOST_NS  60000u
#define PACE_BUSY_NS  100000u    /* a waking so late says nothing of waking */
#define PACE_SLICE_NS 100000000u /* so that a stop is noticed */
#define PACE_TURN_NS  100000u    /* of the processor: who asks for less gets it sooner */
#define PACE_NICE     (-20)

void pace_begin(struct pace *pace)
{
	struct sched_attr turn = {.size = sizeof turn, .sched_runtime = PACE_TURN_NS};

	pace->early_ns = PACE_FIRST_NS;
	prctl(PR_SET_TIMERSLACK, 1); /* else the kernel wakes us up to 50 us late */
	/* Other programs' turns are milliseconds. Kernels before 6.12 give all the same,
	 * and priority is only for who may take it. */
	syscall(SYS_sched_setattr, 0, &turn, 0);
	setpriority(PRIO_PROCESS, 0, PACE_NICE);
}

static void pace_learn(struct pace *pace, uint64_t late_ns)
{
	uint64_t wanted = late_ns + late_ns / 2;

	if (late_ns > PACE_BUSY_NS)
		return;
	if (wanted > pace->early_ns)
		pace->early_ns += (wanted - pace->early_ns) / 8;
	else
		pace->early_ns -= (pace->early_ns - wanted) / 64;
	if (pace->early_ns < PACE_LEAST_NS)
		pace->early_ns = PACE_LEAST_NS;
	if (pace->early_ns > PACE_MOST_NS)
		pace->early_ns = PACE_MOST_NS;
}

static void pace_sleep(struct pace *pace, uint64_t until)
{
	struct timespec t = {(time_t)(until / 1000000000u), (long)(until % 1000000000u)};
	uint64_t woke;

	if (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL))
		return;
	woke = pace_now();
	if (woke > until)
		pace_learn(pace, woke - until);
}

void pace_idle(const struct pace *pace)
{
	if (pace->crowded)
		syscall(SYS_sched_yield);
	else
		pace_pause();
}

void pace_until(struct pace *pace, uint64_t time_ns, const bool *stop)
{
	for (;;) {
		uint64_t now = pace_now();
		if (now >= time_ns || __atomic_load_n(stop, __ATOMIC_RELAXED))
			return;
		if (time_ns - now > PACE_SLICE_NS + pace->early_ns)
			pace_sleep(pace, now + PACE_SLICE_NS);
		else if (time_ns - now > pace->early_ns + PACE_LEAST_NS)
			pace_sleep(pace, time_ns - pace->early_ns);
		else
			pace_idle(pace);
	}
}
