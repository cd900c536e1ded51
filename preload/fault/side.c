/* SPDX-License-Identifier: Apache-2.0 */
#include "fault/side.h"

#include <stddef.h>

#include "thread.h"
#include "trace/block.h"
#include "trace/live.h"

static struct aiot_region *side_region;
static uint32_t side_next; /* the first free slot */
static uint32_t side_used; /* slots ever used in this region */
static uint32_t side_stream;
static uint64_t side_sequence; /* of events without a buffer */

static bool side_attach(void)
{
	side_region = live_take();
	if (!side_region)
		return false;
	side_region->stream = thread_new_stream();
	side_region->tid = 0;
	side_region->sequence = 0;
	side_region->writing = 0;
	side_next = side_used = 0;
	return true;
}

/* Threads wait for the end of the writing of a region that they drain; here
 * it can't be otherwise. */
static void side_flush(void)
{
	thread_drain(side_region);
	side_used = side_next > side_used ? side_next : side_used;
	side_next = 0;
}

void side_store(const struct aiot_event *event)
{
	if (!side_region && !side_attach()) {
		side_stream = side_stream ? side_stream : thread_new_stream();
		block_write_raw(event, side_stream, 0, side_sequence++);
		return;
	}
	struct aiot_event *place = &thread_events(side_region)[side_next];
	*place = *event;
	uint64_t sequence = side_region->sequence + side_next++;
	__atomic_store_n(&place->commit, AIOT_COMMIT(sequence), __ATOMIC_RELEASE);
	if (side_next == AIOT_LIVE_EVENTS)
		side_flush();
}

void side_end(void)
{
	if (!side_region)
		return;
	side_flush();
	live_give(side_region, side_used);
	side_region = NULL;
}

void side_forget(void)
{
	side_region = NULL;
	side_stream = 0;
	side_sequence = 0;
}
