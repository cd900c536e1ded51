/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/root.h"

#include <string.h>

#include "read/system.h"

/* Less may be settings, which lie anywhere. */
#define LEAST_DATA (UINT64_C(16) << 10)

/* Length of the folders that both paths lie in; of the first one, `folder` bytes are. */
static size_t root_common(const char *one, size_t folder, const char *other)
{
	size_t common = 0;

	for (size_t i = 0; i < folder && other[i] == one[i]; i++)
		common = one[i] == '/' ? i : common;
	return !strncmp(one, other, folder) && other[folder] == '/' ? folder : common;
}

static void root_add(struct judge *j, const struct process *p, size_t i)
{
	const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
	const char *path = names_text(j->recording->names, process_file_at(p, i)->name);

	if (u->read_bytes < LEAST_DATA || u->writes || *path != '/' ||
	    !system_is_not(j->recording, process_file_at(p, i)))
		return;
	j->root_length = j->root ? root_common(j->root, j->root_length, path) : clue_folder(path);
	j->root = path;
}

void root_find(struct judge *j, uint32_t run)
{
	j->root = NULL;
	j->root_length = 0;
	for (size_t n = 0; n < j->recording->count; n++) {
		const struct process *p = &j->recording->processes[n];
		for (size_t i = 1; p->run == run && i < p->file_count; i++) {
			judge_fetch(j, p, i);
			root_add(j, p, i);
		}
	}
}

bool root_checkpoint_folder(const struct judge *j, const char *path)
{
	bool within =
	        j->root && !strncmp(path, j->root, j->root_length) && path[j->root_length] == '/';

	return clue_checkpoint_folder(within ? path + j->root_length : path);
}
