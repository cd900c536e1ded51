/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/folders.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/memory.h"
#include "replay/confine.h"

struct held {
	const char *path; /* not ended at length; NULL = none */
	size_t length;
	int root, fd;
	uint32_t moved;
};

struct folders {
	unsigned count;
	struct held held[];
};

struct folders *folders_new(unsigned most)
{
	unsigned count = most ? most : 1;
	struct folders *folders = memory_get(1, sizeof *folders + count * sizeof(struct held));

	folders->count = count;
	return folders;
}

void folders_free(struct folders *folders)
{
	for (unsigned i = 0; folders && i < folders->count; i++)
		if (folders->held[i].path)
			close(folders->held[i].fd);
	free(folders);
}

static int folders_open(int root, const char *path, size_t length)
{
	char folder[PATH_MAX];

	if (length >= sizeof folder)
		return -ENAMETOOLONG;
	memcpy(folder, path, length);
	folder[length] = 0;
	return confine_open(root, folder, O_PATH | O_DIRECTORY, 0);
}

int folders_of(struct folders *folders, int root, const char *path, uint32_t moved,
               const char **last)
{
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 0;
	struct held *h;

	*last = slash ? slash + 1 : path;
	if (!length)
		return root;
	h = &folders->held[XXH64(path, length, (uint64_t)root) % folders->count];
	if (h->path && h->moved == moved && h->root == root && h->length == length &&
	    !memcmp(h->path, path, length))
		return h->fd;
	if (h->path)
		close(h->fd);
	*h = (struct held){path, length, root, folders_open(root, path, length), moved};
	if (h->fd < 0)
		h->path = NULL;
	return h->fd;
}
