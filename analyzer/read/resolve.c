/* SPDX-License-Identifier: Apache-2.0 */
#include "read/resolve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/wrap.h"
#include "read/symbols.h"

/* A frame whose name is asked for. */
struct asked {
	struct process *process;
	uint32_t frame; /* index */
};

struct answer {
	struct process *process;
	uint32_t frame;  /* the one that is named next; 0 = a new one is made */
	uint32_t inside; /* the one that was named last */
};

static const struct frame *resolve_frame(const struct asked *asked)
{
	return &asked->process->stacks.frames[asked->frame];
}

/* Equal files side by side, and in them equal places. */
static int resolve_compare(const void *one, const void *other)
{
	const struct frame *a = resolve_frame(one), *b = resolve_frame(other);

	if (a->module != b->module)
		return a->module < b->module ? -1 : 1;
	if (a->build_id != b->build_id)
		return a->build_id < b->build_id ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

static size_t resolve_ask(const struct recording *r, struct asked **list)
{
	size_t count = 0, room = 0;

	*list = NULL;
	for (size_t p = 0; p < r->count; p++)
		for (uint32_t i = 1; i < r->processes[p].stacks.frame_count; i++) {
			const struct frame *frame = &r->processes[p].stacks.frames[i];
			if (frame->kind != AIOT_FRAME_NATIVE || frame->offset == UINT64_MAX)
				continue;
			*list = memory_grow(*list, count, &room, sizeof **list);
			(*list)[count++] = (struct asked){&r->processes[p], i};
		}
	if (count)
		qsort(*list, count, sizeof **list, resolve_compare);
	return count;
}

/* A frame more, under an id that the trace does not use. */
static uint32_t resolve_add(struct stacks *stacks, struct frame frame)
{
	uint32_t index;

	frame.id = UINT32_MAX - (uint32_t)stacks->frame_count;
	while (id_table_get(stacks->frame_ids, frame.id))
		frame.id--;
	frame.offset = UINT64_MAX;
	index = stacks_add_frame(stacks, frame);
	id_table_set(stacks->frame_ids, frame.id, index);
	return index;
}

/* One function more at the place that was asked for: the first is the frame
 * itself, each further one a frame that the one before is a part of. */
static void resolve_name(void *arg, const struct symbol_place *place)
{
	struct answer *answer = arg;
	struct stacks *stacks = &answer->process->stacks;
	struct names *names = answer->process->names;
	struct frame frame = stacks->frames[answer->frame ? answer->frame : answer->inside];
	const char *module = names_text(names, frame.module);

	frame.function = frame.qualified =
	        names_add(names, place->function, strlen(place->function));
	frame.line = place->file ? place->line : 0;
	frame.file = frame.line ? names_add(names, place->file, strlen(place->file)) : frame.module;
	frame.origin = origin_of_module(module, place->file);
	if (!strcmp(place->function, "_start"))
		frame.origin.kind = ORIGIN_STANDARD;
	frame.inlined = 0;
	if (!answer->frame) {
		uint32_t added = resolve_add(stacks, frame);
		stacks->frames[answer->inside].inlined = added;
		answer->inside = added;
		return;
	}
	stacks->frames[answer->frame] = frame;
	answer->inside = answer->frame;
	answer->frame = 0;
}

static size_t resolve_bytes(const char *hex, uint8_t *bytes, size_t room)
{
	size_t count = 0;

	for (; hex[0] && hex[1] && count < room; hex += 2) {
		char digits[3] = {hex[0], hex[1], 0};
		bytes[count++] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return count;
}

static struct symbols *resolve_open(const struct asked *asked)
{
	const struct frame *frame = resolve_frame(asked);
	const struct process *process = asked->process;
	uint8_t build_id[64];
	size_t bytes = resolve_bytes(names_text(process->names, frame->build_id), build_id,
	                             sizeof build_id);

	const char *cwd = process_attribute(process, "cwd");
	const char *module = names_text(process->names, frame->module);
	char path[8192];

	/* As it was given to dlopen, perhaps from where the process began. */
	snprintf(path, sizeof path, "%s%s%s", module[0] == '/' || !cwd ? "" : cwd,
	         module[0] == '/' || !cwd ? "" : "/", module);
	return symbols_open(path, build_id, bytes,
	                    wrap_add(process->start_ns, (uint64_t)process->clock));
}

static void resolve_all(const struct asked *list, size_t count)
{
	struct symbols *symbols = NULL;
	const struct frame *last = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct frame *frame = resolve_frame(&list[i]);
		struct answer answer = {.process = list[i].process, .frame = list[i].frame};
		if (!i || last->module != frame->module || last->build_id != frame->build_id) {
			if (symbols)
				symbols_close(symbols);
			symbols = resolve_open(&list[i]);
		}
		if (symbols)
			symbols_look(symbols, frame->offset, resolve_name, &answer);
		last = resolve_frame(&list[i]);
	}
	if (symbols)
		symbols_close(symbols);
}

static uint32_t *resolve_put(uint32_t *members, size_t *count, size_t *room, uint32_t id)
{
	members = memory_grow(members, *count, room, sizeof *members);
	members[(*count)++] = id;
	return members;
}

/* Puts the frames that others are parts of into the stacks, behind them. */
static void resolve_spread(struct stacks *stacks)
{
	uint32_t *members = NULL;
	size_t count = 0, room = 0;

	for (size_t i = 1; i < stacks->count; i++) {
		struct stack *stack = &stacks->stacks[i];
		size_t first = count;
		for (uint32_t k = 0; k < stack->count; k++) {
			uint32_t id = stacks->members[stack->first + k];
			const struct frame *frame =
			        &stacks->frames[id_table_get(stacks->frame_ids, id)];
			members = resolve_put(members, &count, &room, id);
			while (frame->inlined) {
				frame = &stacks->frames[frame->inlined];
				members = resolve_put(members, &count, &room, frame->id);
			}
		}
		stack->first = (uint32_t)first;
		stack->count = (uint32_t)(count - first);
	}
	free(stacks->members);
	stacks->members = members;
	stacks->member_count = count;
	stacks->member_room = room;
}

void resolve_frames(struct recording *recording)
{
	struct asked *list;
	size_t count = resolve_ask(recording, &list);

	resolve_all(list, count);
	free(list);
	for (size_t p = 0; count && p < recording->count; p++)
		resolve_spread(&recording->processes[p].stacks);
}
