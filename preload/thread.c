/* SPDX-License-Identifier: Apache-2.0 */
#include "thread.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/room.h"
#include "base/sys.h"
#include "trace/block.h"
#include "trace/kernel_io.h"
#include "trace/live.h"
#include "trace/loss.h"

__thread struct thread thread_self;
__thread uint32_t thread_vfork;

static pthread_key_t thread_key;
static int thread_key_made;
static uint32_t thread_streams; /* numbers given out, in this process */

/* How often a thread that is writing is looked at again: it is within a few
 * instructions, or within the writing of one block. */
#define THREAD_PATIENCE 20000

/* Slots of a region whose pages come in one by one: most threads, and short
 * processes, never need more. */
#define THREAD_COLD 256

uint32_t thread_id(void)
{
	struct thread *self = thread_current();
	if (!self->tid)
		self->tid = (uint32_t)SYS0(gettid);
	return self->tid;
}

bool thread_is_child(void)
{
	return thread_vfork == THREAD_VFORKED || (uint32_t)SYS0(gettid) != thread_self.tid;
}

uint32_t thread_new_stream(void)
{
	return __atomic_add_fetch(&thread_streams, 1, __ATOMIC_RELAXED);
}

static void thread_adopt(struct aiot_region *region)
{
	struct thread *self = thread_current();
	region->stream = thread_new_stream();
	region->tid = thread_id();
	region->sequence = self->sequence = 0;
	region->writing = 0;
	region->calling = 0;
	self->next = self->used = 0;
	self->limit = live_is_warm(region) ? AIOT_LIVE_EVENTS : THREAD_COLD;
	__atomic_store_n(&self->region, region, __ATOMIC_RELEASE);
}

bool thread_attach(void)
{
	thread_self.busy++;
	struct aiot_region *region = live_take();
	if (region) {
		thread_adopt(region);
		if (thread_key_made && !thread_self.unknown)
			pthread_setspecific(thread_key, region);
	}
	thread_self.busy--;
	return region != NULL;
}

void thread_warm(void)
{
	struct thread *self = thread_current();
	uint64_t all = UINT64_MAX, before;
	if (thread_vfork || !self->region || self->region->writing != 1)
		return;
	SYS4(rt_sigprocmask, SIG_BLOCK, &all, &before, sizeof all);
	if (self->limit != AIOT_LIVE_EVENTS) {
		live_warm(self->region, self->next);
		kernel_io_note(self->region);
	}
	self->limit = AIOT_LIVE_EVENTS;
	SYS4(rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);
}

static void thread_write_events(struct aiot_region *region)
{
	uint32_t count = block_write_events(region, thread_events(region), region->sequence);
	__atomic_store_n(&region->sequence, region->sequence + count, __ATOMIC_RELEASE);
}

static void thread_write_definitions(struct aiot_region *region)
{
	if (!region->define_bytes ||
	    block_write_definitions(thread_definitions(region), region->define_bytes))
		return;
	__atomic_store_n(&region->define_bytes, 0, __ATOMIC_RELEASE);
}

void thread_flush(void)
{
	struct thread *self = thread_current();
	struct aiot_region *region = self->region;
	if (!region || room_is_small())
		return;
	self->busy++;
	thread_writing(region, 1);
	if (state_is(STATE_ON))
		thread_write_events(region);
	if (state_is(STATE_ON)) {
		uint64_t holes = self->next - (region->sequence - self->sequence);
		if (self->next <= AIOT_LIVE_EVENTS && holes)
			loss_count(AIOT_LOSS_NESTED, holes);
		self->sequence = region->sequence;
		self->used = self->next > self->used ? self->next : self->used;
		self->next = 0;
		kernel_io_note(region);
	}
	thread_writing(region, -1u);
	self->busy--;
}

/* Whether the thread could go on if it were given a core. */
static bool thread_is_runnable(uint32_t tid)
{
	char path[64], text[512];
	snprintf(path, sizeof path, "/proc/self/task/%u/stat", tid);
	if (sys_read_file(path, text, sizeof text) <= 0)
		return false;
	const char *name_end = strrchr(text, ')');
	return name_end && name_end[1] == ' ' && name_end[2] == 'R';
}

/* A thread whose call has returned may not have been given the time to record
 * it: a write to a pipe lets the reader run at once. One that waits in its call
 * is not waited for. */
static void thread_let_record(const struct aiot_region *region)
{
	for (int i = 0; i < THREAD_PATIENCE / 100; i++) {
		if (!__atomic_load_n(&region->calling, __ATOMIC_ACQUIRE) ||
		    !thread_is_runnable(region->tid))
			return;
		SYS0(sched_yield);
	}
}

bool thread_drain(struct aiot_region *region)
{
	if (region != thread_current()->region)
		thread_let_record(region);
	for (int i = 0; i < THREAD_PATIENCE; i++) {
		if (__atomic_load_n(&region->writing, __ATOMIC_ACQUIRE) == 0) {
			thread_write_events(region);
			if (!state_is(STATE_OFF))
				thread_write_definitions(region);
			return true;
		}
		SYS0(sched_yield);
	}
	return false;
}

void thread_detach(void)
{
	struct thread *self = thread_current();
	struct aiot_region *region = self->region;
	if (!region)
		return;
	self->busy++;
	thread_writing(region, 1);
	if (state_is(STATE_ON))
		thread_write_events(region);
	if (state_is(STATE_ON))
		thread_write_definitions(region);
	self->region = NULL;
	thread_writing(region, -1u);
	if (state_is(STATE_ON))
		live_give(region, self->next > self->used ? self->next : self->used);
	self->busy--;
}

void thread_write_through(const struct aiot_event *event)
{
	struct thread *self = thread_current();
	self->busy++;
	if (!self->through_stream)
		self->through_stream = thread_new_stream();
	block_write_raw(event, self->through_stream, thread_id(), self->through_sequence++);
	self->busy--;
}

void thread_forget(void)
{
	thread_streams = 0;
}

void thread_renew(void)
{
	uint32_t busy = thread_self.busy, mapping = thread_self.mapping;
	const void *inside = thread_self.inside;
	memset(&thread_self, 0, sizeof thread_self);
	thread_self.busy = busy;
	thread_self.inside = inside;
	thread_self.mapping = mapping;
	thread_self.generation = state_generation;
}

static void thread_ended(void *region)
{
	if (region == thread_current()->region && state_is(STATE_ON))
		thread_detach();
}

void thread_prepare(void)
{
	thread_key_made = pthread_key_create(&thread_key, thread_ended) == 0;
}
