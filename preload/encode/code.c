/* SPDX-License-Identifier: Apache-2.0 */
#include "encode/code.h"

#include "encode/column.h"

/* What is remembered of the handles of late: FORMAT.md, "Slots". One handle's
 * value is at hand, since the next row mostly is of the same. */
struct code_slots {
	uint64_t values[AIOT_SLOTS];
	uint32_t handles[AIOT_SLOTS];
	uint64_t value;
	uint32_t handle;
};

static void code_turn_to(struct code_slots *slots, uint32_t handle)
{
	uint32_t from = slots->handle % AIOT_SLOTS, to = handle % AIOT_SLOTS;
	slots->values[from] = slots->value;
	slots->handles[from] = slots->handle;
	slots->value = slots->handles[to] == handle ? slots->values[to] : 0;
	slots->handle = handle;
}

static inline void code_turn(struct code_slots *slots, uint32_t handle)
{
	if (handle != slots->handle)
		code_turn_to(slots, handle);
}

uint32_t code_again(struct scratch *scratch, uint32_t count)
{
	uint64_t *values = scratch->residuals, last = values[0];
	uint8_t *codes = scratch->planes[0];
	uint32_t rest = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint64_t value = values[i];
		bool other = value != last;
		codes[i] = other ? AIOT_CODE_REST : 0;
		values[rest] = value;
		rest += other;
		last = value;
	}
	return rest;
}

uint32_t code_sizes(struct scratch *scratch, const struct aiot_event *events, uint32_t count)
{
	struct code_slots slots = {0};
	uint8_t *codes = scratch->planes[0];
	uint32_t rest = 0;
	for (uint32_t i = 0; i < count && code_pays(rest, count); i++) {
		uint64_t size = events[i].size;
		code_turn(&slots, events[i].handle);
		bool other = size && size != slots.value;
		codes[i] = other ? AIOT_CODE_REST : size ? AIOT_CODE_OTHER : AIOT_CODE_USUAL;
		scratch->residuals[rest] = size;
		rest += other;
		slots.value = size ? size : slots.value;
	}
	return rest;
}

uint32_t code_results(struct scratch *scratch, const struct aiot_event *events, uint32_t count)
{
	uint8_t *codes = scratch->planes[0];
	uint64_t last[2] = {0};
	uint32_t rest = 0;
	for (uint32_t i = 0; i < count && code_pays(rest, count); i++) {
		uint64_t size = events[i].size, result = (uint64_t)events[i].result;
		bool failed = events[i].result < 0;
		codes[i] = AIOT_CODE_REST;
		if (result == size)
			codes[i] = AIOT_CODE_USUAL;
		else if (!result)
			codes[i] = AIOT_CODE_OTHER;
		else if (!size && result == last[failed])
			codes[i] = AIOT_CODE_GIVEN + failed;
		if (!size && result)
			last[failed] = result;
		scratch->residuals[rest] = column_zigzag(size - result);
		rest += codes[i] == AIOT_CODE_REST;
	}
	return rest;
}

/* Where the handle's next access would begin after this one, and before it at
 * `next`: FORMAT.md, "N". */
static inline uint64_t code_next(const struct aiot_event *event, uint64_t next)
{
	if (event->size == 0)
		return event->result > 0 ? (uint64_t)event->result : 0;
	if (event->result >= 0 && (uint64_t)event->result <= event->size)
		return (uint64_t)event->offset + (uint64_t)event->result;
	return next;
}

uint32_t code_offsets(struct scratch *scratch, const struct aiot_event *events, uint32_t count,
                      uint64_t *bits)
{
	struct code_slots slots = {0};
	uint8_t *codes = scratch->planes[0];
	uint64_t all = 0;
	uint32_t rest = 0;
	for (uint32_t i = 0; i < count && code_pays(rest, count); i++) {
		const struct aiot_event *event = &events[i];
		uint64_t distance = 0;
		if (event->offset != -1) {
			code_turn(&slots, event->handle);
			distance = (uint64_t)event->offset - slots.value;
			slots.value = code_next(event, slots.value);
		}
		codes[i] = distance ? AIOT_CODE_REST : AIOT_CODE_USUAL;
		scratch->residuals[rest] = distance;
		rest += distance != 0;
		all |= distance;
	}
	*bits = all;
	return rest;
}
