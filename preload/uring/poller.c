/* SPDX-License-Identifier: Apache-2.0 */
#include "uring/poller.h"

#include <errno.h>
#include <locale.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "base/sys.h"
#include "config.h"
#include "state.h"
#include "thread.h"
#include "uring/look.h"

#define POLLER_STACK   (128u << 10)
#define POLLER_STORAGE (64u << 10) /* thread-local, on either side of the pointer */

/* Nanoseconds between looks. A queue of one entry asks for the least whenever
 * it is used; one that rests, for the most. */
#define POLLER_LEAST 20000
#define POLLER_MOST  1000000

/* Looks after which descriptors are asked whether they still are the rings. */
#define POLLER_CHECK          64u
#define POLLER_CHECK_SPINNING 4096u

/* clone with a stack and thread-local storage, then run(), then exit: for the
 * thread alone. `tid` becomes 0 when it has ended. */
long poller_clone(unsigned long flags, void *stack, uint32_t *tid, void *storage,
                  void (*run)(void));

static struct poller {
	uint32_t hidden; /* rings */
	uint32_t share;  /* the most that any of them had moved */
} poller;

static void poller_visit(struct uring *ring, uint64_t check)
{
	if (!__atomic_load_n(&ring->hidden, __ATOMIC_RELAXED))
		return;
	if (check)
		uring_check(ring);
	uint32_t share = look_from_outside(ring);
	poller.hidden++;
	poller.share = share > poller.share ? share : poller.share;
}

/* An eighth of a queue between looks is the aim. */
static uint32_t poller_adapt(uint32_t interval)
{
	if (poller.share > 64)
		return interval / 2 > POLLER_LEAST ? interval / 2 : POLLER_LEAST;
	if (poller.share < 16)
		interval += interval / 8;
	return interval < POLLER_MOST ? interval : POLLER_MOST;
}

static void poller_loop(void)
{
	uint32_t interval = POLLER_LEAST;
	uint32_t check = config.poll == CONFIG_POLL_SPIN ? POLLER_CHECK_SPINNING : POLLER_CHECK;
	for (uint32_t i = 1; state_is(STATE_ON); i++) {
		poller = (struct poller){0};
		uring_each(poller_visit, i % check == 0);
		if (!poller.hidden)
			return;
		interval = poller_adapt(interval);
		struct timespec pause = {0, interval};
		if (config.poll != CONFIG_POLL_SPIN)
			SYS2(nanosleep, &pause, NULL);
	}
}

static uint32_t *poller_word(enum uring_word word)
{
	return &uring_words()[word];
}

static bool poller_claim(void)
{
	uint32_t no = 0;
	return __atomic_compare_exchange_n(poller_word(URING_WORD_POLLS), &no, 1, 0,
	                                   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static void poller_count(struct uring *ring, uint64_t unused)
{
	(void)unused;
	poller.hidden += __atomic_load_n(&ring->hidden, __ATOMIC_SEQ_CST);
}

/* A ring that came while the thread was about to end finds it running, or is
 * found by it. */
static void poller_run(void)
{
	uselocale(LC_GLOBAL_LOCALE);
	thread_id();
	thread_self.unknown = true;
	SYS2(prctl, PR_SET_NAME, "aiotrace");
	SYS2(prctl, PR_SET_TIMERSLACK, 1000);
	do {
		poller_loop();
		__atomic_store_n(poller_word(URING_WORD_POLLS), 0, __ATOMIC_SEQ_CST);
		poller.hidden = 0;
		uring_each(poller_count, 0);
	} while (poller.hidden && state_is(STATE_ON) && poller_claim());
	if (state_is(STATE_ON))
		thread_detach();
}

static bool poller_reaches(const void *variable)
{
	long distance = (const char *)variable - (const char *)__builtin_thread_pointer();
	return distance > -(long)POLLER_STORAGE + 4096 && distance < (long)POLLER_STORAGE - 4096;
}

/* What a thread's storage begins with: on x86-64 it points to itself, twice. */
static void *poller_storage(char *memory)
{
	void **pointer = (void **)(memory + POLLER_STACK + POLLER_STORAGE);
#if defined(__x86_64__)
	pointer[0] = pointer;
	pointer[2] = pointer;
#endif
	return pointer;
}

/* The memory stays for the next time: whoever runs on it must have ended. */
static char *poller_memory(void)
{
	static char *memory;
	while (__atomic_load_n(poller_word(URING_WORD_POLLER), __ATOMIC_ACQUIRE))
		SYS0(sched_yield);
	if (memory)
		memset(memory + POLLER_STACK, 0, 2 * POLLER_STORAGE);
	else
		memory = sys_map(POLLER_STACK + 2 * POLLER_STORAGE, 0);
	return memory;
}

static void poller_start(void)
{
	const unsigned long flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
	                            CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS |
	                            CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
	uint64_t all = UINT64_MAX, before;
	char *memory = poller_memory();
	long tid = -ENOMEM;
	SYS4(rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof all);
	if (memory)
		tid = poller_clone(flags, memory + POLLER_STACK, poller_word(URING_WORD_POLLER),
		                   poller_storage(memory), poller_run);
	SYS4(rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);
	if (tid < 0)
		__atomic_store_n(poller_word(URING_WORD_POLLS), 0, __ATOMIC_SEQ_CST);
}

void poller_need(void)
{
	int saved = errno;
	if (config.poll && uring_words() && poller_reaches(&thread_self) &&
	    poller_reaches(&errno) && poller_claim())
		poller_start();
	errno = saved;
}
