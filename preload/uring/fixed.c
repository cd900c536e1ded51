/* SPDX-License-Identifier: Apache-2.0 */
#include "uring/fixed.h"

#include <string.h>

#include "base/room.h"
#include "base/sys.h"
#include "file/file.h"
#include "file/path.h"
#include "thread.h"

#define FIXED_MOST  (1u << 20)
#define FIXED_TEXT  (1u << 20) /* of /proc/self/fdinfo that is read */
#define FIXED_TRIES 8          /* one after the other: the ring may be in use */
#define FIXED_ASKS  1000       /* at most, for one table */

void fixed_forget(struct uring *ring)
{
	for (uint32_t i = 0; i < ring->file_count; i++)
		fixed_put(ring, i, (struct fd){0});
	if (ring->files)
		sys_unmap(ring->files, ring->file_count * sizeof *ring->files);
	ring->files = NULL;
	ring->file_count = 0;
}

void fixed_make(struct uring *ring, uint32_t count)
{
	fixed_forget(ring);
	ring->files_asked = 0;
	if (!count || count > FIXED_MOST)
		return;
	ring->files = sys_map(count * sizeof *ring->files, 0);
	ring->file_count = ring->files ? count : 0;
}

void fixed_put(struct uring *ring, uint32_t index, struct fd file)
{
	if (index >= ring->file_count)
		return;
	if (file.description)
		description_hold(file.description);
	if (ring->files[index].description)
		description_drop(ring->files[index].description);
	ring->files[index] = file;
}

void fixed_set(struct uring *ring, uint32_t first, const int *fds, uint32_t count)
{
	for (uint32_t i = 0; i < count && first + i < ring->file_count; i++) {
		if (fds[i] == IORING_REGISTER_FILES_SKIP)
			continue;
		struct fd none = {0};
		fixed_put(ring, first + i, fds[i] < 0 ? none : fd_look(fds[i]));
	}
}

static void fixed_registered_2(struct uring *ring, const struct io_uring_rsrc_register *r)
{
	fixed_make(ring, r->nr);
	if (!(r->flags & 1 /* IORING_RSRC_REGISTER_SPARSE */))
		fixed_set(ring, 0, (const int *)(uintptr_t)r->data, r->nr);
}

void fixed_registered(struct uring *ring, unsigned operation, const void *argument, unsigned count)
{
	const struct io_uring_rsrc_update2 *update2 = argument;
	const struct io_uring_files_update *update = argument;
	switch (operation) {
	case IORING_REGISTER_FILES:
		fixed_make(ring, count);
		fixed_set(ring, 0, argument, count);
		break;
	case IORING_REGISTER_FILES2: fixed_registered_2(ring, argument); break;
	case IORING_REGISTER_FILES_UPDATE:
		fixed_set(ring, update->offset, (const int *)(uintptr_t)update->fds, count);
		break;
	case IORING_REGISTER_FILES_UPDATE2:
		fixed_set(ring, update2->offset, (const int *)(uintptr_t)update2->data,
		          update2->nr);
		break;
	case IORING_UNREGISTER_FILES: fixed_forget(ring); break;
	default: break;
	}
}

static uint32_t fixed_number(const char **at)
{
	uint32_t number = 0;
	while (**at == ' ')
		++*at;
	while (**at >= '0' && **at <= '9')
		number = number * 10 + (uint32_t)(*(*at)++ - '0');
	return number;
}

/* The kernel says nothing while the program is inside it, so that this may have
 * to be tried again. "UserFiles:\t2", then a line each: "    0: /the/name". */
static bool fixed_parse(struct uring *ring, const char *text)
{
	const char *at = strstr(text, "UserFiles:\t");
	if (!at)
		return false;
	at += strlen("UserFiles:\t");
	uint32_t count = fixed_number(&at);
	if (count > ring->file_count)
		fixed_make(ring, count);
	while ((at = strchr(at, '\n')) && *++at == ' ') {
		ROOM(name);
		uint32_t index = fixed_number(&at);
		size_t length = strcspn(at, "\n");
		if (at[0] != ':' || at[1] != ' ' || at[2] != '/' || length >= PATH_BYTES + 2)
			continue;
		memcpy(name, at + 2, length - 2);
		name[length - 2] = '\0';
		struct file file = file_named(name, NULL);
		fixed_put(ring, index, (struct fd){.file = file.id, .stage = file.stage});
	}
	return true;
}

static void fixed_ask(struct uring *ring)
{
	char path[40];
	if (ring->fd < 0 || ring->files_asked >= FIXED_ASKS ||
	    ring->files_asked_for == ring->looked)
		return;
	ring->files_asked++;
	ring->files_asked_for = ring->looked;
	char *text = sys_map(FIXED_TEXT, 0);
	if (!text)
		return;
	path_of_information(ring->fd, path);
	thread_self.busy++;
	for (int i = 0; i < FIXED_TRIES && sys_read_file(path, text, FIXED_TEXT) > 0; i++)
		if (fixed_parse(ring, text))
			break;
	thread_self.busy--;
	sys_unmap(text, FIXED_TEXT);
}

struct fd fixed_look(struct uring *ring, uint32_t index)
{
	if (index >= ring->file_count || !ring->files[index].file)
		fixed_ask(ring);
	return index < ring->file_count ? ring->files[index] : (struct fd){0};
}
