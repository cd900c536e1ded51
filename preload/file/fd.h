/* SPDX-License-Identifier: Apache-2.0
 *
 * What the library knows of each descriptor: which file, and which open file
 * description with its position. Looked up without a lock; a descriptor that
 * was never seen is asked about once.
 */
#ifndef PRELOAD_FD_H
#define PRELOAD_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "file/description.h"
#include "state.h"

/* A descriptor's entry; private to the process. */
struct fd {
	struct description *description; /* NULL: not known */
	uint32_t file;
	uint16_t generation; /* of the process that defined `file` */
	uint8_t stage;
	uint8_t kind;
};

#define FD_CHUNK  4096
#define FD_CHUNKS 4096

extern struct fd *fd_chunks[FD_CHUNKS] HIDDEN;
extern unsigned fd_highest HIDDEN;    /* no higher descriptor was ever seen; atomic */
extern const void *fd_adopter HIDDEN; /* the thread that stores what it asked for; atomic */
extern uint32_t fd_closings HIDDEN;   /* how often one became free while io_uring is used; atomic */

/* Asks the kernel what `fd` is and remembers it. Returns an entry without a
 * description if it is not open or can't be kept. */
struct fd fd_adopt(int fd);

/* Asks the kernel what `fd` is and remembers nothing: the entry's description is
 * `own`. Without one if it is not open. */
struct fd fd_see(int fd, struct description *own);

/* Where the entry of `fd` is; NULL if none near it was ever kept. */
static inline struct fd *fd_place(int fd)
{
	struct fd *chunk = (unsigned)fd < FD_CHUNK * FD_CHUNKS
	                           ? __atomic_load_n(&fd_chunks[fd / FD_CHUNK], __ATOMIC_RELAXED)
	                           : NULL;
	return chunk ? &chunk[fd % FD_CHUNK] : NULL;
}

/* A copy of the entry, so that a close elsewhere does no harm. */
static inline struct fd fd_look(int fd)
{
	const struct fd *place = fd_place(fd);
	if (__builtin_expect(place != NULL, 1)) {
		struct fd found = *place;
		if (__builtin_expect(found.description && found.generation == state_generation, 1))
			return found;
	}
	return fd_adopt(fd);
}

/* The entry of `fd` without asking the kernel. Returns false if it has none. */
static inline bool fd_peek(int fd, struct fd *entry)
{
	const struct fd *place = fd_place(fd);
	if (place)
		*entry = *place;
	return place && entry->description && entry->generation == state_generation;
}

/* Whether what `fd` is was told of or asked for. */
static inline bool fd_is_known(int fd)
{
	return fd_peek(fd, &(struct fd){0});
}

/* `fd` was just opened as `path` (absolute if `certain`; else the kernel is
 * asked) with open's flags. */
struct fd fd_opened(int fd, const char *path, bool certain, int flags);

/* The same for a path as the program wrote it, if it is the very name by which a
 * regular file was remembered: such a name is absolute and certain. Returns false
 * if not; `entry` is then not set. */
bool fd_reopened(int fd, const char *path, int flags, struct fd *entry);

/* `copy` now shares `original`'s description. */
void fd_copied(int original, int copy);

/* What is known of `fd` is of an earlier one that was closed out of sight. */
void fd_forget(int fd);

/* `fd` is closed, or about to be. */
void fd_closed(int fd);
void fd_closed_from(unsigned first, unsigned last);

/* `fd` was closed inside libc while it stood for `held`. Nothing happens if it
 * already stands for something else. */
void fd_closed_as(int fd, struct description *held);

/* The stdio of libc, or another process image, moves this descriptor's
 * position without our seeing it: ask for it from now on. */
void fd_distrust(int fd);

/* The same for all: another program is about to inherit some of them. */
void fd_distrust_all(void);
/* Writes through `fd` go to the end of the file. */
void fd_appends(int fd);

/* False where the file is filtered out. */
static inline bool fd_wanted(const struct fd *fd)
{
	return !fd->description || !(fd->description->traits & DESCRIPTION_UNWANTED);
}

/* fork is about to copy all descriptors: each description has one more user. */
void fd_before_fork(void);

/* In the parent, when that fork is done. */
void fd_after_fork(void);

/* In a child, before it uses the table: it may have been made by a call that
 * nobody told the parent's table of. */
void fd_forked(void);

#endif
