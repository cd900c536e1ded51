/* SPDX-License-Identifier: Apache-2.0 */
#include "read/stacks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "read/evidence.h"

#define STACKS_BUILD_ID 64 /* bytes, at most */

void stacks_init(struct stacks *stacks)
{
	*stacks = (struct stacks){.frame_ids = id_table_new(), .ids = id_table_new()};
	stacks->frames = memory_grow(NULL, 0, &stacks->frame_room, sizeof *stacks->frames);
	stacks->stacks = memory_grow(NULL, 0, &stacks->room, sizeof *stacks->stacks);
	stacks->frame_count = stacks->count = 1;
}

void stacks_free(struct stacks *stacks)
{
	id_table_free(stacks->frame_ids);
	id_table_free(stacks->ids);
	free(stacks->frames);
	free(stacks->stacks);
	free(stacks->members);
}

uint32_t stacks_add_frame(struct stacks *stacks, struct frame frame)
{
	stacks->frames = memory_grow(stacks->frames, stacks->frame_count, &stacks->frame_room,
	                             sizeof *stacks->frames);
	stacks->frames[stacks->frame_count] = frame;
	return (uint32_t)stacks->frame_count++;
}

/* The next text of a body, up to a NUL or the end. */
static uint32_t stacks_name(struct names *names, const uint8_t **at, const uint8_t *end)
{
	const char *text = (const char *)*at;
	size_t length = strnlen(text, (size_t)(end - *at));

	*at += length + (*at + length < end);
	return names_add(names, text, length);
}

/* A frame of the program's own Python also by its names. */
static uint32_t stacks_says(const struct names *names, const struct frame *frame)
{
	const char *file = names_text(names, frame->file);
	uint32_t says = evidence_of(file, names_text(names, frame->function));

	if (frame->kind != AIOT_FRAME_PYTHON || frame->origin.kind != ORIGIN_USER)
		return says;
	return says | word_of_function(names_text(names, frame->qualified)) |
	       word_of_script(file) << WORD_SCRIPT_BITS;
}

int stacks_define_frame(struct stacks *stacks, struct names *names, const uint8_t *body,
                        size_t size)
{
	struct aiot_define_frame d;
	const uint8_t *at = body + sizeof d, *end = body + size;
	struct frame frame;

	if (size < sizeof d)
		return -1;
	memcpy(&d, body, sizeof d);
	if (!d.id)
		return -1;
	if (id_table_get(stacks->frame_ids, d.id))
		return 0;
	frame = (struct frame){.id = d.id, .line = d.line, .kind = d.kind, .offset = UINT64_MAX};
	frame.file = stacks_name(names, &at, end);
	frame.function = stacks_name(names, &at, end);
	frame.qualified = stacks_name(names, &at, end);
	if (!frame.qualified)
		frame.qualified = frame.function;
	frame.module = d.kind == AIOT_FRAME_NATIVE ? frame.file : 0;
	frame.origin = frame.module ? origin_of_module(names_text(names, frame.module), NULL)
	                            : origin_of(names_text(names, frame.file));
	frame.says = stacks_says(names, &frame);
	id_table_set(stacks->frame_ids, d.id, stacks_add_frame(stacks, frame));
	return 0;
}

int stacks_define_code(struct stacks *stacks, struct names *names, const uint8_t *body, size_t size)
{
	struct aiot_define_code d;
	char hex[2 * STACKS_BUILD_ID + 1] = "";
	struct frame *frame;

	if (size < sizeof d)
		return -1;
	memcpy(&d, body, sizeof d);
	frame = &stacks->frames[id_table_get(stacks->frame_ids, d.frame)];
	if (frame == stacks->frames || frame->kind != AIOT_FRAME_NATIVE)
		return 0;
	size -= sizeof d;
	for (size_t i = 0; i < size && i < STACKS_BUILD_ID; i++)
		snprintf(hex + 2 * i, 3, "%02x", body[sizeof d + i]);
	frame->offset = d.offset;
	frame->build_id = names_add(names, hex, strlen(hex));
	return 0;
}

int stacks_define_stack(struct stacks *stacks, const uint8_t *body, size_t size)
{
	struct aiot_define_stack d;
	struct stack stack;

	if (size < sizeof d || (size - sizeof d) % sizeof *stacks->members)
		return -1;
	memcpy(&d, body, sizeof d);
	if (!d.id)
		return -1;
	if (stacks_find(stacks, d.id))
		return 0;
	stack = (struct stack){.first = (uint32_t)stacks->member_count,
	                       .count = (uint32_t)((size - sizeof d) / sizeof *stacks->members),
	                       .flags = d.flags};
	for (uint32_t i = 0; i < stack.count; i++) {
		stacks->members = memory_grow(stacks->members, stacks->member_count,
		                              &stacks->member_room, sizeof *stacks->members);
		memcpy(&stacks->members[stacks->member_count++], body + sizeof d + i * 4, 4);
	}
	stacks->stacks =
	        memory_grow(stacks->stacks, stacks->count, &stacks->room, sizeof *stacks->stacks);
	id_table_set(stacks->ids, d.id, (uint32_t)stacks->count);
	stacks->stacks[stacks->count++] = stack;
	return 0;
}

void stacks_print(FILE *to, const struct names *names, const struct frame *frame,
                  const char *function)
{
	const char *file = names_text(names, frame->file), *base = strrchr(file, '/');
	size_t length;

	base = base ? base + 1 : file;
	length = strlen(base);
	if (frame->kind == AIOT_FRAME_PYTHON || frame->line)
		fprintf(to, "%s:%u:%s", file, frame->line, function);
	else if (!length || (!strncmp(function, base, length) && function[length] == '+'))
		fputs(function, to); /* library+0x1234 */
	else
		fprintf(to, "%s:%s", base, function);
}

uint32_t stacks_text(struct stacks *stacks, struct names *names, uint32_t stack)
{
	struct stack *s = &stacks->stacks[stack];
	char *text;
	size_t length;
	FILE *to;

	if (s->text || !s->count)
		return s->text;
	to = open_memstream(&text, &length);
	if (!to)
		return 0;
	if (s->flags & AIOT_STACK_CUT)
		fputs("...;", to);
	for (uint32_t i = s->count; i-- > 0;) {
		const struct frame *frame = stacks_frame(stacks, stack, i);
		stacks_print(to, names, frame, names_text(names, frame->function));
		if (i)
			fputc(';', to);
	}
	fclose(to);
	s->text = names_add(names, text, length);
	free(text);
	return s->text;
}
