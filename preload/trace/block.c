/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/block.h"

#include <calls_frame.h>
#include <errno.h>
#include <string.h>

#include "base/room.h"
#include "encode/encode.h"
#include "encode/plain.h"
#include "state.h"
#include "trace/define.h"
#include "trace/loss.h"
#include "trace/sink.h"

/* From so many events on compressing is worth the memory and the time that it takes for
 * the first time. */
#define BLOCK_FEW 17

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

/* How many are committed, of at most `most`; their times in `block`. */
static uint32_t block_count(struct aiot_block *block, const struct aiot_event *events,
                            uint64_t sequence, uint32_t most)
{
	uint32_t count = 0;
	for (const struct aiot_event *event = events;
	     count < most &&
	     __atomic_load_n(&event->commit, __ATOMIC_ACQUIRE) == AIOT_COMMIT(sequence + count);
	     event++, count++) {
		uint64_t end = event->start_ns + event->duration_ns;
		if (!count || event->start_ns < block->first_ns)
			block->first_ns = event->start_ns;
		if (!count || end > block->last_ns)
			block->last_ns = end;
	}
	return count;
}

/* Writes events as they stand in the region, if there are fewer than `most`, or all. */
static bool block_write_plain_events(const struct aiot_region *region,
                                     const struct aiot_event *events, uint64_t sequence,
                                     uint32_t most, uint32_t *written)
{
	struct aiot_block block = {.type = AIOT_BLOCK_RAW_EVENTS,
	                           .stream = region->stream,
	                           .tid = region->tid,
	                           .sequence = sequence};
	block.count = block_count(&block, events, sequence, most);
	if (block.count == most && most < AIOT_LIVE_EVENTS)
		return false;
	block.payload_bytes = block.count * (uint32_t)sizeof *events;
	int error = block.count ? sink_append(&block, events) : 0;
	*written = error ? block_events_failed(error, block.count) : block.count;
	return true;
}

uint32_t block_write_events(const struct aiot_region *region, const struct aiot_event *events,
                            uint64_t sequence)
{
	uint32_t written;
	if (!scratch_is_made() && !encode_coarse &&
	    block_write_plain_events(region, events, sequence, BLOCK_FEW, &written))
		return written;
	struct scratch *scratch = scratch_take();
	if (!scratch) {
		block_write_plain_events(region, events, sequence, AIOT_LIVE_EVENTS, &written);
		return written;
	}
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

static int block_write_plain(const uint8_t *records, uint32_t bytes)
{
	ROOM(room);
	uint8_t *content = (uint8_t *)room + PLAIN_HEAD;
	struct aiot_block block = {.type = AIOT_BLOCK_DEFINITIONS,
	                           .count = encode_count_records(records, bytes),
	                           .payload_bytes = bytes};
	memcpy(content, records, bytes);
	const uint8_t *frame = plain_frame(content, &block.payload_bytes);
	int error = sink_append(&block, frame);
	if (error)
		block_failed(error);
	return error;
}

/* Without the memory to compress them. */
static int block_write_pieces(const uint8_t *records, uint32_t bytes)
{
	int error = 0;
	for (uint32_t done = 0, piece = 0; done < bytes && !error; done += piece, piece = 0) {
		struct aiot_definition record;
		while (done + piece < bytes) {
			memcpy(&record, records + done + piece, sizeof record);
			uint32_t more = (uint32_t)sizeof record + record.bytes;
			if (piece + more > PLAIN_MOST)
				break;
			piece += more;
		}
		error = piece ? block_write_plain(records + done, piece) : -ENOMEM;
	}
	return error;
}

int block_write_definitions(const uint8_t *records, uint32_t bytes)
{
	if (bytes <= PLAIN_MOST && !scratch_is_made())
		return block_write_plain(records, bytes);
	struct scratch *scratch = scratch_take();
	if (!scratch)
		return block_write_pieces(records, bytes);
	struct aiot_block block = {0};
	int error = encode_definitions(scratch, &block, records, bytes)
	                    ? -ENOMEM
	                    : sink_append(&block, scratch->out);
	scratch_give(scratch);
	if (error)
		block_failed(error);
	return error;
}

int block_begin_trace(const char *path, const struct aiot_header *header, uint8_t *records,
                      uint32_t bytes)
{
	struct aiot_block calls = {.type = AIOT_BLOCK_DEFINITIONS,
	                           .count = CALLS_ROWS,
	                           .payload_bytes = sizeof calls_frame};
	struct aiot_block own = {.type = AIOT_BLOCK_DEFINITIONS,
	                         .count = encode_count_records(records, bytes),
	                         .payload_bytes = bytes};
	struct scratch *scratch = bytes > PLAIN_MOST ? scratch_take() : NULL;
	if (bytes > PLAIN_MOST && (!scratch || encode_definitions(scratch, &own, records, bytes)))
		return -ENOMEM;
	const uint8_t *payload = scratch ? scratch->out : plain_frame(records, &own.payload_bytes);
	struct sink_part first[SINK_FIRST] = {{&calls, calls_frame}, {&own, payload}};
	int error = sink_create(path, header, first, SINK_FIRST);
	if (scratch)
		scratch_give(scratch);
	return error;
}
