/* SPDX-License-Identifier: Apache-2.0
 *
 * Every file once, as processes described it: most of those that use a file say
 * the same of it, so that each needs a number alone.
 */
#ifndef FILES_H
#define FILES_H

#include <stddef.h>
#include <stdint.h>

/* Of a file: what a process's definition says. That which is asked for everywhere is small,
 * for it lies anywhere. */
struct file {
	uint32_t name; /* in the names of the recording */
	uint32_t rank; /* of the name in natural order (ranks.h), 0 = no name, or not found yet */
	uint8_t kind, stage;
};

/* The rest of that. */
struct file_more {
	uint64_t device, inode;
	int64_t size; /* bytes when first seen, -1 = not known */
};

struct files {
	struct file *items; /* 0 is none */
	struct file_more *more;
	uint32_t *before; /* by item: the one added before it with its name, 0 = none */
	uint32_t *latest; /* by name, likewise */
	size_t count, room, more_room, before_room, latest_room;
};

struct files *files_new(void);
void files_free(struct files *files);

/* Once all are added: gives back what adding more would take. */
void files_trim(struct files *files);

/* The number of a description; of equal ones most have the same. */
uint32_t files_add(struct files *files, const struct file *file, const struct file_more *more);

/* Of one of the items; until more are added. */
static inline const struct file_more *files_more(const struct files *files, const struct file *item)
{
	return &files->more[item - files->items];
}

#endif
