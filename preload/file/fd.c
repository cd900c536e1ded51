/* SPDX-License-Identifier: Apache-2.0 */
#include "file/fd.h"

#include <fcntl.h>
#include <linux/stat.h>
#include <string.h>
#include <sys/stat.h>

#include "base/room.h"
#include "base/sys.h"
#include "file/file.h"
#include "file/path.h"
#include "file/shared.h"
#include "file/unseen.h"
#include "thread.h"
#include "trace/live.h"
#include "uring/site.h"
#include "uring/uring.h"

#define FD_CHANGES 64
#define FD_ASKED   4 /* times, while others open and close the same number */
#define FD_PATIENT 1000

struct fd *fd_chunks[FD_CHUNKS];
uint32_t fd_closings;
unsigned fd_highest;
static uint32_t fd_changes[FD_CHANGES]; /* of descriptors with these last digits */
const void *fd_adopter;

static struct fd *fd_slot(int fd)
{
	if ((unsigned)fd >= FD_CHUNK * FD_CHUNKS)
		return NULL;
	struct fd **place = &fd_chunks[fd / FD_CHUNK];
	struct fd *chunk = __atomic_load_n(place, __ATOMIC_ACQUIRE);
	if (!chunk) {
		struct fd *made = sys_map(FD_CHUNK * sizeof *made, 0), *none = NULL;
		if (!made)
			return NULL;
		chunk = made;
		if (!__atomic_compare_exchange_n(place, &none, made, 0, __ATOMIC_ACQ_REL,
		                                 __ATOMIC_ACQUIRE)) {
			sys_unmap(made, FD_CHUNK * sizeof *made);
			chunk = none;
		}
	}
	unsigned highest = __atomic_load_n(&fd_highest, __ATOMIC_RELAXED);
	while ((unsigned)fd > highest &&
	       !__atomic_compare_exchange_n(&fd_highest, &highest, (unsigned)fd, 1,
	                                    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	return &chunk[fd % FD_CHUNK];
}

/* Stores an entry and drops what the slot held: a descriptor that was closed
 * behind our back. */
static void fd_put(int fd, struct fd entry)
{
	struct fd *slot = fd_slot(fd);
	if (!slot) {
		if (entry.description)
			description_drop(entry.description);
		return;
	}
	slot->file = entry.file;
	slot->generation = entry.generation;
	slot->stage = entry.stage;
	slot->kind = entry.kind;
	struct description *old =
	        __atomic_exchange_n(&slot->description, entry.description, __ATOMIC_ACQ_REL);
	if (old)
		description_drop(old);
}

static uint32_t *fd_changes_of(int fd)
{
	return &fd_changes[(unsigned)fd % FD_CHANGES];
}

/* Not for ever: it may be what our signal interrupted, or have died there. */
static void fd_let_adopt(void)
{
	const void *adopter = NULL;
	for (int i = 0; i < FD_PATIENT; i++) {
		adopter = __atomic_load_n(&fd_adopter, __ATOMIC_SEQ_CST);
		if (!adopter || adopter == &thread_self)
			return;
		SYS0(sched_yield);
	}
	__atomic_compare_exchange_n(&fd_adopter, &adopter, NULL, 0, __ATOMIC_SEQ_CST,
	                            __ATOMIC_RELAXED);
}

/* The same, of a descriptor that was just opened or closed. */
static void fd_store(int fd, struct fd entry)
{
	__atomic_fetch_add(fd_changes_of(fd), 1, __ATOMIC_SEQ_CST);
	if (__builtin_expect(__atomic_load_n(&fd_adopter, __ATOMIC_SEQ_CST) != NULL, 0))
		fd_let_adopt();
	fd_put(fd, entry);
}

/* The descriptor, if it was an io_uring instance, is one no longer. */
static void fd_end_ring(int fd)
{
	if (__builtin_expect(uring_any, 0))
		uring_closed(fd);
}

static uint32_t fd_traits(const struct file *file, int flags)
{
	uint32_t traits = file->id ? 0 : DESCRIPTION_UNWANTED;
	if (file->kind == AIOT_FILE_REGULAR || file->kind == AIOT_FILE_BLOCK)
		traits |= DESCRIPTION_SEEKABLE;
	if (flags & O_TRUNC || (flags & O_CREAT && flags & O_EXCL))
		traits |= DESCRIPTION_EMPTY;
	traits |= flags & O_DIRECT ? DESCRIPTION_DIRECT : 0;
	return flags & O_APPEND ? traits | DESCRIPTION_APPEND : traits;
}

static struct fd fd_entry(struct file file, struct description *description)
{
	return (struct fd){.description = description,
	                   .file = file.id,
	                   .generation = state_generation,
	                   .stage = file.stage,
	                   .kind = file.kind};
}

static bool fd_is_file(const char *name, const struct stat *about)
{
	struct stat other;
	return SYS2(stat, name, &other) == 0 && other.st_ino == about->st_ino &&
	       other.st_dev == about->st_dev;
}

/* A deleted name stands for the file as before; the file may have others. */
static void fd_undelete(char *name, const struct stat *about)
{
	static const char suffix[] = " (deleted)";
	size_t length = strlen(name), bytes = sizeof suffix - 1;
	if (length > bytes && !strcmp(name + length - bytes, suffix) &&
	    (!about->st_nlink || !fd_is_file(name, about)))
		name[length - bytes] = '\0';
}

/* What a number stands for as far as the table knows; programs close thousands of
 * numbers that never were open, which must not cost it memory. */
static struct description *fd_held(int fd)
{
	const struct fd *place = fd_place(fd);
	return place ? __atomic_load_n(&place->description, __ATOMIC_ACQUIRE) : NULL;
}

/* The description that a forked child inherited, of which the parent told. */
static struct description *fd_inherited(int fd)
{
	struct description *held = fd_held(fd);
	if (held)
		description_hold(held);
	return held;
}

/* The traits of a description that others know, too. */
static uint32_t fd_ask_traits(int fd, const struct file *file)
{
	bool channel = file->kind == AIOT_FILE_SOCKET || file->kind == AIOT_FILE_PIPE;
	long flags = channel ? 0 : SYS3(fcntl, fd, F_GETFL, 0);
	uint32_t traits = fd_traits(file, flags < 0 ? 0 : (int)flags);
	return traits & DESCRIPTION_SEEKABLE ? traits | DESCRIPTION_ASK : traits;
}

static struct description *fd_describe(int fd, const struct file *file)
{
	struct description *made = fd_inherited(fd);
	if (made)
		return made;
	uint32_t traits = fd_ask_traits(fd, file);
	made = description_new(traits);
	if (made && traits & DESCRIPTION_SEEKABLE && file->stage != AIOT_STAGE_IPC)
		made->position = SYS3(lseek, fd, 0, SEEK_CUR);
	return made;
}

/* The name of an open descriptor and what it is; false if it is of this library. */
static bool fd_ask_name(int fd, char name[PATH_BYTES], struct stat *about)
{
	if (fd < 0 || SYS2(fstat, fd, about) < 0)
		return false;
	if (S_ISSOCK(about->st_mode)) {
		path_of_inode("socket:[", about->st_ino, name);
		return true;
	}
	if (shared_name(fd, about, name))
		return true;
	if (!path_of_fd(fd, name) || live_is(name, strlen(name)))
		return false;
	fd_undelete(name, about);
	return true;
}

static bool fd_put_where(struct fd *slot, struct fd entry, struct description *known)
{
	slot->file = entry.file;
	slot->generation = entry.generation;
	slot->stage = entry.stage;
	slot->kind = entry.kind;
	if (!__atomic_compare_exchange_n(&slot->description, &known, entry.description, 0,
	                                 __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		return false;
	if (known)
		description_drop(known);
	return true;
}

/* Stores what the kernel said of a descriptor, unless it was opened or closed since
 * it was asked: who did knows better, and a number may be another file's by now.
 * Who does from now on waits, so that an entry is of one of us. */
static bool fd_put_unless_changed(int fd, struct fd entry, struct description *known,
                                  uint32_t changes)
{
	struct fd *slot = fd_slot(fd);
	const void *nobody = NULL, *own = &thread_self;
	bool put = false;
	fd_let_adopt();
	if (__atomic_compare_exchange_n(&fd_adopter, &nobody, &thread_self, 0, __ATOMIC_SEQ_CST,
	                                __ATOMIC_RELAXED)) {
		put = slot && __atomic_load_n(&slot->description, __ATOMIC_ACQUIRE) == known &&
		      __atomic_load_n(fd_changes_of(fd), __ATOMIC_SEQ_CST) == changes &&
		      fd_put_where(slot, entry, known);
		__atomic_compare_exchange_n(&fd_adopter, &own, NULL, 0, __ATOMIC_RELEASE,
		                            __ATOMIC_RELAXED);
	}
	if (!put)
		description_drop(entry.description);
	return put;
}

/* What the kernel says of a descriptor, kept; without a description if it is not
 * open, can't be kept, or is of this library. False where others changed it. */
static bool fd_ask_kernel(int fd, struct fd *entry)
{
	uint32_t changes = __atomic_load_n(fd_changes_of(fd), __ATOMIC_SEQ_CST);
	struct description *known = fd_held(fd);
	struct stat about = {0};
	ROOM(name);
	*entry = (struct fd){0};
	if (!fd_ask_name(fd, name, &about))
		return true;
	/* Else the name may be of another file than what was asked before it. */
	if (__atomic_load_n(fd_changes_of(fd), __ATOMIC_SEQ_CST) != changes)
		return false;
	struct file file = file_named(name, &about);
	struct fd asked = fd_entry(file, fd_describe(fd, &file));
	if (asked.description && !fd_put_unless_changed(fd, asked, known, changes))
		return false;
	*entry = asked;
	if (uring_is_name(name))
		uring_found(fd);
	return true;
}

struct fd fd_adopt(int fd)
{
	struct fd entry = {0};
	if (thread_is_vforked())
		return entry;
	thread_self.busy++;
	for (int asked = 0; asked < FD_ASKED && !fd_ask_kernel(fd, &entry); asked++) {
		if (fd_peek(fd, &entry))
			break;
		entry = (struct fd){0};
	}
	thread_self.busy--;
	return entry;
}

struct fd fd_see(int fd, struct description *own)
{
	struct stat about = {0};
	ROOM(name);
	struct fd seen = {0};
	thread_self.busy++;
	if (fd_ask_name(fd, name, &about)) {
		struct file file = file_named(name, &about);
		*own = (struct description){.traits = fd_ask_traits(fd, &file)};
		seen = fd_entry(file, own);
	}
	thread_self.busy--;
	return seen;
}

/* The file behind a descriptor that was just opened; id 0 and kind UNKNOWN if
 * it is closed already. */
static struct file fd_file(int fd, const char *path, bool certain)
{
	struct stat about = {0};
	ROOM(name);
	if (SYS2(fstat, fd, &about) < 0)
		return (struct file){0};
	if (!certain && path_of_fd(fd, name)) {
		fd_undelete(name, &about);
		path = name;
	}
	return file_named(path, &about);
}

static struct fd fd_keep(int fd, struct file file, int flags)
{
	struct fd entry = fd_entry(file, description_new(fd_traits(&file, flags)));
	fd_end_ring(fd);
	fd_store(fd, entry);
	if (__builtin_expect(!site_program_done, 0) && file.kind == AIOT_FILE_REGULAR &&
	    file.stage == AIOT_STAGE_OTHER)
		site_hook_program();
	return entry;
}

struct fd fd_opened(int fd, const char *path, bool certain, int flags)
{
	if (thread_is_vforked())
		return (struct fd){0};
	thread_self.busy++;
	struct fd entry = fd_keep(fd, fd_file(fd, path, certain), flags);
	thread_self.busy--;
	unseen_below(fd);
	return entry;
}

bool fd_reopened(int fd, const char *path, int flags, struct fd *entry)
{
	struct file file;
	if (path[0] != '/' || !file_recall(path, &file))
		return false;
	thread_self.busy++;
	*entry = fd_keep(fd, file, flags);
	thread_self.busy--;
	unseen_below(fd);
	return true;
}

void fd_copied(int original, int copy)
{
	struct fd entry = fd_look(original);
	if (!entry.description || original == copy)
		return;
	description_hold(entry.description);
	fd_end_ring(copy);
	fd_store(copy, entry);
}

void fd_closed(int fd)
{
	if (__builtin_expect(uring_any, 0))
		__atomic_fetch_add(&fd_closings, 1, __ATOMIC_RELAXED);
	fd_end_ring(fd);
	fd_forget(fd);
}

void fd_forget(int fd)
{
	if (fd_place(fd))
		fd_store(fd, (struct fd){0});
}

void fd_closed_as(int fd, struct description *held)
{
	struct fd *place = fd_place(fd);
	if (place && held &&
	    __atomic_compare_exchange_n(&place->description, &held, NULL, 0, __ATOMIC_ACQ_REL,
	                                __ATOMIC_RELAXED))
		description_drop(held);
}

void fd_closed_from(unsigned first, unsigned last)
{
	unsigned highest = __atomic_load_n(&fd_highest, __ATOMIC_RELAXED);
	for (unsigned fd = first; fd <= last && fd <= highest; fd++)
		fd_closed((int)fd);
}

void fd_appends(int fd)
{
	struct fd entry = fd_look(fd);
	if (entry.description)
		__atomic_fetch_or(&entry.description->traits, DESCRIPTION_APPEND, __ATOMIC_RELAXED);
}
