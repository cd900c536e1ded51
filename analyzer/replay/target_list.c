/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/target_list.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/output.h"
#include "replay/confine.h"
#include "replay/plain.h"
#include "replay/target.h"

bool target_list_has(const struct plan *plan, uint32_t name)
{
	const struct plan_file *place = &plan->places[name];

	return (place->used || place->first == PLACE_FILE || place->first == PLACE_FOLDER) &&
	       plain_ok(names_text(plan->recording->names, name));
}

int target_list_write(int folder, const struct plan *plan, struct problem *why)
{
	int fd = confine_open(folder, TARGET_LIST, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	struct output output;

	if (fd < 0)
		return problem_set(why, TARGET_LIST ": %s", strerror(-fd));
	output_open(&output, fd);
	for (uint32_t i = 1; i < plan->name_count; i++) {
		const char *text = names_text(plan->recording->names, i);
		if (target_list_has(plan, i))
			output_write(&output, text + 1, strlen(text));
	}
	if (output_close(&output) || close(fd))
		return problem_set(why, TARGET_LIST ": %s", strerror(errno));
	return 0;
}

static int target_list_order(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

int target_list_read(int folder, struct target_list *list, struct problem *why)
{
	int fd = confine_open(folder, TARGET_LIST, O_RDONLY | O_NONBLOCK, 0);
	struct stat about;
	size_t have = 0;

	*list = (struct target_list){0};
	if (fd < 0 || fstat(fd, &about) || !S_ISREG(about.st_mode))
		return problem_set(why, TARGET_LIST ": %s; nothing was removed",
		                   fd < 0 ? strerror(-fd) : "not a list");
	list->text = memory_get((size_t)about.st_size + 1, 1);
	while (have < (size_t)about.st_size) {
		ssize_t n = read(fd, list->text + have, (size_t)about.st_size - have);
		if (n <= 0)
			break;
		have += (size_t)n;
	}
	close(fd);
	for (size_t at = 0; at < have; at += strlen(list->text + at) + 1) {
		list->names =
		        memory_grow(list->names, list->count, &list->room, sizeof *list->names);
		list->names[list->count++] = list->text + at;
	}
	if (list->count)
		qsort(list->names, list->count, sizeof *list->names, target_list_order);
	return 0;
}

void target_list_free(struct target_list *list)
{
	free(list->text);
	free(list->names);
}
