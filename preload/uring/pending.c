/* SPDX-License-Identifier: Apache-2.0 */
#include "uring/pending.h"

#include "base/sys.h"
#include "mark.h"

#define PENDING_LEAST 64
#define PENDING_MOST  65536

void pending_make(struct pending *pending, uint32_t entries)
{
	uint32_t room = PENDING_LEAST;
	while (room < entries * 4 && room < PENDING_MOST)
		room *= 2;
	pending->slots = sys_map(room * sizeof *pending->slots, 0);
	pending->mask = room - 1;
	pending->count = 0;
}

void pending_free(struct pending *pending)
{
	if (pending->slots)
		sys_unmap(pending->slots, (pending->mask + 1) * sizeof *pending->slots);
	*pending = (struct pending){0};
}

static uint32_t pending_home(const struct pending *pending, uint64_t user_data)
{
	return (uint32_t)(user_data * 0x9E3779B97F4A7C15u >> 40) & pending->mask;
}

bool pending_add(struct pending *pending, const struct operation *operation)
{
	if (!pending->slots || pending->count >= pending->mask / 4 * 3)
		return false;
	uint32_t i = pending_home(pending, operation->user_data);
	while (pending->slots[i].used)
		i = (i + 1) & pending->mask;
	pending->slots[i] = *operation;
	pending->slots[i].used = true;
	pending->slots[i].flight.mark = mark_in_force();
	pending->count++;
	if (operation->flight.fd.description)
		description_hold(operation->flight.fd.description);
	return true;
}

struct operation *pending_find(struct pending *pending, uint64_t user_data, bool newest)
{
	struct operation *found = NULL;
	uint32_t i = pending_home(pending, user_data);
	for (; pending->slots && pending->slots[i].used; i = (i + 1) & pending->mask) {
		if (pending->slots[i].user_data != user_data)
			continue;
		found = &pending->slots[i];
		if (!newest)
			break;
	}
	return found;
}

/* What lies behind moves up, so that a search never meets a hole. */
void pending_remove(struct pending *pending, struct operation *operation)
{
	uint32_t hole = (uint32_t)(operation - pending->slots), mask = pending->mask;
	if (operation->flight.fd.description)
		description_drop(operation->flight.fd.description);
	for (uint32_t i = (hole + 1) & mask; pending->slots[i].used; i = (i + 1) & mask) {
		uint32_t home = pending_home(pending, pending->slots[i].user_data);
		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		pending->slots[hole] = pending->slots[i];
		hole = i;
	}
	pending->slots[hole].used = false;
	pending->count--;
}

uint32_t pending_drop(struct pending *pending, bool (*which)(const struct operation *, uint32_t),
                      uint32_t argument)
{
	uint32_t dropped = 0;
	for (uint32_t i = 0; pending->count && i <= pending->mask;) {
		struct operation *operation = &pending->slots[i];
		if (!operation->used || !which(operation, argument)) {
			i++;
			continue;
		}
		dropped += operation_matters(operation);
		pending_remove(pending, operation);
	}
	return dropped;
}
