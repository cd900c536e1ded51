/* SPDX-License-Identifier: Apache-2.0
 *
 * What is loaded where: dladdr tells that too, but goes through all of an object's
 * functions for the nearest, which takes longer than all else at a process's start.
 */
#ifndef PRELOAD_LOADED_H
#define PRELOAD_LOADED_H

#include <stdbool.h>
#include <stdint.h>

struct loaded {
	const char *name; /* as the loader has it; stays while it is loaded */
	uintptr_t begin, end;
};

/* The object that holds the address. Takes the loader's lock. */
bool loaded_find(const void *address, struct loaded *found);

#endif
