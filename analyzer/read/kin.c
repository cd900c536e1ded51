/* SPDX-License-Identifier: Apache-2.0 */
#include "read/kin.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/wrap.h"

/* A pid of a run; of processes of the same one, their images, then in order of start. */
static int kin_order(const void *one, const void *other)
{
	const struct process *a = *(struct process *const *)one;
	const struct process *b = *(struct process *const *)other;

	if (a->run != b->run)
		return a->run < b->run ? -1 : 1;
	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	if (a->image != b->image)
		return a->image < b->image ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

void kin_find(struct recording *r)
{
	r->by_pid = memory_get(r->count, sizeof *r->by_pid);
	for (size_t i = 0; i < r->count; i++)
		r->by_pid[i] = &r->processes[i];
	if (r->count)
		qsort(r->by_pid, r->count, sizeof *r->by_pid, kin_order);
}

/* Where those of a run's pid begin, from an image on. */
static size_t kin_first(const struct recording *r, uint32_t run, uint64_t pid, int64_t image)
{
	size_t low = 0, high = r->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct process *p = r->by_pid[middle];
		if (p->run < run || (p->run == run && p->pid < pid) ||
		    (p->run == run && p->pid == pid && p->image < image))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The next of them from *at on, of that host; NULL behind the last. */
static const struct process *kin_next(const struct recording *r, size_t *at,
                                      const struct process *like, uint64_t pid)
{
	while (*at < r->count) {
		const struct process *q = r->by_pid[(*at)++];
		if (q->run != like->run || q->pid != pid)
			return NULL;
		if (!strcmp(process_host(q), process_host(like)))
			return q;
	}
	return NULL;
}

const struct process *kin_of_pid(const struct recording *r, const struct process *like,
                                 uint64_t pid, size_t *at)
{
	if (!*at)
		*at = kin_first(r, like->run, pid, 0);
	return kin_next(r, at, like, pid);
}

/* A pid may be used again; the parent is the latest image that had begun. An
 * exec'ed image's parent is that of the image before. */
const struct process *kin_parent(const struct recording *r, const struct process *p)
{
	size_t at = kin_first(r, p->run, p->ppid, 0);
	const struct process *best = NULL, *q;

	while ((q = kin_next(r, &at, p, p->ppid))) {
		if (q == p || wrap_add(q->start_ns, (uint64_t)q->clock) >
		                      wrap_add(p->start_ns, (uint64_t)p->clock))
			continue;
		if (!best || q->start_ns > best->start_ns)
			best = q;
	}
	return best;
}

const struct process *kin_image(const struct recording *r, const struct process *p, int step)
{
	int64_t image = (int64_t)p->image + step;
	size_t at = kin_first(r, p->run, p->pid, image);
	const struct process *q;

	while ((q = kin_next(r, &at, p, p->pid)) && q->image <= image)
		if (q->image == image)
			return q;
	return NULL;
}
