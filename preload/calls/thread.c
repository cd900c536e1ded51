/* SPDX-License-Identifier: Apache-2.0
 *
 * Threads that are made. While faults of mapped files are told, a new thread
 * asks for its own before it runs the program's function; where its maker is
 * under a mark, it takes that over.
 */
#include <pthread.h>

#include "calls/call.h"
#include "fault/watch.h"
#include "mark.h"

#define THREAD_BEGUN 64 /* threads between pthread_create and their beginning */

struct thread_begun {
	uint32_t taken;
	uint8_t mark;
	void *(*function)(void *argument);
	void *argument;
};

static struct thread_begun thread_begun[THREAD_BEGUN];

static struct thread_begun *thread_take_begun(void)
{
	for (int i = 0; i < THREAD_BEGUN; i++)
		if (!__atomic_exchange_n(&thread_begun[i].taken, 1, __ATOMIC_ACQUIRE))
			return &thread_begun[i];
	return NULL;
}

static void *thread_begins(void *argument)
{
	struct thread_begun *place = argument, begun = *place;
	__atomic_store_n(&place->taken, 0, __ATOMIC_RELEASE);
	mark_begin_thread(begun.mark);
	watch_thread_begins();
	return begun.function(begun.argument);
}

/* Without a place the thread is found later, when its maker's faults are read. */
static int thread_create_seen(pthread_t *thread, const pthread_attr_t *attributes,
                              void *(*function)(void *), void *argument, uint8_t mark)
{
	struct thread_begun *place = thread_take_begun();
	if (!place)
		return REAL(pthread_create)(thread, attributes, function, argument);
	place->function = function;
	place->argument = argument;
	place->mark = mark;
	int error = REAL(pthread_create)(thread, attributes, thread_begins, place);
	if (error)
		__atomic_store_n(&place->taken, 0, __ATOMIC_RELEASE);
	return error;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                   void *(*function)(void *argument), void *argument)
{
	struct call call;
	bool wanted = call_begin(&call);
	uint8_t mark = wanted ? mark_for_thread(__builtin_return_address(0)) : MARK_NONE;
	bool watched = wanted && (mark || __atomic_load_n(&watch_active, __ATOMIC_SEQ_CST));
	int error = watched ? thread_create_seen(thread, attributes, function, argument, mark)
	                    : REAL(pthread_create)(thread, attributes, function, argument);
	if (wanted) {
		struct aiot_event event = call_event(&call, AIOT_CALL_pthread_create, 0);
		event.result = -error;
		event_store(&event);
	}
	return error;
}
