/* SPDX-License-Identifier: Apache-2.0
 *
 * What a process made of what: files written while others were read were made
 * from them, and a file of the same name and size is a copy.
 */
#ifndef DERIVE_H
#define DERIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file's reading or writing by one process. */
struct derive_side {
	size_t file;         /* index in the process's files */
	int64_t first, last; /* CLOCK_REALTIME in ns */
	uint64_t bytes;
	uint64_t base;   /* hash of the path's last part */
	uint64_t folder; /* of the rest */
	uint32_t series; /* that a written file is of: none is made from itself; 0 = none */
	bool kernel;     /* moved by sendfile or copy_file_range */
	bool state; /* no data: what is read may be copied, what is written is derived of none */
	struct derive_side *original; /* that was read, whose copy this may be */
	bool copied;                  /* something may be a copy of it */
	bool used;                    /* derived, or what something was derived from */
};

/* Lists of one process; items are freed by derive_free. */
struct derive {
	struct derive_side *reads, *writes;
	size_t read_count, write_count, read_room, write_room;
	int64_t *ends; /* of writes, ascending */
};

void derive_add_read(struct derive *derive, const struct derive_side *side);
void derive_add_write(struct derive *derive, const struct derive_side *side);

/* After all was added. */
void derive_sort(struct derive *derive);
void derive_free(struct derive *derive);

/* Marks as used what was written after something was read that was not read for
 * what was written before, or right behind such a file and beside it; and what was
 * read for it. */
void derive_find(struct derive *derive);

/* Finds what may be copies of what. */
void derive_find_copies(struct derive *derive);

/* The reading whose copy this is, or NULL; after that. */
const struct derive_side *derive_original(const struct derive *derive,
                                          const struct derive_side *write);

/* Sets base and folder from a path. */
void derive_name(struct derive_side *side, const char *path);

#endif
