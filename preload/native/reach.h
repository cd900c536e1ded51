/* SPDX-License-Identifier: Apache-2.0
 *
 * How far the calling thread's stack may be read. Tables of functions can be
 * wrong, and a walk by wrong tables goes anywhere: nothing is read but what the
 * kernel said it can be, upwards from where the thread is. No stack is known
 * beforehand: a program may have made its own, or be on one for signals.
 */
#ifndef PRELOAD_NATIVE_REACH_H
#define PRELOAD_NATIVE_REACH_H

#include <stdbool.h>
#include <stdint.h>

struct reach {
	uintptr_t low, high;
};

/* Asks the kernel for what lies around `at`. Returns whether 8 bytes there can
 * be read. Signal-safe. */
bool reach_extend(struct reach *reach, uintptr_t at);

static inline bool reach_has(const struct reach *reach, uintptr_t at)
{
	return at >= reach->low && at + 8 <= reach->high;
}

/* Reads the word at `at`; false where it can't be. */
static inline bool reach_read(struct reach *reach, uintptr_t at, uintptr_t *word)
{
	if (at & 7 || (__builtin_expect(!reach_has(reach, at), 0) && !reach_extend(reach, at)))
		return false;
	*word = *(const uintptr_t *)at;
	return true;
}

#endif
