/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/gone.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "replay/confine.h"

#define GONE_MOST 65536u

static DIR *gone_list(int folder)
{
	int fd = confine_open(folder, TARGET_GONE, O_RDONLY | O_DIRECTORY, 0);

	return fd >= 0 ? fdopendir(fd) : NULL;
}

/* Names here are numbers; others are not ours. */
static struct dirent *gone_next(DIR *d)
{
	struct dirent *entry;

	do
		entry = readdir(d);
	while (entry && entry->d_name[strspn(entry->d_name, "0123456789")]);
	return entry;
}

/* The first number that is free. */
static uint64_t gone_first(int folder)
{
	DIR *d = gone_list(folder);
	struct dirent *entry;
	uint64_t first = 0;

	while (d && (entry = gone_next(d))) {
		uint64_t number = strtoull(entry->d_name, NULL, 10);
		first = number >= first ? number + 1 : first;
	}
	if (d)
		closedir(d);
	return first;
}

static int gone_folder(struct target *t)
{
	if (!t->gone) {
		mkdirat(t->folder, TARGET_GONE, 0777);
		t->gone = gone_first(t->folder);
	}
	return confine_open(t->folder, TARGET_GONE, O_PATH | O_DIRECTORY, 0);
}

/* A file of one name: another name's contents are to stay. */
static bool gone_can(int root, const char *path)
{
	struct stat about;

	return !confine_stat(root, path, &about) && S_ISREG(about.st_mode) && about.st_nlink == 1;
}

static int gone_move(struct target *t, int root, const char *path)
{
	int folder = gone_folder(t), status, fd;
	char number[32];

	if (folder < 0)
		return folder;
	snprintf(number, sizeof number, "%" PRIu64, t->gone);
	status = confine_rename(root, path, folder, number);
	if (!status) {
		t->gone++;
		fd = confine_open(folder, number, O_WRONLY | O_NONBLOCK, 0);
		if (fd < 0 || ftruncate(fd, 0))
			unlinkat(folder, number, 0);
		if (fd >= 0)
			close(fd);
	}
	close(folder);
	return status;
}

int gone_put(struct target *t, int root, const char *path)
{
	if (gone_can(root, path) && !gone_move(t, root, path))
		return 0;
	return confine_unlink(root, path, 0);
}

void gone_remove(int folder)
{
	DIR *d = gone_list(folder);
	struct dirent *entry;

	while (d && (entry = gone_next(d)))
		unlinkat(dirfd(d), entry->d_name, 0);
	if (d)
		closedir(d);
	unlinkat(folder, TARGET_GONE, AT_REMOVEDIR);
}

void gone_limit(const struct target *t)
{
	if (t->gone > GONE_MOST)
		gone_remove(t->folder);
}
