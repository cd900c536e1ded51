/* SPDX-License-Identifier: Apache-2.0 */
#include "away.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#if __has_include(<sys/rseq.h>)
#include <sys/rseq.h>
#endif

#include "base/real.h"
#include "base/sys.h"

#define AWAY_KEY    "switches"
#define AWAY_TOLD   "told"
#define AWAY_UNTOLD 1u /* armed, of a thread that the kernel tells nothing: no word is 1 */

ptrdiff_t away_offset;

static bool away_told;         /* the word may be cleared */
static const char *away_state; /* what the trace says of that */

#ifdef RSEQ_SIG

/* A restartable sequence that no thread is ever in. Its code is a word that
 * begins behind the signature by which the kernel knows where to jump. */
static const uint32_t away_code[] = {RSEQ_SIG, 0, 0, 0};

struct away_sequence {
	uint32_t version, flags;
	const uint32_t *start;
	uint64_t bytes;
	const uint32_t *abort;
} __attribute__((aligned(32)));

/* They take turns, so that a call which a signal's handler interrupted sees that
 * the handler armed anew. */
static const struct away_sequence away_sequences[] = {
        {.start = &away_code[2], .bytes = 4, .abort = &away_code[1]},
        {.start = &away_code[2], .bytes = 4, .abort = &away_code[1]},
        {.start = &away_code[2], .bytes = 4, .abort = &away_code[1]},
        {.start = &away_code[2], .bytes = 4, .abort = &away_code[1]},
};
#define AWAY_SEQUENCES (sizeof away_sequences / sizeof *away_sequences)

/* Linux 6.19 clears the word only for what it interrupts outside of calls. */
static bool away_kernel_clears(void)
{
	struct utsname names;
	unsigned version[2] = {0};
	const char *at = names.release;
	if (SYS1(uname, &names) < 0)
		return false;
	for (int i = 0; i < 2; i++, at += *at == '.')
		for (; *at >= '0' && *at <= '9'; at++)
			version[i] = version[i] * 10 + (unsigned)(*at - '0');
	return version[0] < 6 || (version[0] == 6 && version[1] < 19);
}

static ptrdiff_t away_rseq; /* where a thread's is, from its thread pointer */

/* libc's variables, which an older one does not have. */
static bool away_is_told(void)
{
	void *(*look)(void *, const char *);
	void *function = real_dlsym_function();
	memcpy(&look, &function, sizeof look);
	const unsigned *size = look ? look(RTLD_DEFAULT, "__rseq_size") : NULL;
	const ptrdiff_t *offset = look ? look(RTLD_DEFAULT, "__rseq_offset") : NULL;
	if (!size || !offset || !*size || !away_kernel_clears())
		return false;
	away_rseq = *offset;
	return true;
}

static ptrdiff_t away_place(void)
{
	return away_rseq + (ptrdiff_t)offsetof(struct rseq, rseq_cs);
}

static uint64_t away_next(void)
{
	const char *thread = __builtin_thread_pointer();
	const struct rseq *own = (const struct rseq *)(thread + away_rseq);
	if ((int32_t) * (const volatile uint32_t *)&own->cpu_id < 0)
		return AWAY_UNTOLD;
	return (uint64_t)&away_sequences[thread_self.away.turn++ % AWAY_SEQUENCES];
}

#else

static bool away_is_told(void)
{
	return false;
}

static ptrdiff_t away_place(void)
{
	return 0;
}

static uint64_t away_next(void)
{
	return AWAY_UNTOLD;
}

#endif

static ptrdiff_t away_nobody(void)
{
	return (const char *)&thread_self.away.nobody - (const char *)__builtin_thread_pointer();
}

void away_prepare(void)
{
	away_told = away_is_told();
	away_state = away_told ? "asked" : NULL;
	away_offset = away_told ? away_place() : away_nobody();
}

void away_add(struct define_list *list)
{
	const char *state = __atomic_load_n(&away_state, __ATOMIC_RELAXED);
	if (state)
		define_attribute(list, AWAY_KEY, state, strlen(state));
}

static void away_becomes(const char *state)
{
	if (__atomic_exchange_n(&away_state, state, __ATOMIC_RELAXED) != state)
		define_record(AIOT_DEFINE_ATTRIBUTE, AWAY_KEY, sizeof AWAY_KEY, state,
		              strlen(state));
}

/* A thread left its processor and the word was not cleared: it never counts. */
static void away_refuted(void)
{
	away_told = false;
	away_offset = away_nobody();
	away_becomes("wrong");
}

static void away_set(void)
{
	if (!away_told) {
		thread_self.away.armed = 0;
		return;
	}
	uint64_t word = away_next();
	char *thread = __builtin_thread_pointer();
	thread_self.away.armed = word;
	if (word != AWAY_UNTOLD)
		*(volatile uint64_t *)(thread + away_offset) = word;
}

static void away_take(struct thread_away *away)
{
	struct rusage usage = {0};
	away->known = SYS2(getrusage, RUSAGE_THREAD, &usage) == 0;
	if (!away->known)
		return;
	away->waited = (uint64_t)usage.ru_nvcsw;
	away->taken = (uint64_t)usage.ru_nivcsw;
	away->blocks = (uint64_t)usage.ru_inblock;
	away->counted = true;
}

void away_arm(bool count)
{
	struct thread_away *away = &thread_self.away;
	if (!away_told || !away->armed || !away_not()) {
		away_set();
		away->known = false;
	}
	if (count && !away->known)
		away_count();
}

/* The word is set first: leaving in between is told, and only counted twice. */
void away_count(void)
{
	away_take(&thread_self.away);
}

uint8_t away_guess(uint64_t armed)
{
	bool left = away_word() != armed;
	if (left) {
		away_set();
		thread_self.away.known = false;
	}
	return left ? AIOT_EVENT_AWAY : 0;
}

/* What grew between two counts. */
static uint8_t away_flags(const struct thread_away *from, const struct thread_away *to, bool left,
                          bool known)
{
	bool waited = to->waited != from->waited, taken = left || to->taken != from->taken;
	uint8_t flags = 0;
	if (to->blocks == from->blocks)
		flags |= AIOT_EVENT_CACHED;
	else if (known)
		flags |= AIOT_EVENT_STORAGE;
	if (!waited)
		flags |= AIOT_EVENT_UNWAITED;
	else if (known)
		flags |= AIOT_EVENT_WAITED;
	else if (taken || !away_told)
		flags |= AIOT_EVENT_AWAY;
	return flags;
}

uint8_t away_find(uint64_t armed, bool fresh)
{
	struct thread_away *away = &thread_self.away, before = *away;
	bool left = away_word() != armed;
	bool known = away->known && (fresh || (away_told && away->armed == armed));
	if (left)
		away_set();
	away_count();
	if (!away->known || !before.counted)
		return left ? AIOT_EVENT_AWAY : 0;
	away->fetched = away->blocks - before.blocks;
	bool grew = away->waited != before.waited || away->taken != before.taken;
	if (known && away_told && grew && left && armed != AWAY_UNTOLD)
		away_becomes(AWAY_TOLD);
	else if (known && away_told && grew && away_word() == armed)
		away_refuted();
	return away_flags(&before, away, left, known);
}
