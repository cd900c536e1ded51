/* SPDX-License-Identifier: Apache-2.0
 *
 * The Python interpreter in this process, if there is one that is known.
 */
#ifndef PRELOAD_PYTHON_INTERPRETER_H
#define PRELOAD_PYTHON_INTERPRETER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "python/layout.h"

struct python {
	struct python_layout layout;
	const void *(*this_thread)(void); /* the calling thread's state, or NULL; takes no lock */
	int (*is_finalizing)(void);
	uintptr_t runner; /* the function that runs Python code, or 0 */
	const void *code_type, *text_type, *bytes_type; /* what objects of these types point to */
};

extern struct python python;

/* Looks for an interpreter among what is loaded. Returns whether its stacks can
 * be read; where they can't, `why` says so in a line for the user, or is empty
 * where there is no interpreter. Takes the loader's lock: not on a call's way. */
bool python_find(char *why, size_t bytes);

/* The word at `offset` of an object. */
static inline const char *python_pointer(const void *object, size_t offset)
{
	const char *pointer;
	memcpy(&pointer, (const char *)object + offset, sizeof pointer);
	return pointer;
}

static inline uint32_t python_number(const void *object, size_t offset)
{
	uint32_t number;
	memcpy(&number, (const char *)object + offset, sizeof number);
	return number;
}

/* Whether it can be an object's address: aligned, and in a program's half. */
static inline bool python_plausible(const void *pointer)
{
	return !((uintptr_t)pointer & 7) && (uintptr_t)pointer - 65536 < (uintptr_t)1 << 47;
}

/* Whether it is an object of that type. */
static inline bool python_is(const void *object, const void *type)
{
	return python_plausible(object) && python_pointer(object, 8) == type;
}

/* The calling thread's state; NULL where it has none, or is about to lose it. */
static inline const void *python_thread(void)
{
	return python.is_finalizing() ? NULL : python.this_thread();
}

#endif
