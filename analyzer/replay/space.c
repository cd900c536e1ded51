/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/space.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/wrap.h"
#include "replay/inventory.h"

#define SPACE_HOLE 65536 /* what is skipped below that is no hole to speak of */

struct moved_folder {
	uint32_t from, to;
};

struct space {
	struct plan *plan;
	int64_t used, peak; /* bytes that the run adds to what it found */
	struct moved_folder *moved;
	size_t moved_count, moved_room;
	bool renamed_unknown; /* something was, so that what it is may be learnt later */
};

struct space *space_new(struct plan *plan)
{
	struct space *space = memory_get(1, sizeof *space);

	space->plan = plan;
	return space;
}

static const char *space_text(const struct space *s, uint32_t name)
{
	return names_text(s->plan->recording->names, name);
}

uint32_t space_name(struct space *s, const char *text, size_t length)
{
	return inventory_name(s->plan, text, length);
}

static bool space_below(const char *path, const char *folder, size_t length)
{
	return !strncmp(path, folder, length) && path[length] == '/';
}

/* What lies in a folder that was renamed lay in the old one when the run began. */
static uint32_t space_first_name(struct space *s, uint32_t name)
{
	for (size_t i = s->moved_count; i-- > 0;) {
		const char *to = space_text(s, s->moved[i].to), *path = space_text(s, name);
		size_t length = strlen(to);
		char *old;
		int n;
		if (!space_below(path, to, length))
			continue;
		n = asprintf(&old, "%s%s", space_text(s, s->moved[i].from), path + length);
		if (n < 0)
			abort();
		name = space_name(s, old, (size_t)n);
		free(old);
	}
	return name;
}

static void space_first(struct space *s, uint32_t name, bool folder, int64_t size)
{
	struct plan_file *place = &s->plan->places[name];

	place->first = folder ? PLACE_FOLDER : PLACE_FILE;
	place->folder |= folder;
	place->unsized = !folder && size < 0;
	if (!folder && size > place->size)
		place->size = size;
}

static void space_size(struct plan_file *place, int64_t size)
{
	place->grown = size > 0 ? size : 0;
	if (size > place->largest)
		place->largest = size;
}

static void space_empty(struct plan_file *place)
{
	place->grown = place->held = place->ahead = place->reserved = 0;
}

static void space_moved(struct space *s, uint32_t from, uint32_t to)
{
	s->moved = memory_grow(s->moved, s->moved_count, &s->moved_room, sizeof *s->moved);
	s->moved[s->moved_count++] = (struct moved_folder){from, to};
}

/* Who only asks for a file does not learn its size: who opens it later does, if nothing was
 * written to it meanwhile. */
static void space_sized(struct space *s, uint32_t name, int64_t size)
{
	struct plan_file *place = &s->plan->places[name];

	if (!place->unsized || size < 0)
		return;
	place->unsized = false;
	if (place->now != PLACE_FILE || place->origin != name || place->grown || place->held)
		return;
	place->size = size;
	space_size(place, size);
	place->held = size;
}

/* What was renamed before anything was known of it: it was so from the start. */
static void space_learnt(struct space *s, uint32_t name, bool folder, int64_t size)
{
	struct plan_file *place = &s->plan->places[name];
	struct plan_file *begun = &s->plan->places[place->origin];

	if (!place->origin || place->origin == name || place->now != PLACE_FILE ||
	    begun->first != PLACE_FILE)
		return;
	if (folder) {
		begun->first = place->now = PLACE_FOLDER;
		begun->folder = place->folder = true;
		space_moved(s, place->origin, name);
	} else if (size > begun->size) {
		begun->size = size;
		space_size(place, size);
		place->held = size;
	}
}

/* What something lies in is a folder. */
static void space_learnt_above(struct space *s, uint32_t name)
{
	const char *path = space_text(s, name);

	for (size_t n = strlen(path); s->renamed_unknown && n > 1; n--) {
		uint32_t above =
		        path[n] == '/' ? names_find(s->plan->recording->names, path, n) : 0;
		if (above && above < s->plan->name_count)
			space_learnt(s, above, true, 0);
	}
}

bool space_can_be(struct space *s, uint32_t name)
{
	const struct plan_file *place = &s->plan->places[name];
	const char *path = space_text(s, name), *slash = strrchr(path, '/');
	uint32_t parent;

	if (place->now == PLACE_ABSENT)
		return !place->changes;
	if (place->now != PLACE_UNKNOWN || slash == path)
		return true;
	space_learnt_above(s, name);
	/* In a folder that the run made nothing lies that nobody put there. */
	parent = names_find(s->plan->recording->names, path, (size_t)(slash - path));
	return !parent || s->plan->places[parent].first != PLACE_ABSENT ||
	       !s->plan->places[parent].used || s->moved_count;
}

void space_found(struct space *s, uint32_t name, bool folder, int64_t size)
{
	struct plan_file *place = &s->plan->places[name];
	uint32_t old;

	place->used = true;
	place->folder |= folder;
	space_learnt(s, name, folder, size);
	if (!folder)
		space_sized(s, name, size);
	if (place->now == PLACE_UNKNOWN)
		space_learnt_above(s, name);
	if (place->now == PLACE_FILE && folder && place->first == PLACE_FILE)
		place->first = place->now = PLACE_FOLDER;
	if (place->now == PLACE_FILE || place->now == PLACE_FOLDER)
		return;
	if (place->now == PLACE_ABSENT && place->changes)
		return; /* made out of the recording's sight: openings make it */
	old = place->now == PLACE_UNKNOWN ? space_first_name(s, name) : name;
	space_first(s, old, folder, size);
	place = &s->plan->places[name];
	place->used = true;
	place->folder |= folder;
	place->now = folder ? PLACE_FOLDER : PLACE_FILE;
	space_size(place, size > 0 ? size : 0);
	place->held = place->grown;
	place->origin = old;
	if (old != name) {
		s->plan->places[old].now = PLACE_ABSENT;
		place->first = PLACE_ABSENT;
		place->changes = s->plan->places[old].changes = true;
	}
}

void space_missed(struct space *s, uint32_t name)
{
	struct plan_file *place = &s->plan->places[name];

	if (place->now != PLACE_UNKNOWN)
		return;
	place->first = place->now = PLACE_ABSENT;
}

void space_missed_above(struct space *s, uint32_t name)
{
	const char *path = space_text(s, name), *slash = strrchr(path, '/');
	uint32_t above;
	char *text;

	if (slash == path)
		return;
	text = memory_text(path, (size_t)(slash - path));
	above = space_name(s, text, (size_t)(slash - path));
	free(text);
	space_missed(s, above);
	s->plan->places[above].used = true;
}

static void space_add(struct space *s, int64_t bytes)
{
	if (__builtin_add_overflow(s->used, bytes, &s->used))
		s->used = bytes > 0 ? INT64_MAX : INT64_MIN;
	if (s->used > s->peak)
		s->peak = s->used;
}

void space_made(struct space *s, uint32_t name, bool folder)
{
	struct plan_file *place = &s->plan->places[name];

	place->used = true;
	if (place->now == PLACE_UNKNOWN)
		place->first = PLACE_ABSENT;
	if (place->now == PLACE_FILE || place->now == PLACE_FOLDER)
		return;
	place->now = folder ? PLACE_FOLDER : PLACE_FILE;
	place->folder |= folder;
	space_empty(place);
	place->origin = 0;
}

void space_removed(struct space *s, uint32_t name)
{
	space_found(s, name, false, 0);
	space_add(s, -s->plan->places[name].held);
	space_empty(&s->plan->places[name]);
	s->plan->places[name].now = PLACE_ABSENT;
	s->plan->places[name].origin = 0;
}

/* All that lies in a renamed folder has another name now. */
static void space_folder_renamed(struct space *s, uint32_t from, uint32_t to)
{
	size_t length = strlen(space_text(s, from));
	uint32_t count = s->plan->name_count;

	space_moved(s, from, to);
	for (uint32_t i = 1; i < count; i++) {
		uint8_t now = s->plan->places[i].now;
		char *text;
		int n;
		if ((now != PLACE_FILE && now != PLACE_FOLDER) ||
		    !space_below(space_text(s, i), space_text(s, from), length))
			continue;
		n = asprintf(&text, "%s%s", space_text(s, to), space_text(s, i) + length);
		if (n < 0)
			abort();
		n = (int)space_name(s, text, (size_t)n);
		free(text);
		space_renamed(s, i, (uint32_t)n);
	}
}

void space_renamed(struct space *s, uint32_t from, uint32_t to)
{
	struct plan_file *a, *b;
	bool folder;

	s->renamed_unknown |= s->plan->places[from].now == PLACE_UNKNOWN;
	space_found(s, from, false, 0);
	a = &s->plan->places[from];
	b = &s->plan->places[to];
	folder = a->now == PLACE_FOLDER;
	b->used = true;
	b->folder |= folder;
	a->changes = b->changes = true;
	if (b->now == PLACE_UNKNOWN)
		b->first = PLACE_ABSENT;
	space_add(s, -b->held);
	b->now = a->now == PLACE_ABSENT ? PLACE_FILE : a->now;
	space_size(b, a->grown);
	b->held = a->held;
	b->ahead = a->ahead;
	b->reserved = a->reserved;
	b->origin = a->origin;
	a->now = PLACE_ABSENT;
	a->origin = 0;
	space_empty(a);
	if (folder)
		space_folder_renamed(s, from, to);
}

void space_linked(struct space *s, uint32_t from, uint32_t to)
{
	space_found(s, from, false, 0);
	space_made(s, to, false);
}

void space_read(struct space *s, uint32_t name, int64_t end)
{
	struct plan_file *place = &s->plan->places[name];

	if (end > place->grown)
		space_learnt(s, name, false, end);
	if (end <= place->grown || place->first != PLACE_FILE || place->now != PLACE_FILE)
		return;
	/* Larger than was known: then it was so from the start. */
	if (end > place->size)
		place->size = end;
	space_size(place, end);
	place->held = end;
}

/* Behind the file's end, as far as it has not grown into that meanwhile. */
static int64_t space_ahead(const struct plan_file *place)
{
	int64_t room = place->reserved > place->grown ? place->reserved - place->grown : 0;

	return place->ahead < room ? place->ahead : room;
}

/* No more than its size and what it keeps behind that, however many bytes more it is
 * said to hold. */
static void space_hold(struct space *s, struct plan_file *place, int64_t more)
{
	int64_t bytes, most = wrap_add((uint64_t)place->grown, (uint64_t)space_ahead(place));

	if (__builtin_add_overflow(place->held, more, &bytes) || bytes > most)
		bytes = most;
	if (bytes < 0)
		bytes = 0;
	space_add(s, bytes - place->held);
	place->held = bytes;
}

void space_grown(struct space *s, uint32_t name, int64_t end, int64_t bytes)
{
	struct plan_file *place = &s->plan->places[name];
	int64_t skipped = wrap_span(place->grown, wrap_span(bytes, end));

	if (skipped > 0 && skipped < SPACE_HOLE)
		bytes = wrap_add((uint64_t)bytes, (uint64_t)skipped);
	if (end > place->grown)
		space_size(place, end);
	space_hold(s, place, bytes);
}

void space_kept(struct space *s, uint32_t name, int64_t offset, int64_t bytes)
{
	struct plan_file *place = &s->plan->places[name];
	int64_t end = offset + bytes;
	int64_t behind = end - (offset > place->grown ? offset : place->grown);

	if (behind > 0 && __builtin_add_overflow(place->ahead, behind, &place->ahead))
		place->ahead = INT64_MAX;
	if (end > place->reserved)
		place->reserved = end;
	space_hold(s, place, bytes);
}

void space_resized(struct space *s, uint32_t name, int64_t size)
{
	struct plan_file *place = &s->plan->places[name];

	if (size <= place->grown)
		place->ahead = place->reserved = 0;
	space_size(place, size);
	space_hold(s, place, 0);
}

void space_finish(struct space *s)
{
	inventory_finish(s->plan, (uint64_t)s->peak, s->moved_count);
	free(s->moved);
	free(s);
}
