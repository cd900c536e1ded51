/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes the target's files as the run found them. What is there and right is
 * kept, so that a second replay prepares only what the first one changed.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/units.h"
#include "replay/confine.h"
#include "replay/content.h"
#include "replay/gone.h"
#include "replay/plain.h"
#include "replay/progress_line.h"
#include "replay/target.h"

#define PREPARE_PIECE ((size_t)1 << 20)
#define PREPARE_SPARE 0.02 /* of the space that file systems need for themselves */

struct preparing {
	struct target *target;
	uint8_t *piece;
	uint64_t done, total; /* names */
	uint64_t seed;
	uint64_t removed, blocked; /* of an earlier replay; folders that were not empty */
	struct progress_line line;
};

static void prepare_tell(struct preparing *p)
{
	if (!progress_line_due(&p->line, p->target->options.quiet))
		return;
	fprintf(stderr, "\rpreparing: %3.0f %%, %" PRIu64 " of %" PRIu64 " names, %.1f GB written ",
	        p->total ? 100.0 * (double)p->done / (double)p->total : 100, p->done, p->total,
	        (double)p->target->made_bytes / 1e9);
}

static int prepare_failed(const struct preparing *p, unsigned client, const char *path, int status,
                          struct problem *why)
{
	return problem_set(why,
	                   "%s/client-%u/%s: %s; what was prepared is kept, a next replay goes "
	                   "on with it",
	                   p->target->options.folder, client, path, strerror(-status));
}

/* Contents from where the file ends now. */
static int prepare_fill(struct preparing *p, int fd, uint64_t from, uint64_t size)
{
	double ratio = p->target->options.compressible;

	if (p->target->options.sparse)
		return ftruncate(fd, (off_t)size) ? -errno : 0;
	while (from < size && !p->target->stop) {
		size_t n = size - from < PREPARE_PIECE ? (size_t)(size - from) : PREPARE_PIECE;
		ssize_t written;
		content_fill(p->piece, (n + 7) & ~(size_t)7, ratio, p->seed++ << 20);
		written = pwrite(fd, p->piece, n, (off_t)from);
		if (written <= 0)
			return written ? -errno : -ENOSPC;
		from += (uint64_t)written;
		p->target->made_bytes += (uint64_t)written;
		prepare_tell(p);
	}
	return 0;
}

static int prepare_size(struct preparing *p, int fd, const struct plan_file *place)
{
	struct stat about;

	if (fstat(fd, &about))
		return -errno;
	if (!S_ISREG(about.st_mode))
		return -EINVAL;
	if (about.st_size == place->size) {
		p->target->kept++;
		return 0;
	}
	p->target->made++;
	if (about.st_size > place->size)
		return ftruncate(fd, place->size) ? -errno : 0;
	return prepare_fill(p, fd, (uint64_t)about.st_size, (uint64_t)place->size);
}

static int prepare_file(struct preparing *p, int root, const char *path,
                        const struct plan_file *place)
{
	int fd = confine_open(root, path, O_RDWR | O_CREAT | O_NONBLOCK, 0666), status;

	if (fd == -ENOENT) {
		status = confine_folders(root, path);
		if (status)
			return status;
		fd = confine_open(root, path, O_RDWR | O_CREAT | O_NONBLOCK, 0666);
	}
	if (fd == -EISDIR && !confine_unlink(root, path, AT_REMOVEDIR))
		fd = confine_open(root, path, O_RDWR | O_CREAT, 0666);
	if (fd < 0)
		return fd;
	status = prepare_size(p, fd, place);
	if (close(fd) && !status)
		status = -errno;
	return status;
}

static int prepare_folder(int root, const char *path)
{
	int status = confine_mkdir(root, path);

	if (status == -ENOENT) {
		status = confine_folders(root, path);
		if (!status)
			status = confine_mkdir(root, path);
	}
	return status == -EEXIST ? 0 : status;
}

/* What an earlier replay made here and the run did not find. */
static int prepare_absent(struct preparing *p, int root, const char *path)
{
	int status = gone_put(p->target, root, path);

	if (status == -EISDIR || status == -EPERM)
		status = confine_unlink(root, path, AT_REMOVEDIR);
	p->removed += !status;
	p->blocked += status == -ENOTEMPTY;
	return status == -ENOENT || status == -ENOTDIR || status == -ENOTEMPTY ? 0 : status;
}

static int prepare_alias(struct preparing *p, int root, const char *path,
                         const struct plan_file *place)
{
	const struct plan *plan = p->target->plan;
	const char *first = plan_path(plan, place->alias);
	struct stat a, b;
	int status;

	if (confine_stat(root, first, &a))
		return prepare_file(p, root, path, place);
	if (!confine_stat(root, path, &b)) {
		if (a.st_ino == b.st_ino)
			return 0;
		confine_unlink(root, path, 0);
	}
	status = confine_folders(root, path);
	if (!status)
		status = confine_link(root, first, root, path);
	return status ? prepare_file(p, root, path, place) : 0;
}

static int prepare_name(struct preparing *p, unsigned client, uint32_t name, struct problem *why)
{
	const struct plan *plan = p->target->plan;
	const struct plan_file *place = &plan->places[name];
	const char *path;
	int root = p->target->roots[client], status = 0;

	if ((!place->used && place->first < PLACE_FILE) || place->first == PLACE_UNKNOWN ||
	    !plain_ok(names_text(plan->recording->names, name)))
		return 0;
	path = plan_path(plan, name);
	if (client && p->target->options.share && !place->changes && place->first != PLACE_FOLDER)
		return 0;
	switch (place->first) {
	case PLACE_FOLDER: status = prepare_folder(root, path); break;
	case PLACE_FILE:
		status = place->alias ? prepare_alias(p, root, path, place)
		                      : prepare_file(p, root, path, place);
		break;
	default:
		if (p->target->reused)
			status = prepare_absent(p, root, path);
	}
	return status ? prepare_failed(p, client, path, status, why) : 0;
}

/* A folder that nothing is known of, but that something was made in. */
static int prepare_folder_above(struct preparing *p, unsigned client, uint32_t name)
{
	const struct plan *plan = p->target->plan;
	const char *text = names_text(plan->recording->names, name), *slash = strrchr(text, '/');

	if (plan->places[name].first != PLACE_ABSENT || !plan->places[name].used ||
	    !plain_ok(text) || slash == text)
		return 0;
	for (size_t n = (size_t)(slash - text); n > 0; n--) {
		uint32_t above = text[n] == '/' ? names_find(plan->recording->names, text, n) : 0;
		if (above && plan->places[above].first == PLACE_ABSENT)
			return 0; /* the run makes it, or gives it that name */
	}
	return confine_folders(p->target->roots[client], text + 1);
}

/* Again and again, as long as folders become empty. */
static int prepare_removals(struct preparing *p, unsigned client, struct problem *why)
{
	const struct plan *plan = p->target->plan;

	if (!p->target->reused)
		return 0;
	do {
		p->removed = p->blocked = 0;
		for (uint32_t i = plan->name_count; i-- > 1 && !p->target->stop;)
			if (plan->places[i].first == PLACE_ABSENT &&
			    prepare_name(p, client, i, why))
				return -1;
	} while (p->removed && p->blocked && !p->target->stop);
	return 0;
}

static int prepare_clients(struct preparing *p, struct problem *why)
{
	const struct plan *plan = p->target->plan;

	for (unsigned c = 0; c < p->target->options.clients; c++) {
		if (prepare_removals(p, c, why))
			return -1;
		for (uint32_t i = 1; i < plan->name_count; i++, p->done++) {
			if (p->target->stop)
				return target_stopped(p->target, why);
			if (plan->places[i].first != PLACE_ABSENT && prepare_name(p, c, i, why))
				return -1;
			prepare_tell(p);
		}
		for (uint32_t i = 1; i < plan->name_count; i++)
			prepare_folder_above(p, c, i);
	}
	return 0;
}

static uint64_t prepare_times(uint64_t a, uint64_t b)
{
	uint64_t product;

	return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

static int prepare_space(const struct target *t, struct problem *why)
{
	const struct plan *plan = t->plan;
	uint64_t grows = plan->bytes_peak - plan->bytes_first;
	uint64_t first = t->options.sparse ? 0 : plan->bytes_first;
	uint64_t need = first == UINT64_MAX || plan->bytes_peak == UINT64_MAX
	                        ? UINT64_MAX
	                        : prepare_times(first, t->options.share ? 1 : t->options.clients);
	uint64_t names = prepare_times(plan->files + plan->folders, t->options.clients);
	struct statvfs about;
	struct unit a, b;
	int probe = confine_open(t->folder, ".", O_RDONLY | O_DIRECTORY, 0);

	if (__builtin_add_overflow(need, prepare_times(grows, t->options.clients), &need))
		need = UINT64_MAX;
	if (probe < 0 || fstatvfs(probe, &about)) {
		if (probe >= 0)
			close(probe);
		return 0;
	}
	close(probe);
	if (t->reused)
		return 0;
	if ((double)need * (1 + PREPARE_SPARE) > (double)about.f_bavail * (double)about.f_frsize)
		return problem_set(why,
		                   "%s: the replay needs %s, there are %s; name a larger "
		                   "target, or --sparse",
		                   t->options.folder, unit_bytes(&a, (double)need),
		                   unit_bytes(&b, (double)about.f_bavail * (double)about.f_frsize));
	if (about.f_files && names > about.f_favail)
		return problem_set(
		        why, "%s: the replay makes %" PRIu64 " names, there are %" PRIu64 " inodes",
		        t->options.folder, names, (uint64_t)about.f_favail);
	return 0;
}

/* What was refused before anything was made is to be refused again, not to be taken for
 * prepared. */
static void prepare_refused(const struct target *t)
{
	char name[32];

	for (unsigned i = 0; i < t->options.clients; i++) {
		snprintf(name, sizeof name, "client-%u", i);
		unlinkat(t->folder, name, AT_REMOVEDIR);
	}
	unlinkat(t->folder, TARGET_LIST, 0);
	unlinkat(t->folder, TARGET_MARKER, 0);
}

int target_prepare(struct target *t, struct problem *why)
{
	struct preparing p = {.target = t,
	                      .total = prepare_times(t->plan->name_count, t->options.clients),
	                      .seed = t->plan->hash | 1};
	int status = prepare_space(t, why);

	p.piece = memory_get(1, PREPARE_PIECE);
	if (status)
		prepare_refused(t);
	else
		status = prepare_clients(&p, why);
	progress_line_end(&p.line);
	free(p.piece);
	t->reused = true; /* from now on, an earlier replay may have been here */
	return status;
}
