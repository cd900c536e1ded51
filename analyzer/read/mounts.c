/* SPDX-License-Identifier: Apache-2.0
 *
 * A file's mount is the one with the longest matching path, if the device
 * agrees. Where it does not, the file system may number its files otherwise
 * (overlay, btrfs), or the path went through a symbolic link and another mount
 * has the device.
 */
#include "read/mounts.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "read/mount_class.h"

/* The mounts that one namespace shows, last mounted last, and what was found
 * for files by their names. */
struct mount_view {
	const char *host, *list, *late; /* the texts it was read from */
	uint32_t *items;
	size_t count, room;
	uint32_t number; /* from 1 */
	struct mount_found {
		uint64_t device;
		uint32_t mount;
		uint32_t view; /* that it was found for */
	} * found;             /* by name */
};

/* The next blank-separated field, cut off in place; "" at the end. */
static char *mounts_field(char **line)
{
	char *field = *line + strspn(*line, " ");
	char *end = field + strcspn(field, " ");

	*line = *end ? end + 1 : end;
	*end = '\0';
	return field;
}

/* Blanks stand as \040 in the list. */
static void mounts_unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && text[2] >= '0' &&
		    text[2] <= '7' && text[3] >= '0' && text[3] <= '7') {
			*to++ = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 |
			               (text[3] - '0'));
			text += 3;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

static uint64_t mounts_device(const char *text)
{
	char *colon;
	uint64_t major = strtoull(text, &colon, 10);

	return *colon == ':' ? major << 32 | strtoul(colon + 1, NULL, 10) : 0;
}

static char *mounts_copy(const char *text)
{
	return memory_text(text, strlen(text));
}

static uint32_t mounts_keep(struct mounts *m, const struct mount *new)
{
	for (uint32_t i = 1; i < m->count; i++) {
		const struct mount *known = &m->items[i];
		if (known->device == new->device && !strcmp(known->host, new->host) &&
		    !strcmp(known->point, new->point) && !strcmp(known->type, new->type) &&
		    !strcmp(known->source, new->source))
			return i;
	}
	m->items = memory_grow(m->items, m->count, &m->room, sizeof *m->items);
	m->items[m->count] = (struct mount){.host = mounts_copy(new->host),
	                                    .point = mounts_copy(new->point),
	                                    .type = mounts_copy(new->type),
	                                    .source = mounts_copy(new->source),
	                                    .options = mounts_copy(new->options),
	                                    .class = mount_class(new->type),
	                                    .medium = mount_medium(new->source),
	                                    .device = new->device,
	                                    .whole = new->whole};
	return (uint32_t)m->count++;
}

/* One line: id parent major:minor root point options tags… - type source more. */
static void mounts_line(struct mounts *m, struct mount_view *view, char *line)
{
	struct mount new = {.host = (char *)view->host};
	char *tags;

	mounts_field(&line);
	mounts_field(&line);
	new.device = mounts_device(mounts_field(&line));
	new.whole = !strcmp(mounts_field(&line), "/");
	new.point = mounts_field(&line);
	new.options = mounts_field(&line);
	do
		tags = mounts_field(&line);
	while (*tags && strcmp(tags, "-") != 0);
	new.type = mounts_field(&line);
	new.source = mounts_field(&line);
	mounts_unescape(new.point);
	mounts_unescape(new.source);
	if (new.point[0] != '/' || !new.type[0])
		return;
	view->items = memory_grow(view->items, view->count, &view->room, sizeof *view->items);
	view->items[view->count++] = mounts_keep(m, &new);
}

static void mounts_list(struct mounts *m, struct mount_view *view, const char *list)
{
	char *text = mounts_copy(list), *line = text;

	while (*line) {
		char *end = line + strcspn(line, "\n");
		char *next = *end ? end + 1 : end;
		*end = '\0';
		mounts_line(m, view, line);
		line = next;
	}
	free(text);
}

/* The list that a process saw: its own, or the one that its hash names. */
static const char *mounts_text(const struct recording *r, const struct process *p)
{
	const char *own = process_attribute(p, "mountinfo");
	const char *hash = process_attribute(p, "mountinfo.hash");

	for (size_t i = 0; !own && hash && i < r->count; i++) {
		const struct process *q = &r->processes[i];
		const char *other = process_attribute(q, "mountinfo.hash");
		if (q->run == p->run && other && !strcmp(other, hash) &&
		    !strcmp(process_host(q), process_host(p)))
			own = process_attribute(q, "mountinfo");
	}
	return own;
}

static size_t mounts_match(const char *point, const char *path)
{
	size_t n = strlen(point);

	if (n == 1)
		return 1;
	return !strncmp(point, path, n) && (path[n] == '/' || !path[n]) ? n : 0;
}

/* The mount with the longest path; of one device only, unless it is 0. */
static uint32_t mounts_longest(const struct mounts *m, const struct mount_view *view,
                               const char *path, uint64_t device)
{
	uint32_t best = 0;
	size_t most = 0;

	for (size_t i = 0; i < view->count; i++) {
		const struct mount *mount = &m->items[view->items[i]];
		size_t n = mounts_match(mount->point, path);
		if (n && n >= most && (!device || mount->device == device)) {
			most = n;
			best = view->items[i];
		}
	}
	return best;
}

/* A mount of the device, whatever its path; best one that shows all of it. */
static uint32_t mounts_by_device(const struct mounts *m, const struct mount_view *view,
                                 uint64_t device)
{
	uint32_t best = 0;

	for (size_t i = 0; i < view->count; i++) {
		const struct mount *mount = &m->items[view->items[i]];
		if (mount->device == device && (!best || (mount->whole && !m->items[best].whole)))
			best = view->items[i];
	}
	return best;
}

static uint32_t mounts_of_file(const struct mounts *m, const struct mount_view *view,
                               const struct file *file, uint64_t device, const char *path)
{
	bool place = file->kind == AIOT_FILE_REGULAR || file->kind == AIOT_FILE_DIRECTORY ||
	             file->kind == AIOT_FILE_UNKNOWN;
	uint32_t longest, other = 0;

	if (!place || path[0] != '/' || !strncmp(path, "/memfd:", 7) || !strncmp(path, "/SYSV", 5))
		return 0;
	longest = mounts_longest(m, view, path, 0);
	if (!device || m->items[longest].device == device ||
	    mount_numbers_otherwise(m->items[longest].type))
		return longest;
	other = mounts_longest(m, view, path, device);
	if (!other)
		other = mounts_by_device(m, view, device);
	return other ? other : longest;
}

static void mounts_of_process(struct mounts *m, const struct recording *r,
                              const struct mount_view *view, const struct process *p)
{
	m->of[p->number] = memory_get(p->file_count, sizeof **m->of);
	for (size_t i = 1; view->count && i < p->file_count; i++) {
		const struct file *file = process_file_at(p, i);
		uint64_t device = process_file_more(p, i)->device;
		struct mount_found *found = &view->found[file->name];
		if (found->view != view->number || found->device != device)
			*found = (struct mount_found){
			        device,
			        mounts_of_file(m, view, file, device,
			                       names_text(r->names, file->name)),
			        view->number};
		m->of[p->number][i] = found->mount;
	}
}

struct mounts *mounts_find(const struct recording *r)
{
	struct mounts *m = memory_get(1, sizeof *m);
	struct mount_view view = {0};

	m->items = memory_grow(NULL, 0, &m->room, sizeof *m->items);
	m->items[0] = (struct mount){.type = mounts_copy("")};
	m->count = 1;
	m->processes = r->count;
	m->of = memory_get(r->count, sizeof *m->of);
	view.found = memory_get(names_count(r->names), sizeof *view.found);
	for (size_t i = 0; i < r->count; i++) {
		const struct process *p = &r->processes[i];
		const char *list = mounts_text(r, p);
		const char *late = process_attribute(p, "mountinfo.late");
		/* Neighbours mostly share a view. */
		if (list != view.list || late != view.late || !view.host ||
		    strcmp(view.host, process_host(p)) != 0) {
			view.count = 0;
			view.number++;
			view.list = list;
			view.late = late;
			view.host = process_host(p);
			if (list)
				mounts_list(m, &view, list);
			if (late)
				mounts_list(m, &view, late);
		}
		mounts_of_process(m, r, &view, p);
	}
	free(view.items);
	free(view.found);
	return m;
}

void mounts_free(struct mounts *m)
{
	for (size_t i = 0; i < m->count; i++) {
		free(m->items[i].host);
		free(m->items[i].point);
		free(m->items[i].type);
		free(m->items[i].source);
		free(m->items[i].options);
	}
	for (size_t i = 0; i < m->processes; i++)
		free(m->of[i]);
	free(m->of);
	free(m->items);
	free(m);
}
