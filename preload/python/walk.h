/* SPDX-License-Identifier: Apache-2.0
 *
 * What the calling thread is running in Python: read from the frames' own
 * memory, without the interpreter's lock. The frames are the thread's own and
 * don't change while it is in a call of ours; they keep their code alive.
 */
#ifndef PRELOAD_PYTHON_WALK_H
#define PRELOAD_PYTHON_WALK_H

#include <stdbool.h>
#include <stdint.h>

/* Frames that are looked at, from the innermost. */
#define PYTHON_FRAMES 256

/* The interpreter's function that runs Python code runs one frame or, in later
 * versions, several that call each other. The outermost of them is marked: with
 * an address in that function's part of the native stack, or with this where none
 * is known: then each such function runs one frame. */
#define PYTHON_MARK_ONE 1

struct python_frame {
	const void *code;
	int64_t at;     /* bytes into the bytecode */
	uintptr_t mark; /* 0 = not the outermost */
};

/* A number for the stack: equal for equal stacks, and as good as never for
 * others. 0 if there is none. */
uint64_t python_identify(void);

/* The frames, from the innermost; returns how many, at most PYTHON_FRAMES. `cut`
 * says whether there are more. */
uint32_t python_walk(struct python_frame *frames, bool *cut);

#endif
