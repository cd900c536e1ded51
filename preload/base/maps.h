/* SPDX-License-Identifier: Apache-2.0
 *
 * /proc/self/maps: what is mapped, also where no call of ours made it.
 */
#ifndef PRELOAD_MAPS_H
#define PRELOAD_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct maps {
	char *text;
	size_t room;
	const char *at; /* the next line */
};

struct maps_line {
	uintptr_t begin, end;
	bool executable;
	bool code; /* that nobody writes to: r-xp */
	int64_t offset;
	uint32_t major, minor;
	uint64_t inode;   /* 0: no file */
	const char *path; /* as the kernel names it, not ended by a NUL */
	size_t path_bytes;
};

/* Reads all of it. Returns false where it can't be read or held. */
bool maps_open(struct maps *maps);

/* The next line; false at the end. maps_again goes back to the first. */
bool maps_next(struct maps *maps, struct maps_line *line);
void maps_again(struct maps *maps);

void maps_close(struct maps *maps);

#endif
