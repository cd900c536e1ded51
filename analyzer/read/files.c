/* SPDX-License-Identifier: Apache-2.0 */
#include "read/files.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"

/* Descriptions of a name that are looked at: those of a file that grows all differ. */
#define FILES_LOOKS 8

static uint32_t files_append(struct files *files, const struct file *file,
                             const struct file_more *more)
{
	files->items = memory_grow(files->items, files->count, &files->room, sizeof *files->items);
	files->more =
	        memory_grow(files->more, files->count, &files->more_room, sizeof *files->more);
	files->before = memory_grow(files->before, files->count, &files->before_room,
	                            sizeof *files->before);
	files->items[files->count] = *file;
	files->more[files->count] = *more;
	return (uint32_t)files->count++;
}

struct files *files_new(void)
{
	struct files *files = memory_get(1, sizeof *files);

	files_append(files, &(struct file){0}, &(struct file_more){.size = -1});
	return files;
}

void files_free(struct files *files)
{
	if (!files)
		return;
	free(files->items);
	free(files->more);
	free(files->before);
	free(files->latest);
	free(files);
}

void files_trim(struct files *files)
{
	files->items = memory_trim(files->items, files->count, &files->room, sizeof *files->items);
	files->more =
	        memory_trim(files->more, files->count, &files->more_room, sizeof *files->more);
	free(files->before);
	free(files->latest);
	files->before = files->latest = NULL;
	files->before_room = files->latest_room = 0;
}

static bool files_equal(const struct files *files, uint32_t number, const struct file *file,
                        const struct file_more *more)
{
	const struct file *a = &files->items[number];
	const struct file_more *b = &files->more[number];

	return a->kind == file->kind && a->stage == file->stage && b->device == more->device &&
	       b->inode == more->inode && b->size == more->size;
}

uint32_t files_add(struct files *files, const struct file *file, const struct file_more *more)
{
	uint32_t number;

	while (file->name >= files->latest_room)
		files->latest = memory_grow(files->latest, files->latest_room, &files->latest_room,
		                            sizeof *files->latest);
	number = files->latest[file->name];
	for (int looks = 0; number && looks < FILES_LOOKS; looks++) {
		if (files_equal(files, number, file, more))
			return number;
		number = files->before[number];
	}
	number = files_append(files, file, more);
	files->before[number] = files->latest[file->name];
	files->latest[file->name] = number;
	return number;
}
