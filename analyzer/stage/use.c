/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/use.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define USE_SAID (offsetof(struct use, evidence) + sizeof((struct use *)0)->evidence)

/* Cut to what there is room for. */
static struct use_slot use_fold(const struct use *u)
{
	return (struct use_slot){
	        .first_read = u->first_read,
	        .last_read = u->last_read,
	        .read_bytes = (uint32_t)u->read_bytes,
	        .read_end = (uint32_t)u->read_end,
	        .reads = (uint16_t)u->reads,
	        .begins = (uint16_t)u->begins,
	        .returns = (uint16_t)u->returns,
	        .opens = (uint16_t)u->opens,
	        .consecutive = (uint16_t)u->read.count[ACCESS_CONSECUTIVE],
	        .aligned = (uint16_t)u->read.aligned,
	        .evidence = {u->evidence[0], u->evidence[1], u->evidence[2]},
	        .plain = true,
	};
}

const struct use *use_unfold(const struct use_slot *slot, struct use *room)
{
	room->first_read = slot->first_read;
	room->last_read = slot->last_read;
	room->read_bytes = room->read.bytes[ACCESS_CONSECUTIVE] = slot->read_bytes;
	room->read_end = slot->read_end;
	room->reads = slot->reads;
	room->begins = slot->begins;
	room->returns = slot->returns;
	room->opens = slot->opens;
	room->read.count[ACCESS_CONSECUTIVE] = slot->consecutive;
	room->read.aligned = slot->aligned;
	memcpy(room->evidence, slot->evidence, sizeof room->evidence);
	return room;
}

/* Plain is what comes out of a slot as it went in. */
struct use_slot use_keep(const struct use *use)
{
	struct use_slot slot = use_fold(use);
	struct use back;

	memset(&back, 0, sizeof back);
	if (memcmp(use_unfold(&slot, &back), use, USE_SAID)) {
		slot = (struct use_slot){.whole = memory_get(1, sizeof *use)};
		*slot.whole = *use;
	}
	return slot;
}

void use_free(struct use_slot *slots, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (slots[i].plain)
			continue;
		free(slots[i].whole->marks);
		free(slots[i].whole->seeks);
		free(slots[i].whole);
	}
	free(slots);
}

static unsigned use_way(uint8_t class)
{
	return class == AIOT_CLASS_READ ? 0 : class == AIOT_CLASS_WRITE ? 1 : 2;
}

uint8_t use_say(struct use *uses, const struct slice *s, const uint8_t *of_stacks)
{
	const struct process *p = s->process;
	const uint64_t *stack = s->batch->column[AIOT_COLUMN_STACK];
	const uint64_t *call = s->batch->column[AIOT_COLUMN_CALL];
	const uint64_t *file = s->batch->column[AIOT_COLUMN_FILE];
	uint8_t all = 0;

	for (uint32_t i = s->begin; i < s->end; i++) {
		uint8_t says = of_stacks[stacks_find(&p->stacks, stack[i])];
		if (!says)
			continue;
		all |= says;
		uses[process_file(p, file[i])].evidence[use_way(process_call(p, call[i])->class)] |=
		        says;
	}
	return all;
}
