/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the functions of a loaded module begin and end, from the table that
 * compilers make for unwinding. Memory is read through the kernel: nothing here
 * faults.
 */
#ifndef PRELOAD_URING_FRAMES_H
#define PRELOAD_URING_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

struct frames {
	uintptr_t table; /* of pairs: a function and its record, both relative to … */
	uintptr_t base;  /* … this */
	uint32_t count;
};

/* `module` is where the file's first bytes are mapped. Returns false if it has no
 * such table, or one of another form. */
bool frames_open(struct frames *frames, uintptr_t module);

/* The function that `address` lies in. Returns false if there is none. */
bool frames_find(const struct frames *frames, uintptr_t address, uintptr_t *begin, uintptr_t *end);

#endif
