/* SPDX-License-Identifier: Apache-2.0
 *
 * Where x86-64 instructions end, and which of them do the same at another
 * address. What an instruction computes is not of interest.
 */
#ifndef PRELOAD_URING_INSTRUCTION_H
#define PRELOAD_URING_INSTRUCTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INSTRUCTION_MOST 15 /* bytes */

struct instruction {
	uint8_t bytes;    /* 0: none that is known */
	bool movable;     /* control goes on behind it, and it does the same elsewhere … */
	uint8_t relative; /* … with the 4 bytes here changed: an address relative to its end */
	bool is_syscall;  /* the instruction of that name */
	bool branches;    /* a jump or call … */
	int32_t distance; /* … to so many bytes behind its end */
};

/* Reads the instruction that begins at `code`, of which `room` bytes are there. */
struct instruction instruction_at(const uint8_t *code, size_t room);

#endif
