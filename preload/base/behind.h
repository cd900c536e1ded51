/* SPDX-License-Identifier: Apache-2.0
 *
 * What dlsym(RTLD_NEXT) would find, of many names at once: it takes a lock, guards
 * against errors and starts anew for each, and we ask for hundreds at each process's
 * start.
 */
#ifndef PRELOAD_BEHIND_H
#define PRELOAD_BEHIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BEHIND_MOST 128 /* objects; with more, nothing is known */

struct behind_object {
	uintptr_t base;
	const uint32_t *hash; /* DT_GNU_HASH */
	const void *symbols;  /* ElfW(Sym)[] */
	const char *names;
	const uint16_t *versions; /* NULL = the object has none */
};

struct behind {
	struct behind_object objects[BEHIND_MOST];
	uint32_t count;
	bool ours;  /* this library was passed */
	bool whole; /* all objects behind it could be read */
};

/* Reads the objects that are loaded behind this library. Takes the loader's lock. */
void behind_read(struct behind *behind);

/* The function of that name in the first of them that has it, or NULL. False where only
 * dlsym can tell. */
bool behind_find(const struct behind *behind, const char *name, void **found);

#endif
