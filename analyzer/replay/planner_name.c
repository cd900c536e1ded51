/* SPDX-License-Identifier: Apache-2.0
 *
 * What is done to names: opened, made, removed, renamed, looked at. What that says
 * of the files that the run found, and which uses of a name come before which.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "replay/planner.h"

void planner_seen(struct planner *p, const struct happening *h)
{
	const struct file_more *file = process_file_first(h->process, h->file);
	struct plan_file *place = &p->plan->places[h->name];

	place->used = true;
	if (!place->inode && file->inode) {
		place->inode = file->inode;
		place->device = file->device;
	}
}

void planner_resized(struct planner *p, const struct happening *h, uint64_t size,
                     const struct moment_of *at)
{
	order_resize(p->order, h->name, (uint64_t)p->plan->places[h->name].grown, size, at);
	space_resized(p->space, h->name, (int64_t)size);
}

/* An opening that succeeded: what that says of the file. */
static void planner_opened(struct planner *p, struct happening *h, uint32_t opening,
                           const struct moment_of *at)
{
	const struct file_more *file = process_file_first(h->process, h->file);
	const struct plan_file *place = &p->plan->places[h->name];
	bool folder = process_file_at(h->process, h->file)->kind == AIOT_FILE_DIRECTORY ||
	              (h->aux & O_DIRECTORY);
	bool made = (h->aux & O_CREAT) && (place->now == PLACE_ABSENT ||
	                                   (place->now == PLACE_UNKNOWN &&
	                                    ((h->aux & (O_EXCL | O_TRUNC)) || file->size <= 0 ||
	                                     !space_can_be(p->space, h->name))));

	if (made)
		space_made(p->space, h->name, false);
	else
		space_found(p->space, h->name, folder, file->size);
	if (made || (h->aux & O_TRUNC))
		order_change(p->order, h->name, at);
	else
		order_use(p->order, h->name, at);
	if ((h->aux & O_TRUNC) && !made)
		planner_resized(p, h, 0, at);
	p->plan->openings[opening].found = p->plan->places[h->name].origin;
}

/* A recording has the inode that a name led to when it was first opened. */
static bool planner_is_first(struct planner *p, const struct happening *h)
{
	struct process_state *s = &p->processes[h->process->number];
	uint8_t bit = (uint8_t)(1u << h->file % 8);
	bool first;

	if (!s->looked)
		s->looked = memory_get(h->process->file_count / 8 + 1, 1);
	first = !(s->looked[h->file / 8] & bit);
	s->looked[h->file / 8] |= bit;
	return first;
}

/* The inode of a file without a name is another one's soon. */
static void planner_leads(struct planner *p, struct happening *h, bool nameless)
{
	const struct file_more *file = process_file_first(h->process, h->file);
	uint32_t flags = h->aux;
	bool makes = (flags & O_CREAT) && (flags & (O_EXCL | O_TRUNC));
	bool at_link = h->result < 0 && (flags & (O_NOFOLLOW | O_EXCL));

	if (h->result >= 0 && file->inode && !nameless && planner_is_first(p, h))
		aliases_opened(p->aliases, h->raw, file->device, file->inode, makes);
	h->name = at_link ? aliases_within(p->aliases, h->raw) : aliases_of(p->aliases, h->raw);
}

enum refusal planner_open(struct planner *p, struct happening *h)
{
	uint32_t flags = h->aux & (O_ACCMODE | O_CREAT | O_EXCL | O_TRUNC | O_APPEND | O_DIRECT |
	                           O_DSYNC | O_SYNC | O_DIRECTORY | O_NOFOLLOW | O_TMPFILE);
	bool nameless = (flags & O_TMPFILE) == O_TMPFILE;
	uint32_t opening;
	struct moment_of at;

	if (!strncmp(h->call->name, "mk", 2))
		h->aux = flags = O_RDWR | O_CREAT | O_EXCL;
	if (nameless) /* else as any new file: the recording calls it #INODE */
		h->aux = (flags & ~(uint32_t)O_TMPFILE) | O_CREAT | O_EXCL;
	planner_leads(p, h, nameless);
	if (h->result >= 0 && !(h->aux & O_CREAT))
		planner_appears(p, h);
	opening = planner_new_opening(p, h->name, flags);
	planner_emit(p, h, OP_OPEN, opening, &at);
	planner_opened_at(p, opening, h, &at);
	planner_seen(p, h);
	if (p->plan->places[h->name].changes)
		planner_parent_folder(p, h->name, &at);
	if (h->result < 0) {
		order_use(p->order, h->name, &at);
		if (h->result == -ENOENT)
			space_missed(p->space, h->name);
		if (h->result == -ENOENT && (flags & O_CREAT) && h->name == h->raw)
			space_missed_above(p->space, h->name);
		planner_over(p, opening);
		return REFUSAL_COUNT;
	}
	if (h->handle)
		planner_handle(p, h, opening);
	if (nameless)
		id_table_set(planner_table(&p->processes[h->process->number].nameless),
		             (uint32_t)h->result, opening + 1);
	planner_opened(p, h, opening, &at);
	return REFUSAL_COUNT;
}

/* Whether one of two different names lies below the other. */
static bool planner_is_nested(const struct planner *p, uint32_t one, uint32_t other)
{
	const char *a = names_text(p->plan->recording->names, one);
	const char *b = names_text(p->plan->recording->names, other);
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	return (!a[n] && b[n] == '/') || (!b[n] && a[n] == '/');
}

/* A name that is renamed to itself stays. */
static void planner_rename(struct planner *p, uint32_t from, uint32_t to)
{
	if (from == to)
		return;
	aliases_renamed(p->aliases, from, to);
	space_renamed(p->space, from, to);
	order_renamed(p->order, from, to);
}

/* As by three renames, what lies below folders too. */
static void planner_exchange(struct planner *p, uint32_t one, uint32_t other)
{
	const char *text = names_text(p->plan->recording->names, one);
	uint32_t aside;
	char *name;
	int n = asprintf(&name, "%s.exchanged", text);

	if (n < 0)
		abort();
	aside = space_name(p->space, name, (size_t)n);
	free(name);
	space_found(p->space, one, false, 0);
	space_found(p->space, other, false, 0);
	planner_rename(p, one, aside);
	planner_rename(p, other, one);
	planner_rename(p, aside, other);
	p->plan->places[aside].used = false;
}

/* What a call on a path says of the names, where it succeeded. */
static void planner_path_done(struct planner *p, const struct happening *h,
                              const struct moment_of *at)
{
	bool folder = process_file_at(h->process, h->file)->kind == AIOT_FILE_DIRECTORY;

	switch (h->is.kind) {
	case OP_MKDIR: space_made(p->space, h->name, true); break;
	case OP_RMDIR: space_found(p->space, h->name, true, 0); /* fall through */
	case OP_UNLINK:
		space_removed(p->space, h->name);
		aliases_removed(p->aliases, h->name);
		break;
	case OP_SYMLINK:
		space_made(p->space, h->name, false);
		aliases_linked(p->aliases, h->name, h->leads, at->lane, at->op);
		break;
	case OP_RENAME:
		if (h->size & RENAME_EXCHANGE)
			planner_exchange(p, h->name, h->second);
		else
			planner_rename(p, h->name, h->second);
		break;
	case OP_LINK:
		space_linked(p->space, h->name, h->second);
		aliases_hard_linked(p->aliases, h->name, h->second);
		break;
	case OP_TRUNCATE:
		space_found(p->space, h->name, false,
		            process_file_first(h->process, h->file)->size);
		planner_resized(p, h, h->size, at);
		break;
	default:
		space_found(p->space, h->name, folder,
		            process_file_first(h->process, h->file)->size);
		order_use(p->order, h->name, at);
		return;
	}
	order_change(p->order, h->name, at);
	if (h->second)
		order_change(p->order, h->second, at);
}

enum refusal planner_path(struct planner *p, struct happening *h)
{
	struct moment_of at;
	struct op *op;

	if (h->is.kind == OP_TRUNCATE && h->size > (uint64_t)PLANNER_FARTHEST)
		return REFUSAL_RANGE;
	if (!h->second && (h->is.kind == OP_RENAME || h->is.kind == OP_LINK))
		return REFUSAL_UNNAMED;
	if (h->is.kind == OP_RENAME && h->result >= 0 && planner_is_nested(p, h->name, h->second))
		return REFUSAL_ITSELF;
	if (h->is.kind == OP_UNLINK && h->result >= 0 &&
	    p->plan->places[h->name].now == PLACE_FOLDER) {
		/* What unlink removes, but for remove(3), was a symbolic link to it. */
		if (strcmp(h->call->name, "remove"))
			return REFUSAL_CALL;
		h->is.kind = OP_RMDIR;
	}
	if (h->result >= 0 && h->is.kind != OP_MKDIR && h->is.kind != OP_SYMLINK)
		planner_appears(p, h);
	op = planner_emit(p, h, h->is.kind, h->name, &at);
	planner_shape(p, h, op);
	if (h->second || h->is.kind == OP_SYMLINK)
		op->offset = h->second ? h->second : h->leads;
	planner_seen(p, h);
	if (h->second)
		p->plan->places[h->second].used = true;
	if (h->result >= 0) {
		planner_path_done(p, h, &at);
	} else {
		order_use(p->order, h->name, &at);
		if (h->result == -ENOENT)
			space_missed(p->space, h->name);
		if (h->result == -ENOENT && h->is.kind == OP_MKDIR && h->name == h->raw)
			space_missed_above(p->space, h->name);
		if (h->result == -EEXIST && h->is.kind == OP_MKDIR)
			space_found(p->space, h->name, true, 0);
	}
	if (p->plan->places[h->name].changes)
		planner_parent_folder(p, h->name, &at);
	return REFUSAL_COUNT;
}

/* Whose descriptors a name in /proc or /dev is about; without a number, or with one that
 * nobody has, those of who names it. */
static const struct process *planner_whose(const struct planner *p, const struct happening *h,
                                           const char *path)
{
	const struct recording *recording = p->plan->recording;
	unsigned long pid = strncmp(path, "/proc/", 6) ? 0 : strtoul(path + 6, NULL, 10);

	for (size_t i = recording->count; pid && pid != h->process->pid && i-- > 0;) {
		const struct process *other = &recording->processes[i];
		if (other->pid == pid && p->processes[i].nameless &&
		    !strcmp(process_host(other), process_host(h->process)))
			return other;
	}
	return h->process;
}

uint32_t planner_nameless(struct planner *p, const struct happening *h)
{
	const char *path = names_text(p->plan->recording->names, h->raw), *fd;
	uint32_t known = h->handle ? planner_known(p, h) : 0;
	const struct opening_state *state;
	struct id_table *table;

	if (known)
		return known;
	fd = !strncmp(path, "/proc/", 6) || !strncmp(path, "/dev/", 5) ? strstr(path, "/fd/")
	                                                               : NULL;
	table = fd ? p->processes[planner_whose(p, h, path)->number].nameless : NULL;
	known = table ? id_table_get(table, (uint32_t)strtoul(fd + 4, NULL, 10)) : 0;
	state = known ? planner_state(p, known - 1) : NULL;
	return state && !state->closed ? known : 0;
}

void planner_named(struct planner *p, struct happening *h, uint32_t opening)
{
	uint32_t name = p->plan->openings[opening].name;
	struct moment_of at;

	planner_emit(p, h, OP_LINK_OPEN, opening, &at)->offset = h->second;
	planner_uses(p, opening, &at);
	p->plan->places[h->second].used = true;
	planner_parent_folder(p, h->second, &at);
	if (h->result < 0) {
		order_use(p->order, h->second, &at);
		return;
	}
	aliases_removed(p->aliases, h->second);
	if ((p->plan->openings[opening].flags & O_TMPFILE) == O_TMPFILE && name != h->second) {
		space_renamed(p->space, name, h->second);
		order_renamed(p->order, name, h->second);
	} else {
		space_linked(p->space, name, h->second);
	}
	order_change(p->order, h->second, &at);
}
