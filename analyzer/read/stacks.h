/* SPDX-License-Identifier: Apache-2.0
 *
 * The stacks of a process, as its definitions say: frames, and lists of them.
 */
#ifndef STACKS_H
#define STACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "aiotrace/format.h"
#include "base/id_table.h"
#include "base/names.h"
#include "read/origin.h"

/* Index 0 stands for a frame that no definition explains. */
struct frame {
	uint32_t id;             /* in this trace */
	uint32_t file, function; /* in the names of the recording; 0 = not known */
	uint32_t qualified;      /* the function with its classes, or the same */
	uint32_t line;           /* 0 = not known */
	uint32_t module;         /* of a native one: the program or library; its file until … */
	uint32_t build_id;       /* … its name is looked up (resolve.h): in hex, 0 = none … */
	uint64_t offset;         /* … and the instruction in it, UINT64_MAX = not known */
	uint32_t inlined;        /* index of the frame that it is a part of; 0 = none */
	uint8_t kind;            /* enum aiot_frame_kind */
	uint32_t says;           /* enum evidence, enum word */
	struct origin origin;
};

struct stack {
	uint32_t first, count; /* in members, from the innermost */
	uint32_t flags;        /* enum aiot_stack_flag */
	uint32_t text;         /* in the names of the recording; 0 = not made yet */
};

struct stacks {
	struct frame *frames;
	size_t frame_count, frame_room;
	struct id_table *frame_ids; /* to indices of frames */
	struct stack *stacks;       /* index 0: no stack */
	size_t count, room;
	struct id_table *ids; /* to indices of stacks */
	uint32_t *members;    /* ids of frames */
	size_t member_count, member_room;
};

void stacks_init(struct stacks *stacks);
void stacks_free(struct stacks *stacks);

/* One definition record's body. Returns 0, or -1 where it is damaged. */
int stacks_define_frame(struct stacks *stacks, struct names *names, const uint8_t *body,
                        size_t size);
int stacks_define_code(struct stacks *stacks, struct names *names, const uint8_t *body,
                       size_t size);
int stacks_define_stack(struct stacks *stacks, const uint8_t *body, size_t size);

/* Adds a frame that no definition made; returns its index. */
uint32_t stacks_add_frame(struct stacks *stacks, struct frame frame);

/* The index of a stack's id, 0 where it is not known. */
static inline uint32_t stacks_find(const struct stacks *stacks, uint64_t id)
{
	return id_table_get(stacks->ids, id);
}

/* Frame i of a stack, from the innermost; never NULL. */
static inline const struct frame *stacks_frame(const struct stacks *stacks, uint32_t stack,
                                               uint32_t i)
{
	const struct stack *s = &stacks->stacks[stack];
	uint32_t id = i < s->count ? stacks->members[s->first + i] : 0;

	return &stacks->frames[id_table_get(stacks->frame_ids, id)];
}

/* The package or library that the frame belongs to; origin.length bytes of it. */
static inline const char *stacks_package(const struct names *names, const struct frame *frame)
{
	return names_text(names, frame->module ? frame->module : frame->file) +
	       frame->origin.package;
}

/* Whether the frame is a native one that every program has: libc's, the
 * interpreter's own. */
static inline bool stacks_ground(const struct frame *frame)
{
	return frame->kind == AIOT_FRAME_NATIVE && frame->origin.kind == ORIGIN_STANDARD;
}

/* A frame for eyes: file:line:function; a native one whose line is not known as
 * library:function. */
void stacks_print(FILE *to, const struct names *names, const struct frame *frame,
                  const char *function);

/* The stack as one name: frames as stacks_print has them, from the outermost,
 * separated by ";". 0 where there is none. Not for several threads. */
uint32_t stacks_text(struct stacks *stacks, struct names *names, uint32_t stack);

#endif
