/* SPDX-License-Identifier: Apache-2.0 */
#include "mark.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "peek.h"
#include "calls/call.h"
#include "config.h"
#include "fault/watch.h"
#include "python/interpreter.h"
#include "stack.h"
#include "trace/define.h"

#define MARK_NAME    16 /* bytes of a stage's name */
#define MARK_UNKNOWN (-2)

__thread struct mark mark_self;
uint8_t mark_main;
uint8_t mark_used;

static const char *const mark_names[AIOT_STAGES] = {AIOT_STAGE_NAMES};
static const char mark_variable[] = "AIOTRACE_MARK";
static char mark_environment[sizeof mark_variable + MARK_NAME];

struct marked mark_of_slowly(uint8_t stage, uint8_t flags)
{
	return mark_with(mark_in_force(), stage, flags);
}

/* Python's ctypes hands a str over as wide characters: their first byte, and
 * three zeroes. */
static void mark_narrow(const char *wide, char name[MARK_NAME])
{
	uint32_t letter = 1;
	size_t length = 0;
	while (letter && length < MARK_NAME - 1 && peek(&letter, wide + 4 * length, 4))
		name[length++] = letter < 128 ? (char)letter : '?';
	name[length] = '\0';
}

/* A mark by the stage's name; MARK_JUDGE for none, MARK_UNKNOWN for no stage's. */
static int mark_by_name(const char *text)
{
	char name[MARK_NAME];
	if (!text || !text[0])
		return MARK_JUDGE;
	size_t length = strnlen(text, sizeof name - 1);
	memcpy(name, text, length);
	name[length] = '\0';
	if (length == 1)
		mark_narrow(text, name);
	for (int i = 0; i < AIOT_STAGES; i++)
		if (!strcmp(name, mark_names[i]))
			return i + 1;
	return MARK_UNKNOWN;
}

/* In one place and once: whoever misspells a stage does so in every epoch. */
static void mark_note_unknown(const char *name)
{
	static uint8_t noted;
	char text[160];
	if (__atomic_exchange_n(&noted, 1, __ATOMIC_RELAXED) || !state_is(STATE_ON))
		return;
	snprintf(text, sizeof text,
	         "no stage is named \"%.40s\": that mark was left out. The stages: ingest, "
	         "prepare, train, checkpoint, restore, inference",
	         name);
	thread_self.busy++;
	define_record(AIOT_DEFINE_NOTE, text, strlen(text), NULL, 0);
	thread_self.busy--;
}

/* For programs that this one starts. */
static void mark_write_environment(void)
{
	const char *name = mark_main && mark_main != MARK_JUDGE ? mark_names[mark_main - 1] : "";
	strcpy(mark_environment + sizeof mark_variable, name); /* behind the = */
}

static bool mark_is_main(void)
{
	return (long)thread_id() == SYS0(getpid);
}

static void mark_set_main(uint8_t mark)
{
	__atomic_store_n(&mark_main, mark, __ATOMIC_RELAXED);
	mark_write_environment();
}

static void mark_set(uint8_t mark)
{
	watch_marked(mark);
	mark_self.now = mark;
	if (mark_is_main())
		mark_set_main(mark);
	__atomic_store_n(&mark_used, 1, __ATOMIC_RELAXED);
}

void mark_prepare(void)
{
	const char *name = config_variable(mark_variable);
	int mark = mark_by_name(name);
	if (mark == MARK_UNKNOWN)
		config_add_note("AIOTRACE_MARK names no stage, and is left out");
	if (mark == MARK_UNKNOWN || mark == MARK_JUDGE)
		return;
	mark_self.now = (uint8_t)mark;
	mark_set_main((uint8_t)mark);
	mark_used = 1;
}

void mark_tell_children(void)
{
	memcpy(mark_environment, mark_variable, sizeof mark_variable);
	mark_environment[sizeof mark_variable - 1] = '=';
	putenv(mark_environment);
}

void mark_forked(void)
{
	if (!mark_used)
		return;
	mark_self.now = mark_in_force();
	mark_set_main(mark_self.now);
}

/* Whether it is the interpreter that calls, or there is none. */
static bool mark_is_own_thread(const void *caller)
{
	Dl_info calls, python_is;
	if (!stack_on || !dladdr(python.code_type, &python_is))
		return true;
	return !dladdr(caller, &calls) || calls.dli_fbase == python_is.dli_fbase;
}

uint8_t mark_for_thread(const void *caller)
{
	uint8_t mark = mark_used ? mark_in_force() : MARK_NONE;
	return mark && mark_is_own_thread(caller) ? mark : MARK_NONE;
}

void mark_begin_thread(uint8_t mark)
{
	mark_self.now = mark;
}

static void mark_store(const struct call *call)
{
	struct aiot_event event = call_event(call, AIOT_CALL_mark, mark_self.depth);
	event_store(&event);
}

__attribute__((visibility("default"))) void aiotrace_mark(const char *stage);
__attribute__((visibility("default"))) void aiotrace_begin(const char *stage);
__attribute__((visibility("default"))) void aiotrace_end(void);

void aiotrace_mark(const char *stage)
{
	struct call call;
	if (!call_begin(&call))
		return;
	int saved = errno, mark = mark_by_name(stage);
	if (mark == MARK_UNKNOWN)
		mark_note_unknown(stage);
	else
		mark_set((uint8_t)mark);
	mark_store(&call);
	errno = saved;
}

/* A name that is none still has its end. */
void aiotrace_begin(const char *stage)
{
	struct call call;
	if (!call_begin(&call))
		return;
	int saved = errno, mark = mark_by_name(stage);
	if (mark == MARK_UNKNOWN)
		mark_note_unknown(stage);
	if (mark_self.depth < MARK_DEPTH)
		mark_self.under[mark_self.depth] = mark_self.now;
	if (mark_self.depth < MARK_DEPTH && mark != MARK_UNKNOWN)
		mark_set((uint8_t)mark);
	mark_self.depth++;
	mark_store(&call);
	errno = saved;
}

void aiotrace_end(void)
{
	struct call call;
	if (!call_begin(&call))
		return;
	int saved = errno;
	if (mark_self.depth && --mark_self.depth < MARK_DEPTH)
		mark_set(mark_self.under[mark_self.depth]);
	mark_store(&call);
	errno = saved;
}
