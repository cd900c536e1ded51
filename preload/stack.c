/* SPDX-License-Identifier: Apache-2.0 */
#include "stack.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/intern.h"
#include "join.h"
#include "native/native.h"
#include "python/interpreter.h"
#include "python/python.h"
#include "state.h"
#include "thread.h"
#include "trace/define.h"

unsigned stack_on;

static struct intern stack_python_ids, stack_native_ids;

static void stack_note(const char *text)
{
	if (!text[0])
		return;
	config_add_note(text);
	if (state_is(STATE_ON))
		define_record(AIOT_DEFINE_NOTE, text, strlen(text), NULL, 0);
}

static bool stack_prepare_python(void)
{
	char why[256];
	bool found = python_find(why, sizeof why) && !intern_prepare(&stack_python_ids) &&
	             !python_prepare();
	stack_note(why);
	return found;
}

static bool stack_prepare_native(void)
{
	char why[128];
	bool found = !native_prepare(why, sizeof why) && !intern_prepare(&stack_native_ids);
	stack_note(why);
	return found;
}

void stack_prepare(void)
{
	unsigned found = 0;
	thread_self.busy++;
	if (config.stacks & CONFIG_STACKS_PYTHON && stack_prepare_python())
		found |= CONFIG_STACKS_PYTHON;
	if (config.stacks & CONFIG_STACKS_NATIVE && stack_prepare_native())
		found |= CONFIG_STACKS_NATIVE;
	__atomic_store_n(&stack_on, found, __ATOMIC_RELEASE);
	thread_self.busy--;
}

void stack_forget(void)
{
	intern_forget(&stack_python_ids);
	intern_forget(&stack_native_ids);
	python_forget();
	native_forget();
}

static void stack_tell_denied(const struct intern *ids, const char *what)
{
	char text[128];
	if (!ids->denied)
		return;
	snprintf(text, sizeof text,
	         "%llu events have no %s: there were more than %u different ones",
	         (unsigned long long)ids->denied, what, INTERN_MOST);
	define_record(AIOT_DEFINE_NOTE, text, strlen(text), NULL, 0);
}

void stack_finish(void)
{
	stack_tell_denied(&stack_python_ids, "stack");
	stack_tell_denied(&stack_native_ids, "native stack");
}

static void stack_define(uint32_t id, const uint32_t *frames, uint32_t count, bool cut)
{
	struct aiot_define_stack head = {.id = id, .flags = cut ? AIOT_STACK_CUT : 0};
	define_record(AIOT_DEFINE_STACK, &head, sizeof head, frames, count * sizeof *frames);
}

__attribute__((noinline)) static void stack_meet_python(uint32_t id)
{
	uint32_t frames[PYTHON_FRAMES];
	bool cut;
	int saved = errno;
	thread_self.busy++;
	uint32_t count = python_define(frames, NULL, &cut);
	stack_define(id, frames, count, cut);
	thread_self.busy--;
	errno = saved;
}

__attribute__((noinline)) static void stack_meet_native(uint32_t id)
{
	uint32_t frames[NATIVE_FRAMES];
	bool cut;
	uint32_t count = join_define_native(frames, &cut);
	stack_define(id, frames, count, cut);
}

__attribute__((noinline)) static void stack_meet_both(uint32_t id)
{
	uint32_t frames[JOIN_FRAMES];
	bool cut;
	uint32_t count = join_define(frames, &cut);
	stack_define(id, frames, count, cut);
}

static void stack_meet(uint32_t id, bool with_python)
{
	int saved = errno;
	thread_self.busy++;
	(with_python ? stack_meet_both : stack_meet_native)(id);
	thread_self.busy--;
	errno = saved;
}

/* Ids of stacks without native frames are even, of those with them odd: small
 * numbers take less of the trace, and of the time to write it. */
static uint32_t stack_python(uint64_t key)
{
	bool fresh;
	uint32_t id = key ? 2 * intern_id(&stack_python_ids, key, &fresh) : 0;
	if (__builtin_expect(id && fresh, 0))
		stack_meet_python(id);
	return id;
}

/* The calling thread owes for that. */
static void stack_charge(uint64_t ticks)
{
	uint64_t took = clock_span(__atomic_load_n(&clock_pair, __ATOMIC_ACQUIRE), ticks);
	int64_t spent = thread_self.stack_spent > 0 ? thread_self.stack_spent : 0;
	thread_self.stack_spent = spent + (int64_t)(took < STACK_MOST ? took : STACK_MOST);
}

/* `native` and `outer` are the numbers of native and of Python frames, or 0. */
static uint32_t stack_native(uint64_t native, uint64_t outer)
{
	bool fresh;
	uint64_t key = native ^ outer * 0x9E3779B97F4A7C15u;
	uint32_t id = intern_id(&stack_native_ids, key | !key, &fresh);
	if (!id)
		return 0;
	id = 2 * id - 1;
	if (__builtin_expect(fresh, 0)) {
		uint64_t began = clock_ticks();
		stack_meet(id, outer != 0);
		stack_charge(clock_ticks() - began);
	}
	return id;
}

uint32_t stack_now(unsigned whose, uint64_t ticks)
{
	if (__builtin_expect(thread_self.busy || thread_vfork || !state_is(STATE_ON), 0))
		return 0;
	uint64_t native = 0;
	if (whose & CONFIG_STACKS_NATIVE) {
		native = native_identify(&ticks);
		stack_charge(ticks);
	}
	uint64_t key = whose & CONFIG_STACKS_PYTHON ? python_identify() : 0;
	uint32_t id = native ? stack_native(native, key) : 0;
	return id ? id : stack_python(key);
}
