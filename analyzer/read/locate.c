/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds the trace files behind command-line arguments. A folder that holds
 * .aiot files is a run; one that holds such folders is a folder of runs. Looks
 * no deeper: a data set below a run folder must not be walked.
 */
#include "read/locate.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aiotrace/format.h"
#include "base/memory.h"

struct listing {
	struct dirent **entries;
	int count;
};

static bool locate_ends(const char *name, const char *suffix)
{
	size_t n = strlen(name), s = strlen(suffix);

	return n > s && !strcmp(name + n - s, suffix);
}

static char *locate_join(const char *folder, const char *name)
{
	size_t n = strlen(folder), slash = n && folder[n - 1] == '/' ? 0 : 1;
	char *path = memory_get(n + slash + strlen(name) + 1, 1);

	memcpy(path, folder, n);
	if (slash)
		path[n] = '/';
	strcpy(path + n + slash, name);
	return path;
}

static int locate_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static struct listing locate_list(const char *folder)
{
	struct listing list = {0};

	list.count = scandir(folder, &list.entries, locate_visible, alphasort);
	return list;
}

static void locate_unlist(struct listing *list)
{
	for (int i = 0; i < list->count; i++)
		free(list->entries[i]);
	if (list->count >= 0)
		free(list->entries);
}

static uint32_t locate_run(struct located *l, const char *folder)
{
	for (size_t i = 0; i < l->run_count; i++)
		if (!strcmp(l->runs[i], folder))
			return (uint32_t)i;
	l->runs = memory_grow(l->runs, l->run_count, &l->run_room, sizeof *l->runs);
	l->runs[l->run_count] = memory_text(folder, strlen(folder));
	return (uint32_t)l->run_count++;
}

static void locate_add(struct located *l, const char *folder, char *path)
{
	size_t room = l->room;

	for (size_t i = 0; i < l->count; i++)
		if (!strcmp(l->files[i], path)) {
			free(path);
			return;
		}
	l->run_of = memory_grow(l->run_of, l->count, &room, sizeof *l->run_of);
	l->files = memory_grow(l->files, l->count, &l->room, sizeof *l->files);
	l->run_of[l->count] = locate_run(l, folder);
	l->files[l->count++] = path;
}

/* A live file whose trace is gone holds events without clocks or names. */
static void locate_orphan(const char *live, struct problems *found)
{
	char *trace = memory_text(live, strlen(live));
	struct stat st;

	strcpy(trace + strlen(trace) - strlen(AIOT_LIVE_SUFFIX), AIOT_SUFFIX);
	if (stat(trace, &st))
		problems_add(
		        found,
		        "%s: its trace %s is missing; the events in it cannot be read without, "
		        "copy both files",
		        live, strrchr(trace, '/') ? strrchr(trace, '/') + 1 : trace);
	free(trace);
}

static bool locate_folder(struct located *l, const char *folder, struct problems *found)
{
	struct listing list = locate_list(folder);
	bool any = false;

	for (int i = 0; i < list.count; i++) {
		const char *name = list.entries[i]->d_name;
		char *path = locate_join(folder, name);
		if (locate_ends(name, AIOT_SUFFIX)) {
			locate_add(l, folder, path);
			any = true;
			continue;
		}
		if (locate_ends(name, AIOT_LIVE_SUFFIX))
			locate_orphan(path, found);
		free(path);
	}
	locate_unlist(&list);
	return any;
}

static bool locate_runs(struct located *l, const char *folder, bool newest, struct problems *found)
{
	struct listing list = locate_list(folder);
	bool any = false;

	for (int i = list.count - 1; i >= 0 && !(newest && any); i--) {
		char *path = locate_join(folder, list.entries[i]->d_name);
		struct stat st;
		if (!stat(path, &st) && S_ISDIR(st.st_mode) && locate_folder(l, path, found))
			any = true;
		free(path);
	}
	locate_unlist(&list);
	return any;
}

static int locate_one(struct located *l, const char *name, struct problems *found,
                      struct problem *why)
{
	char *path = memory_text(name, strlen(name));
	const char *slash = strrchr(name, '/');
	size_t n = strlen(path);
	struct stat st;
	char *folder;
	bool any;

	while (n > 1 && path[n - 1] == '/')
		path[--n] = 0;
	if (stat(path, &st)) {
		problem_set(why, "%s: %s; give a trace file, a run folder or a folder of runs",
		            name, strerror(errno));
		free(path);
		return -1;
	}
	if (!S_ISDIR(st.st_mode)) {
		folder = slash ? memory_text(name, (size_t)(slash - name)) : memory_text(".", 1);
		locate_add(l, folder, path);
		free(folder);
		return 0;
	}
	if (access(path, R_OK | X_OK)) {
		problem_set(why, "%s: %s; check the folder's permissions", name, strerror(errno));
		free(path);
		return -1;
	}
	any = locate_folder(l, path, found) || locate_runs(l, path, false, found);
	if (!any)
		problem_set(why, "%s: holds no %s files; give a run folder or a folder of runs",
		            name, AIOT_SUFFIX);
	free(path);
	return any ? 0 : -1;
}

int locate(char *const *names, size_t count, struct located *located, struct problems *found,
           struct problem *why)
{
	*located = (struct located){0};
	if (!count && !locate_runs(located, LOCATE_DEFAULT, true, found))
		return problem_set(
		        why,
		        "./%s: holds no run; record one with `aiotrace record -- CMD` or "
		        "name a trace",
		        LOCATE_DEFAULT);
	for (size_t i = 0; i < count; i++)
		if (locate_one(located, names[i], found, why)) {
			locate_free(located);
			return -1;
		}
	return 0;
}

void locate_free(struct located *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->files[i]);
	for (size_t i = 0; i < l->run_count; i++)
		free(l->runs[i]);
	free(l->files);
	free(l->run_of);
	free(l->runs);
	*l = (struct located){0};
}
