/* SPDX-License-Identifier: Apache-2.0
 *
 * Prepared files out of the page cache, or into it, as the run is to find them.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/memory.h"
#include "replay/confine.h"
#include "replay/plain.h"
#include "replay/progress_line.h"
#include "replay/target.h"
#include "replay/warmth.h"

#define COOL_SAMPLES 64
#define COOL_PIECE   ((size_t)16 << 20)
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
	uint64_t room; /* bytes that may still be brought in */
	bool written_out;
	struct progress_line line;
};

/* Of a target that was prepared before, much may be out of it. Not by reading: who
 * traces a replay sees its own reads alone. */
static void cool_bring_in(struct cooling *c, int fd)
{
	struct stat about;
	uint64_t size = fstat(fd, &about) ? 0 : (uint64_t)about.st_size;

	for (uint64_t at = 0; at < size && c->room && !c->target->stop; at += COOL_PIECE) {
		size_t piece = size - at < COOL_PIECE ? (size_t)(size - at) : COOL_PIECE;
		void *there =
		        mmap(NULL, piece, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, (off_t)at);
		if (there != MAP_FAILED)
			munmap(there, piece);
		c->room -= piece < c->room ? piece : c->room;
	}
}

static bool cool_is_warm(const struct target *t, const struct plan_file *place)
{
	switch (t->cache) {
	case TARGET_CACHE_RECORDED: return warmth_is(place);
	case TARGET_CACHE_WARM: return true;
	default: return false;
	}
}

static void cool_file(struct cooling *c, int root, const char *path, bool warm)
{
	int fd = confine_open(root, path, O_RDONLY | O_NONBLOCK, 0);

	if (fd < 0)
		return;
	if (!c->written_out)
		fdatasync(fd);
	if (warm)
		cool_bring_in(c, fd);
	else
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	if (c->done++ % c->every == 0 && !warm)
		cool_look(fd, &c->cached, &c->all);
	close(fd);
	if (progress_line_due(&c->line, c->target->options.quiet))
		fprintf(stderr,
		        "\rout of the page cache, or into it: %" PRIu64 " of %" PRIu64 " files ",
		        c->done, c->target->plan->files * c->target->options.clients);
}

static bool cool_wanted(const struct target *t, unsigned client, uint32_t name)
{
	const struct plan_file *place = &t->plan->places[name];

	return place->first == PLACE_FILE && !(client && t->options.share && !place->changes) &&
	       plain_ok(names_text(t->plan->recording->names, name));
}

/* Most of what the run found lay there, on this host. */
static bool cool_is_same_storage(const struct target *t)
{
	const struct recording *r = t->plan->recording;
	char host[HOST_NAME_MAX + 1] = "";
	uint64_t device, same = 0, other = 0;
	struct stat about;

	gethostname(host, sizeof host - 1);
	if (!r->count || strcmp(process_host(&r->processes[0]), host) || fstat(t->folder, &about))
		return false;
	device = (uint64_t)major(about.st_dev) << 32 | minor(about.st_dev);
	for (uint32_t i = 1; i < t->plan->name_count; i++) {
		const struct plan_file *place = &t->plan->places[i];
		if (place->first == PLACE_FILE && place->inode)
			*(place->device == device ? &same : &other) += 1;
	}
	return same > other;
}

static void cool_choose(struct target *t)
{
	t->cache = t->options.cache;
	if (t->cache == TARGET_CACHE_FITTING)
		t->cache = cool_is_same_storage(t) ? TARGET_CACHE_RECORDED : TARGET_CACHE_COLD;
	t->warm_files = t->warm_bytes = 0;
	for (uint32_t i = 1; i < t->plan->name_count; i++)
		if (cool_wanted(t, 0, i) && warmth_is(&t->plan->places[i])) {
			t->warm_files++;
			t->warm_bytes += (uint64_t)t->plan->places[i].size;
		}
}

/* No more than a run can have found there, whatever its recording says. */
static uint64_t cool_room(void)
{
	return (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE) / 2;
}

int target_cache(struct target *t, struct problem *why)
{
	const struct plan *plan = t->plan;
	struct cooling c = {.target = t,
	                    .every = plan->files / COOL_SAMPLES + 1,
	                    .room = cool_room(),
	                    .written_out = cool_write_out(t)};

	cool_choose(t);
	for (unsigned client = 0; client < t->options.clients; client++)
		for (uint32_t i = 1; i < plan->name_count && !t->stop; i++)
			if (cool_wanted(t, client, i))
				cool_file(&c, t->roots[client], plan_path(plan, i),
				          cool_is_warm(t, &plan->places[i]));
	progress_line_end(&c.line);
	t->cached = c.all ? (double)c.cached / (double)c.all : -1;
	return t->stop ? target_stopped(t, why) : 0;
}
