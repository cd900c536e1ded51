/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/block.h"

#include <errno.h>

#include "encode/encode.h"
#include "state.h"
#include "trace/define.h"
#include "trace/loss.h"
#include "trace/sink.h"

static void block_failed(int error)
{
	if (error == -SINK_LIMIT) {
		state_stop("the trace is as large as AIOTRACE_MAX_MB allows", SINK_LIMIT);
		return;
	}
	define_reason("from some time on the trace could not be written", -error);
	state_stop("can't write the trace", -error);
}

/* Past the limit events are dropped; what could not be written stays in the live
 * file, where a reader finds it. */
static uint32_t block_events_failed(int error, uint32_t events)
{
	block_failed(error);
	if (error != -SINK_LIMIT)
		return 0;
	loss_count(AIOT_LOSS_LIMIT, events);
	return events;
}

uint32_t block_write_events(const struct aiot_region *region, const struct aiot_event *events,
                            uint64_t sequence)
{
	struct scratch *scratch = scratch_take();
	if (!scratch)
		return block_events_failed(-ENOMEM, 0);
	struct aiot_block block = {
	        .stream = region->stream, .tid = region->tid, .sequence = sequence};
	encode_events(scratch, &block, events, sequence, AIOT_LIVE_EVENTS);
	int error = block.count ? sink_append(&block, scratch->out) : 0;
	scratch_give(scratch);
	return error ? block_events_failed(error, block.count) : block.count;
}

void block_write_raw(const struct aiot_event *event, uint32_t stream, uint32_t tid,
                     uint64_t sequence)
{
	struct aiot_block block = {.type = AIOT_BLOCK_RAW_EVENTS,
	                           .count = 1,
	                           .payload_bytes = sizeof *event,
	                           .stream = stream,
	                           .tid = tid,
	                           .sequence = sequence,
	                           .first_ns = event->start_ns,
	                           .last_ns = event->start_ns + event->duration_ns};
	struct aiot_event numbered = *event;
	numbered.commit = AIOT_COMMIT(sequence);
	int error = sink_append(&block, &numbered);
	if (!error)
		return;
	loss_count(error == -SINK_LIMIT ? AIOT_LOSS_LIMIT : AIOT_LOSS_NO_SPACE, 1);
	block_failed(error);
}

int block_write_definitions(const uint8_t *records, uint32_t bytes)
{
	struct scratch *scratch = scratch_take();
	if (!scratch)
		return -ENOMEM;
	struct aiot_block block = {0};
	int error = encode_definitions(scratch, &block, records, bytes)
	                    ? -ENOMEM
	                    : sink_append(&block, scratch->out);
	scratch_give(scratch);
	if (error)
		block_failed(error);
	return error;
}
