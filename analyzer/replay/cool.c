/* SPDX-License-Identifier: Apache-2.0
 *
 * Prepared files out of the page cache, so that a run begins cold.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "memory.h"
#include "replay/confine.h"
#include "replay/progress_line.h"
#include "replay/target.h"

#define COOL_SAMPLES 64
#define COOL_APART   256 /* files up to which each is written out by itself */

/* Pages of a file in the cache, and all. mincore tells a file's owner. */
static void cool_look(int fd, uint64_t *cached, uint64_t *all)
{
	struct stat about;
	size_t pages;
	uint8_t *seen;
	void *at;

	if (fstat(fd, &about) || !about.st_size)
		return;
	pages = ((size_t)about.st_size + 4095) / 4096;
	at = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		return;
	seen = memory_get(pages, 1);
	if (!mincore(at, (size_t)about.st_size, seen)) {
		*all += pages;
		for (size_t i = 0; i < pages; i++)
			*cached += seen[i] & 1;
	}
	free(seen);
	munmap(at, (size_t)about.st_size);
}

/* Dirty pages stay whatever one advises. One file after the other would have the
 * file system commit for each of them; all at once has it write out others' too. */
static bool cool_write_out(const struct target *t)
{
	int fd;

	if (t->plan->files <= COOL_APART)
		return false;
	fd = confine_open(t->folder, ".", O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return false;
	if (t->made)
		syncfs(fd);
	close(fd);
	return true;
}

struct cooling {
	struct target *target;
	uint64_t cached, all, every, done;
	bool written_out;
	struct progress_line line;
};

static void cool_file(struct cooling *c, int root, const char *path)
{
	int fd = confine_open(root, path, O_RDONLY | O_NONBLOCK, 0);

	if (fd < 0)
		return;
	if (!c->written_out)
		fdatasync(fd);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	if (c->done++ % c->every == 0)
		cool_look(fd, &c->cached, &c->all);
	close(fd);
	if (progress_line_due(&c->line, c->target->options.quiet))
		fprintf(stderr, "\rout of the page cache: %" PRIu64 " of %" PRIu64 " files ",
		        c->done, c->target->plan->files * c->target->options.clients);
}

static bool cool_wanted(const struct target *t, unsigned client, uint32_t name)
{
	const struct plan_file *place = &t->plan->places[name];

	return place->first == PLACE_FILE && !(client && t->options.share && !place->changes) &&
	       plan_path_ok(names_text(t->plan->recording->names, name));
}

int target_cool(struct target *t, struct problem *why)
{
	const struct plan *plan = t->plan;
	struct cooling c = {.target = t,
	                    .every = plan->files / COOL_SAMPLES + 1,
	                    .written_out = cool_write_out(t)};

	for (unsigned client = 0; client < t->options.clients; client++)
		for (uint32_t i = 1; i < plan->name_count && !t->stop; i++)
			if (cool_wanted(t, client, i))
				cool_file(&c, t->roots[client], plan_path(plan, i));
	progress_line_end(&c.line);
	t->cached = c.all ? (double)c.cached / (double)c.all : -1;
	return t->stop ? target_stopped(t, why) : 0;
}
