/* SPDX-License-Identifier: Apache-2.0
 *
 * How long waking takes differs by a factor of ten between machines: a thread
 * learns it from its own sleeps, as a mean that follows late wakings at once and
 * forgets them slowly. Very late ones are left out: another program had the
 * processor, and a thread that spins longer would have it even less. A processor
 * that has slept long wakes slowly: it is woken ahead, and sleeps once more.
 *
 * Where it may, a thread comes before all other programs' (SCHED_RR): priority among
 * equals lets it wait milliseconds for another program's turn to end, however great.
 * Only as long as it leaves the processor some of the time, else what the storage
 * needs of it, and the rest of the machine, would come to nothing: one that hardly
 * sleeps shares it as others do, and so does one for which the kernel's threads work
 * (io_uring's), which would wait for it.
 */
#include "replay/pace.h"

#include <linux/sched/types.h>
#include <linux/sched.h>
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
#define PACE_LONG_NS  1000000u  /* a sleep after which waking is slow */
#define PACE_AHEAD_NS 250000u   /* by so much the first of two sleeps is shorter */
#define PACE_LOOK_NS  10000000u /* how often a thread looks what it uses */
#define PACE_MOST_USE 0.7       /* of that time, to come first */

/* Other programs' turns are milliseconds. Kernels before 6.12 give all the same, and
 * priority is only for who may take it. */
static void pace_like_others(void)
{
	struct sched_attr turn = {.size = sizeof turn, .sched_runtime = PACE_TURN_NS};

	syscall(SYS_sched_setattr, 0, &turn, 0);
	setpriority(PRIO_PROCESS, 0, PACE_NICE);
}

static void pace_come_first(struct pace *pace)
{
	struct sched_attr first = {
	        .size = sizeof first, .sched_policy = SCHED_RR, .sched_priority = 1};

	pace->first = !syscall(SYS_sched_setattr, 0, &first, 0);
	pace->refused = !pace->first;
}

static uint64_t pace_used(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void pace_begin(struct pace *pace, bool alone)
{
	pace->early_ns = PACE_FIRST_NS;
	prctl(PR_SET_TIMERSLACK, 1); /* else the kernel wakes us up to 50 us late */
	pace_like_others();
	pace->refused = !alone;
	if (alone)
		pace_come_first(pace);
}

static void pace_look(struct pace *pace, uint64_t now)
{
	uint64_t used;
	bool much;

	if (pace->refused || now - pace->looked_ns < PACE_LOOK_NS)
		return;
	used = pace_used();
	much = (double)(used - pace->used_ns) > PACE_MOST_USE * (double)(now - pace->looked_ns);
	if (much && pace->first) {
		pace_like_others();
		pace->first = false;
	} else if (!much && !pace->first) {
		pace_come_first(pace);
	}
	pace->looked_ns = now;
	pace->used_ns = used;
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

static void pace_sleep(struct pace *pace, uint64_t until, bool last)
{
	struct timespec t = {(time_t)(until / 1000000000u), (long)(until % 1000000000u)};
	uint64_t woke;

	if (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) || !last)
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

static void pace_wait(struct pace *pace, uint64_t now, uint64_t until)
{
	uint64_t left = until - now;

	if (left > PACE_SLICE_NS + pace->early_ns)
		pace_sleep(pace, now + PACE_SLICE_NS, false);
	else if (left > PACE_LONG_NS)
		pace_sleep(pace, until - PACE_AHEAD_NS, false);
	else if (left > pace->early_ns + PACE_LEAST_NS)
		pace_sleep(pace, until - pace->early_ns, true);
	else
		pace_idle(pace);
}

void pace_until(struct pace *pace, uint64_t time_ns, const bool *stop)
{
	uint64_t now = pace_now();

	pace_look(pace, now);
	for (; now < time_ns && !__atomic_load_n(stop, __ATOMIC_RELAXED); now = pace_now())
		pace_wait(pace, now, time_ns);
}
