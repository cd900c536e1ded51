/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/target.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/memory.h"
#include "replay/confine.h"
#include "replay/gone.h"
#include "replay/target_list.h"

#define TARGET_FORMAT "aiotrace replay target 1\n"

/* 1 if it is, 0 if not, -errno where nobody may look. */
static int target_is_empty(int folder)
{
	int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy >= 0 ? fdopendir(copy) : NULL;
	struct dirent *entry;
	int empty = 1;

	if (!d)
		return -errno;
	while ((entry = readdir(d)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") &&
		    strcmp(entry->d_name, "lost+found"))
			empty = 0;
	closedir(d);
	return empty;
}

/* 1 if it is a target, 0 if it has no marker, -EINVAL if the marker is another's, or -errno. */
static int target_marker(int folder, uint64_t *hash, unsigned *clients)
{
	char text[256] = "";
	int fd = confine_open(folder, TARGET_MARKER, O_RDONLY | O_NONBLOCK, 0);
	ssize_t n;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	n = read(fd, text, sizeof text - 1);
	close(fd);
	if (n <= 0 || strncmp(text, TARGET_FORMAT, strlen(TARGET_FORMAT)))
		return -EINVAL;
	return sscanf(text + strlen(TARGET_FORMAT), "plan %" SCNx64 " clients %u", hash, clients) ==
	                       2
	               ? 1
	               : -EINVAL;
}

/* What lies in a target is told by the plan and by the kind of contents. */
static uint64_t target_hash(const struct target *t)
{
	uint64_t hash = t->plan->hash + t->options.sparse;
	double ratio = t->options.compressible - 1;

	return t->options.sparse || ratio <= 0 ? hash : hash ^ XXH64(&ratio, sizeof ratio, 1);
}

static int target_mark(struct target *t, struct problem *why)
{
	char text[256];
	int fd = confine_open(t->folder, TARGET_MARKER, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	int n = snprintf(text, sizeof text, TARGET_FORMAT "plan %016" PRIx64 " clients %u\n",
	                 target_hash(t), t->options.clients);
	bool written = fd >= 0 && write(fd, text, (size_t)n) == n;

	if (fd >= 0)
		close(fd);
	if (!written)
		return problem_set(why, "%s/" TARGET_MARKER ": %s", t->options.folder,
		                   strerror(fd < 0 ? -fd : errno));
	return target_list_write(t->folder, t->plan, why);
}

static int target_folder(const char *name, bool make, struct problem *why)
{
	int fd;

	if (make && mkdir(name, 0777) && errno != EEXIST)
		return problem_set(why, "%s: %s", name, strerror(errno));
	fd = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 ? fd : problem_set(why, "%s: %s", name, strerror(errno));
}

static int target_roots(struct target *t, struct problem *why)
{
	t->roots = memory_get(t->options.clients, sizeof *t->roots);
	for (unsigned i = 0; i < t->options.clients; i++)
		t->roots[i] = -1;
	for (unsigned i = 0; i < t->options.clients; i++) {
		char name[32];
		snprintf(name, sizeof name, "client-%u", i);
		if (mkdirat(t->folder, name, 0777) && errno != EEXIST)
			return problem_set(why, "%s/%s: %s", t->options.folder, name,
			                   strerror(errno));
		t->roots[i] = confine_open(t->folder, name, O_PATH | O_DIRECTORY, 0);
		if (t->roots[i] == -ENOSYS)
			return problem_set(why, "openat2 is missing: a replay confines itself by "
			                        "it and needs Linux 5.6 or newer");
		if (t->roots[i] < 0)
			return problem_set(why, "%s/%s: %s", t->options.folder, name,
			                   strerror(-t->roots[i]));
	}
	return 0;
}

int target_open(struct target *t, const struct plan *plan, const struct target_options *options,
                struct problem *why)
{
	uint64_t hash = 0;
	unsigned clients = 0;
	int marker, empty;

	*t = (struct target){.plan = plan, .options = *options, .cached = -1};
	t->folder = target_folder(options->folder, true, why);
	if (t->folder < 0)
		return -1;
	marker = target_marker(t->folder, &hash, &clients);
	empty = marker ? 0 : target_is_empty(t->folder);
	if (marker == -EACCES || empty < 0)
		return problem_set(why, "%s: %s", options->folder,
		                   strerror(empty < 0 ? -empty : -marker));
	if (marker < 0 || (!marker && !empty))
		return problem_set(why,
		                   "%s: not empty, and not made by aiotrace replay; name a folder "
		                   "that is new or empty",
		                   options->folder);
	if (marker && (hash != target_hash(t) || clients != options->clients))
		return problem_set(
		        why,
		        "%s: holds the files of another recording, stage, number of clients or "
		        "kind of contents; remove them with: aiotrace replay --clean "
		        "--target %s",
		        options->folder, options->folder);
	t->reused = marker;
	if (!marker && target_mark(t, why))
		return -1;
	return target_roots(t, why);
}

int target_stopped(const struct target *t, struct problem *why)
{
	return problem_set(why,
	                   "%s: interrupted while preparing; what was prepared is kept, a next "
	                   "replay goes on with it, --clean removes it",
	                   t->options.folder);
}

bool target_is_there(const struct target *t)
{
	struct stat held, named;

	return !fstat(t->folder, &held) && !stat(t->options.folder, &named) &&
	       held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

int target_root(const struct target *t, unsigned client, uint32_t name)
{
	return t->roots[t->options.share && !t->plan->places[name].changes ? 0 : client];
}

void target_close(struct target *t)
{
	for (unsigned i = 0; t->roots && i < t->options.clients; i++)
		if (t->roots[i] >= 0)
			close(t->roots[i]);
	free(t->roots);
	gone_limit(t);
	if (t->folder >= 0)
		close(t->folder);
	t->folder = -1;
	t->roots = NULL;
}

static void target_remove(int root, const char *path, uint64_t *removed)
{
	int status = confine_unlink(root, path, 0);

	if (status == -EISDIR || status == -EPERM)
		status = confine_unlink(root, path, AT_REMOVEDIR);
	*removed += status == 0;
}

/* The folders above a name, from the innermost, as far as they are empty. */
static void target_remove_above(int root, const char *path, uint64_t *removed)
{
	char *folder = memory_text(path, strlen(path)), *slash;

	while ((slash = strrchr(folder, '/'))) {
		*slash = 0;
		if (confine_unlink(root, folder, AT_REMOVEDIR))
			break;
		(*removed)++;
	}
	free(folder);
}

static uint64_t target_count_left(int root)
{
	int copy = confine_open(root, ".", O_RDONLY | O_DIRECTORY, 0);
	DIR *d = copy >= 0 ? fdopendir(copy) : NULL;
	struct dirent *entry;
	uint64_t left = 0;

	while (d && (entry = readdir(d)))
		left += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	if (d)
		closedir(d);
	return left;
}

/* Again and again, as long as folders become empty. */
static void target_clean_client(int root, const struct target_list *list, uint64_t *removed)
{
	uint64_t before;

	do {
		before = *removed;
		for (size_t i = list->count; i-- > 0;)
			target_remove(root, list->names[i], removed);
	} while (*removed != before);
	for (size_t i = list->count; i-- > 0;)
		target_remove_above(root, list->names[i], removed);
}

int target_clean(const char *name, uint64_t *removed, uint64_t *left, struct problem *why)
{
	struct target_list list;
	uint64_t hash;
	unsigned clients;
	int folder = target_folder(name, false, why), root, marker;

	*removed = *left = 0;
	if (folder < 0)
		return -1;
	marker = target_marker(folder, &hash, &clients);
	if (marker != 1) {
		close(folder);
		if (marker == -EACCES)
			return problem_set(why, "%s: %s; nothing was removed", name,
			                   strerror(EACCES));
		return problem_set(why, "%s: not made by aiotrace replay; nothing was removed",
		                   name);
	}
	if (target_list_read(folder, &list, why)) {
		close(folder);
		return -1;
	}
	for (unsigned i = 0; i < clients; i++) {
		char client[32];
		snprintf(client, sizeof client, "client-%u", i);
		root = confine_open(folder, client, O_PATH | O_DIRECTORY, 0);
		if (root < 0)
			continue;
		target_clean_client(root, &list, removed);
		*left += target_count_left(root);
		close(root);
		unlinkat(folder, client, AT_REMOVEDIR);
	}
	target_list_free(&list);
	gone_remove(folder);
	if (!*left) {
		unlinkat(folder, TARGET_LIST, 0);
		unlinkat(folder, TARGET_MARKER, 0);
	}
	close(folder);
	return 0;
}
