/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/use.h"

#include <stdlib.h>
#include <string.h>

#include "base/narrow.h"

#define USE_SAID (offsetof(struct use, evidence) + sizeof((struct use *)0)->evidence)

_Static_assert(sizeof(struct use) <= NARROW_MOST && sizeof(struct use) % 8 == 0, "see narrow.h");

/* Of what was read as often from the beginning to the same end: how often. */
static uint8_t use_passes(const struct use *u)
{
	uint64_t passes = u->read_end > 0 ? u->read_bytes / (uint64_t)u->read_end : 0;

	return passes <= UINT8_MAX && passes * (uint64_t)u->read_end == u->read_bytes
	               ? (uint8_t)passes
	               : 0;
}

/* Cut to what there is room for. */
static struct shape use_shape(const struct use *u)
{
	uint8_t passes = use_passes(u);

	return (struct shape){
	        .reads = (uint16_t)u->reads,
	        .begins = (uint16_t)u->begins,
	        .returns = (uint16_t)u->returns,
	        .opens = (uint16_t)u->opens,
	        .consecutive = (uint16_t)u->read.count[ACCESS_CONSECUTIVE],
	        .aligned = (uint16_t)u->read.aligned,
	        .first_top = (uint16_t)((uint64_t)u->first_read >> 48),
	        .last_top = (uint16_t)((uint64_t)u->last_read >> 48),
	        .read_bytes = passes ? 0 : (uint32_t)u->read_bytes,
	        .passes = passes,
	        .evidence = {u->evidence[0], u->evidence[1], u->evidence[2]},
	};
}

static struct use_slot use_fold(const struct use *u)
{
	return (struct use_slot){
	        .first_low = (uint32_t)u->first_read,
	        .last_low = (uint32_t)u->last_read,
	        .first_high = (uint16_t)((uint64_t)u->first_read >> 32),
	        .last_high = (uint16_t)((uint64_t)u->last_read >> 32),
	        .read_end = (uint32_t)u->read_end,
	};
}

static int64_t use_time(uint16_t top, uint16_t high, uint32_t low)
{
	return (int64_t)((uint64_t)top << 48 | (uint64_t)high << 32 | low);
}

static void use_unfold(const struct use_slot *slot, const struct shape *shape, struct use *room)
{
	room->first_read = use_time(shape->first_top, slot->first_high, slot->first_low);
	room->last_read = use_time(shape->last_top, slot->last_high, slot->last_low);
	room->read_end = slot->read_end;
	room->read_bytes =
	        shape->passes ? (uint64_t)shape->passes * slot->read_end : shape->read_bytes;
	room->read.bytes[ACCESS_CONSECUTIVE] = room->read_bytes;
	room->reads = shape->reads;
	room->begins = shape->begins;
	room->returns = shape->returns;
	room->opens = shape->opens;
	room->read.count[ACCESS_CONSECUTIVE] = shape->consecutive;
	room->read.aligned = shape->aligned;
	memcpy(room->evidence, shape->evidence, sizeof room->evidence);
}

static void *use_whole(const struct use_slot *slot)
{
	return (void *)((uintptr_t)slot->last_low << 32 | slot->first_low);
}

static struct use_slot use_keep_whole(const struct use *use)
{
	void *whole = narrow_keep(use, sizeof *use);

	return (struct use_slot){.first_low = (uint32_t)(uintptr_t)whole,
	                         .last_low = (uint32_t)((uint64_t)(uintptr_t)whole >> 32),
	                         .read_end = use->renamed_to};
}

/* Plain is what comes out of a slot as it went in. */
struct use_slot use_keep(const struct use *use, struct shapes *shapes, struct shapes_near *near)
{
	struct use_slot slot = use_fold(use);
	struct shape shape = use_shape(use);
	struct use back;

	memset(&back, 0, sizeof back);
	use_unfold(&slot, &shape, &back);
	if (!memcmp(&back, use, USE_SAID))
		slot.shape = shapes_add(shapes, near, &shape);
	return slot.shape ? slot : use_keep_whole(use);
}

const struct use *use_of(const struct use_slot *slot, const struct shapes *shapes, struct use *room)
{
	if (use_plain(slot))
		use_unfold(slot, shapes_at(shapes, slot->shape), room);
	else
		narrow_get(use_whole(slot), room, sizeof *room);
	return room;
}

void use_free(struct use_slot *slots, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct use use;
		if (use_plain(&slots[i]))
			continue;
		narrow_get(use_whole(&slots[i]), &use, sizeof use);
		free(use.marks);
		free(use.seeks);
		free(use_whole(&slots[i]));
	}
	free(slots);
}

enum { USE_READS, USE_WRITES, USE_ELSE };

static unsigned use_way(uint8_t class)
{
	return class == AIOT_CLASS_READ    ? USE_READS
	       : class == AIOT_CLASS_WRITE ? USE_WRITES
	                                   : USE_ELSE;
}

uint32_t use_say(struct use *uses, const struct slice *s, const struct evidence_stack *of_stacks)
{
	const struct process *p = s->process;
	const uint64_t *stack = s->batch->column[AIOT_COLUMN_STACK];
	const uint64_t *call = s->batch->column[AIOT_COLUMN_CALL];
	const uint64_t *file = s->batch->column[AIOT_COLUMN_FILE];
	uint32_t all = 0;

	for (uint32_t i = s->begin; i < s->end; i++) {
		const struct evidence_stack *of = &of_stacks[stacks_find(&p->stacks, stack[i])];
		unsigned way = use_way(process_call(p, call[i])->class);
		struct use *use;
		if (!of->says && (!of->site || way != USE_WRITES))
			continue;
		use = &uses[process_file(p, file[i])];
		all |= of->says;
		use->evidence[way] |= (uint16_t)of->says;
		use->site = use->site || way != USE_WRITES ? use->site : of->site;
	}
	return all;
}
