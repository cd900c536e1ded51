/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/astray.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "replay/confine.h"
#include "replay/target_list.h"

struct astray_move {
	unsigned client;
	uint32_t from, to;
	bool exchanged;
};

struct astray {
	pthread_mutex_t lock;
	bool differs;
	struct astray_move *moves; /* in the order in which they were made */
	size_t count, room;
};

struct astray *astray_new(void)
{
	struct astray *a = memory_get(1, sizeof *a);

	pthread_mutex_init(&a->lock, NULL);
	return a;
}

void astray_free(struct astray *a)
{
	if (!a)
		return;
	pthread_mutex_destroy(&a->lock);
	free(a->moves);
	free(a);
}

void astray_differs(struct astray *a)
{
	__atomic_store_n(&a->differs, true, __ATOMIC_RELAXED);
}

static bool astray_is_folder(int folder, const char *last)
{
	struct stat about;

	return !fstatat(folder, last, &about, AT_SYMLINK_NOFOLLOW) && S_ISDIR(about.st_mode);
}

/* What went as recorded so far is what the plan takes it for. */
bool astray_renamed(struct worker *w, const struct op *op, int folder, const char *last)
{
	struct astray *a = w->run->astray;
	const struct plan_file *place = &w->run->plan->places[op->object];
	bool doubted = (op->bits & OP_FAILS) || __atomic_load_n(&a->differs, __ATOMIC_RELAXED);

	if (!place->folder && !(op->size & RENAME_EXCHANGE) &&
	    !(doubted && astray_is_folder(folder, last)))
		return false;
	pthread_mutex_lock(&a->lock);
	a->moves = memory_grow(a->moves, a->count, &a->room, sizeof *a->moves);
	a->moves[a->count++] = (struct astray_move){w->client, op->object, (uint32_t)op->offset,
	                                            op->size & RENAME_EXCHANGE};
	pthread_mutex_unlock(&a->lock);
	return true;
}

/* ---- what lies where ---- */

struct searching {
	const struct run *run;
	unsigned client;
	int root;
	char path[PATH_MAX]; /* as in the recording, with a slash first */
};

static const char *astray_text(const struct searching *s, uint32_t name)
{
	return names_text(s->run->plan->recording->names, name);
}

static bool astray_is_known(const struct searching *s, const char *path)
{
	uint32_t name = names_find(s->run->plan->recording->names, path, strlen(path));

	return name && target_list_has(s->run->plan, name);
}

/* Or it was made since something was to lie in it. */
static bool astray_holds_known(const struct searching *s, const char *path)
{
	size_t length = strlen(path);

	for (uint32_t i = 1; i < s->run->plan->name_count; i++) {
		const char *text = astray_text(s, i);
		if (!strncmp(text, path, length) && text[length] == '/' &&
		    target_list_has(s->run->plan, i))
			return true;
	}
	return false;
}

/* Below the one folder the path becomes one below the other. */
static bool astray_back(char *path, const char *to, const char *from)
{
	size_t length = strlen(to), before = strlen(from), rest = strlen(path);

	if (rest <= length || strncmp(path, to, length) || path[length] != '/' ||
	    rest - length + before >= PATH_MAX)
		return false;
	memmove(path + before, path + length, rest - length + 1);
	memcpy(path, from, before);
	return true;
}

/* It lay at a place of the plan's before folders were renamed. */
static bool astray_is_ours(const struct searching *s, bool folder)
{
	const struct astray *a = s->run->astray;
	char path[PATH_MAX];

	memcpy(path, s->path, strlen(s->path) + 1);
	for (size_t i = a->count; i-- > 0;) {
		const struct astray_move *m = &a->moves[i];
		const char *from = astray_text(s, m->from), *to = astray_text(s, m->to);
		if (m->client == s->client &&
		    (astray_back(path, to, from) ||
		     (m->exchanged && astray_back(path, from, to))) &&
		    (astray_is_known(s, path) || (folder && astray_holds_known(s, path))))
			return true;
	}
	return false;
}

static bool astray_search(struct searching *s);

static void astray_look(struct searching *s)
{
	bool folder = astray_search(s);

	if (!astray_is_known(s, s->path) && astray_is_ours(s, folder))
		confine_unlink(s->root, s->path + 1, folder ? AT_REMOVEDIR : 0);
}

/* What is in it, where it is a folder; else false. */
static bool astray_search(struct searching *s)
{
	int fd = confine_open(s->root, s->path + 1, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	size_t length = strlen(s->path);
	bool folder = d != NULL;
	struct dirent *entry;

	while (d && (entry = readdir(d))) {
		size_t more = strlen(entry->d_name);
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
		    length + more + 2 > sizeof s->path)
			continue;
		s->path[length] = '/';
		memcpy(s->path + length + 1, entry->d_name, more + 1);
		astray_look(s);
		s->path[length] = 0;
	}
	if (d)
		closedir(d);
	return folder;
}

static int astray_order(const void *one, const void *other)
{
	return memcmp(one, other, 2 * sizeof(uint32_t));
}

/* Each folder once that another one has become. */
static size_t astray_folders(const struct astray *a, uint32_t (*folders)[2])
{
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < a->count; i++) {
		const struct astray_move *m = &a->moves[i];
		memcpy(folders[count++], (uint32_t[2]){m->client, m->to}, sizeof *folders);
		if (m->exchanged)
			memcpy(folders[count++], (uint32_t[2]){m->client, m->from},
			       sizeof *folders);
	}
	qsort(folders, count, sizeof *folders, astray_order);
	for (size_t i = 0; i < count; i++)
		if (!kept || astray_order(folders[i], folders[kept - 1]))
			memmove(folders[kept++], folders[i], sizeof *folders);
	return kept;
}

void astray_remove(const struct run *run)
{
	uint32_t(*folders)[2];
	size_t count;

	if (!run->astray || !run->astray->count)
		return;
	folders = memory_get(run->astray->count * 2, sizeof *folders);
	count = astray_folders(run->astray, folders);
	for (size_t i = 0; i < count; i++) {
		struct searching s = {.run = run,
		                      .client = folders[i][0],
		                      .root = run->target->roots[folders[i][0]]};
		if (snprintf(s.path, sizeof s.path, "%s", astray_text(&s, folders[i][1])) <
		    (int)sizeof s.path)
			astray_search(&s);
	}
	free(folders);
}
