/* SPDX-License-Identifier: Apache-2.0
 *
 * Inodes are given again when a file is gone: only a size that is the same says
 * that the file is, too.
 */
#include "stage/alias.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct alias {
	uint64_t device, inode;
	uint32_t name;  /* under which it was written */
	uint32_t maker; /* who wrote it, as struct shared has it; 0: in an earlier run */
	int64_t bytes;
};

struct aliases {
	struct alias *items;
	size_t count, room;
};

static int alias_order(const void *one, const void *other)
{
	const struct alias *a = one, *b = other;

	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	return (a->device > b->device) - (a->device < b->device);
}

static bool alias_file(const struct file *file, const struct file_more *more)
{
	return file->kind == AIOT_FILE_REGULAR && file->name && more->inode;
}

static void aliases_add(const struct judge *j, struct aliases *all, const struct process *p,
                        uint32_t maker)
{
	for (size_t i = 1; i < p->file_count; i++) {
		const struct file *f = process_file_at(p, i);
		const struct file_more *more;
		const struct use *u;
		if (features_plain(j->features, p->number, i))
			continue;
		more = process_file_more(p, i);
		u = features_use(j->features, p->number, i, &(struct use){0});
		if (!alias_file(f, more) || !u->write_bytes || !j->shared[f->name].checkpoint)
			continue;
		all->items = memory_grow(all->items, all->count, &all->room, sizeof *all->items);
		all->items[all->count++] = (struct alias){
		        more->device, more->inode, judge_final_name(f, u), maker, u->write_end};
	}
}

static void aliases_look(const struct judge *j, const struct aliases *all, const struct process *p)
{
	for (size_t i = 1; i < p->file_count; i++) {
		const struct file *f = process_file_at(p, i);
		const struct file_more *more = process_file_more(p, i);
		const struct use *u = features_use(j->features, p->number, i, &(struct use){0});
		struct alias key = {.device = more->device, .inode = more->inode};
		const struct alias *found;
		process_fetch(p, i);
		if (!alias_file(f, more) || !u->reads || u->writes || j->shared[f->name].checkpoint)
			continue;
		found = bsearch(&key, all->items, all->count, sizeof key, alias_order);
		if (!found || found->name == f->name || found->bytes != more->size)
			continue;
		j->shared[f->name].checkpoint = true;
		j->shared[f->name].recurs = j->shared[f->name].random = false;
		j->shared[f->name].maker = found->maker;
	}
}

void aliases_share(struct judge *j, uint32_t run)
{
	const struct recording *r = j->recording;
	struct aliases all = {0};

	/* What earlier runs saved is known, too. */
	for (size_t n = 0; n < r->count; n++)
		if (r->processes[n].run <= run)
			aliases_add(j, &all, &r->processes[n],
			            r->processes[n].run == run ? (uint32_t)n + 1 : 0);
	if (all.count)
		qsort(all.items, all.count, sizeof *all.items, alias_order);
	for (size_t n = 0; all.count && n < r->count; n++)
		if (r->processes[n].run == run)
			aliases_look(j, &all, &r->processes[n]);
	free(all.items);
}
