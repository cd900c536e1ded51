/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory that cannot fail: a program that has none left says so and exits 1.
 * Sizes that come from a trace are checked before they get here.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>

/* Zeroed memory for count things of size bytes; free() it. */
void *memory_get(size_t count, size_t size);

/* A copy of bytes with a NUL behind; free() it. */
char *memory_text(const char *bytes, size_t length);

/* Room for at least one more than count things: returns items, perhaps moved,
 * and raises *room. What is added is zeroed. */
void *memory_grow(void *items, size_t count, size_t *room, size_t size);

/* Other room for bytes, of size; what was there stays, what is new is not zeroed. */
void *memory_again(void *bytes, size_t size);

/* Gives back what count things don't need; returns items, perhaps moved. */
void *memory_trim(void *items, size_t count, size_t *room, size_t size);

/* Fetches what is needed soon and lies anywhere. gcc drops calls of functions that only
 * fetch, unless they are inlined early. */
__attribute__((always_inline)) static inline void memory_fetch(const void *at, size_t size)
{
	for (size_t i = 0; i < size; i += 64)
		__builtin_prefetch((const char *)at + i, 1);
	__builtin_prefetch((const char *)at + size - 1, 1);
}

#endif
