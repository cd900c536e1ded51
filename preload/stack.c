/* SPDX-License-Identifier: Apache-2.0 */
#include "stack.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "define.h"
#include "intern.h"
#include "python/interpreter.h"
#include "python/python.h"
#include "state.h"
#include "thread.h"

bool stack_on;

static struct intern stack_ids;

static void stack_note(const char *text)
{
	if (!text[0])
		return;
	config_add_note(text);
	if (state_is(STATE_ON))
		define_record(AIOT_DEFINE_NOTE, text, strlen(text), NULL, 0);
}

void stack_prepare(void)
{
	char why[256];
	if (!(config.stacks & CONFIG_STACKS_PYTHON))
		return;
	thread_self.busy++;
	if (python_find(why, sizeof why) && !intern_prepare(&stack_ids) && !python_prepare())
		__atomic_store_n(&stack_on, true, __ATOMIC_RELEASE);
	stack_note(why);
	thread_self.busy--;
}

void stack_forget(void)
{
	intern_forget(&stack_ids);
	python_forget();
}

void stack_finish(void)
{
	char text[128];
	if (!stack_ids.denied)
		return;
	snprintf(text, sizeof text,
	         "%llu events have no stack: there were more than %u different ones",
	         (unsigned long long)stack_ids.denied, INTERN_MOST);
	define_record(AIOT_DEFINE_NOTE, text, strlen(text), NULL, 0);
}

static void stack_define(uint32_t id)
{
	struct aiot_define_stack head = {.id = id};
	uint32_t frames[PYTHON_FRAMES];
	bool cut;
	uint32_t count = python_define(frames, &cut);
	head.flags = cut ? AIOT_STACK_CUT : 0;
	define_record(AIOT_DEFINE_STACK, &head, sizeof head, frames, count * sizeof *frames);
}

static void stack_meet(uint32_t id)
{
	int saved = errno;
	thread_self.busy++;
	stack_define(id);
	thread_self.busy--;
	errno = saved;
}

uint32_t stack_now(void)
{
	bool fresh;
	if (__builtin_expect(thread_self.busy || thread_vfork || !state_is(STATE_ON), 0))
		return 0;
	uint64_t key = python_identify();
	uint32_t id = key ? intern_id(&stack_ids, key, &fresh) : 0;
	if (__builtin_expect(id && fresh, 0))
		stack_meet(id);
	return id;
}
