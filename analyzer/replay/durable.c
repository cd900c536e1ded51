/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "replay/confine.h"
#include "replay/name.h"

/* The same pages, where they are not mapped. */
static int64_t durable_unmapped(struct worker *w, uint32_t opening)
{
	int fd = w->files[opening].fd, own = -1;
	int64_t status;

	if (fd < 0)
		fd = own = name_open_as(w, w->run->plan->openings[opening].name,
		                        O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return fd;
	status = fdatasync(fd) ? -errno : 0;
	if (own >= 0)
		close(own);
	return status;
}

/* Where the file was cut meanwhile, not all of it is memory any more. */
int64_t durable_msync(struct worker *w, const struct op *op)
{
	const struct plan_range *range = &w->run->plan->ranges[op->size];
	const struct open_file *f = &w->files[op->object];
	uint64_t size = __atomic_load_n(&f->map_size, __ATOMIC_ACQUIRE), left = size - op->offset;
	uint8_t *map = __atomic_load_n(&f->map, __ATOMIC_ACQUIRE);

	if (range->length && range->length < left)
		left = range->length;
	if (map && op->offset < size) {
		if (!msync(map + op->offset, left, (int)range->mode))
			return 0;
		if (errno != ENOMEM)
			return -errno;
	}
	return range->mode & MS_SYNC ? durable_unmapped(w, op->object) : 0;
}

/* Never a sync of the machine: the target's file system alone. */
int64_t durable_sync(struct worker *w)
{
	int fd = confine_open(w->run->target->roots[w->client], ".", O_RDONLY | O_DIRECTORY, 0);
	int64_t status;

	if (fd < 0)
		return fd;
	status = syncfs(fd) ? -errno : 0;
	close(fd);
	return status;
}
