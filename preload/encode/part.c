/* SPDX-License-Identifier: Apache-2.0 */
#include "encode/part.h"

#include <string.h>

/* What is known of the pairs of a block: that of calls a and b in slot
 * a * PART_NAMED + b. */
struct part_slots {
	uint16_t calls[PART_NAMED];
	uint16_t rows[PART_SLOTS];
};

static uint32_t part_name(struct part *part, struct part_slots *slots, uint32_t call,
                          uint32_t *names)
{
	if (call >= PART_CALLS || *names == PART_NAMED - 1)
		return 0;
	slots->calls[++*names] = (uint16_t)call;
	return part->named[call] = (uint8_t)*names;
}

/* Gives each row its slot, in place of its list. */
static void part_count(struct part *part, struct part_slots *slots, const struct aiot_event *events,
                       uint32_t count)
{
	uint32_t before = 0, names = 0;
	memset(part->named, 0, sizeof part->named);
	memset(slots, 0, sizeof *slots);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t call = events[i].call, name = part->named[call % PART_CALLS];
		if (__builtin_expect(!name || call >= PART_CALLS, 0))
			name = part_name(part, slots, call, &names);
		uint32_t slot = name * PART_NAMED + before;
		part->list[i] = (uint8_t)slot;
		slots->rows[slot]++;
		before = name;
	}
}

/* Gives the slots with enough rows a list each, up to as many as there may be. */
static uint32_t part_choose(struct part *part, const struct part_slots *slots, uint32_t count,
                            uint8_t list[PART_SLOTS])
{
	uint32_t rest = count, lists = 0;
	for (uint32_t at = 0; at < PART_SLOTS; at++) {
		uint32_t call = at / PART_NAMED, before = at % PART_NAMED;
		list[at] = UINT8_MAX;
		if (!call || !before || slots->rows[at] < PART_ROWS || lists == PART_MOST)
			continue;
		list[at] = (uint8_t)lists;
		part->pairs[lists] = slots->calls[call] | (uint32_t)slots->calls[before] << 16;
		part->rows[lists++] = slots->rows[at];
		rest -= slots->rows[at];
	}
	part->rows[lists] = rest;
	return lists + (rest >= PART_ROWS) > 1 ? lists : 0;
}

void part_rows(struct part *part, const struct aiot_event *events, uint32_t count)
{
	struct part_slots slots;
	uint8_t list[PART_SLOTS];
	part->count = 0;
	if (count < 2 * PART_ROWS)
		return;
	part_count(part, &slots, events, count);
	part->count = part_choose(part, &slots, count, list);
	for (uint32_t i = 0; part->count && i < count; i++) {
		uint8_t found = list[part->list[i]];
		part->list[i] = found < part->count ? found : (uint8_t)part->count;
	}
}

void part_order(const struct part *part, const uint64_t *values, uint32_t count, uint64_t *to)
{
	uint64_t *ends[PART_MOST + 1];
	for (uint32_t k = 0; k <= part->count; to += part->rows[k++])
		ends[k] = to;
	for (uint32_t i = 0; i < count; i++)
		*ends[part->list[i]]++ = values[i];
}
