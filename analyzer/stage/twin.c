/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/twin.h"

#include <string.h>

#include "read/clue.h"
#include "read/system.h"

#define TWINS_MOST 16

/* A folder: the first bytes of a path. */
struct twin_folder {
	const char *path;
	size_t length;
};

static const char *twin_path(const struct judge *j, const struct process *p, size_t i)
{
	return names_text(j->recording->names, process_file_at(p, i)->name);
}

static struct twin_folder twin_folder(const struct judge *j, const struct process *p, size_t i)
{
	const char *path = twin_path(j, p, i);

	return (struct twin_folder){path, clue_folder(path)};
}

/* Whether the process reads this file, and it lies right there. */
static bool twin_within(const struct judge *j, const struct process *p, size_t i,
                        struct twin_folder in)
{
	struct twin_folder own = twin_folder(j, p, i);

	return own.length == in.length && !strncmp(own.path, in.path, in.length) &&
	       features_use(j->features, p->number, i, &(struct use){0})->read_bytes &&
	       system_is_not(j->recording, process_file_at(p, i));
}

static size_t twin_count(const struct judge *j, const struct process *p, struct twin_folder in)
{
	size_t count = 0;

	for (size_t i = 1; i < p->file_count; i++)
		count += twin_within(j, p, i, in);
	return count;
}

/* One that is read and called the same: in that folder, or, NULL, in any other; 0 = none. */
static size_t twin_of(const struct judge *j, const struct process *p, size_t i,
                      const struct twin_folder *in)
{
	struct twin_folder own = twin_folder(j, p, i);
	const char *base = own.path + own.length;

	for (size_t k = 1; k < p->file_count; k++) {
		struct twin_folder other = twin_folder(j, p, k);
		if (k != i && !strcmp(base, other.path + other.length) &&
		    twin_within(j, p, k, in ? *in : other))
			return k;
	}
	return 0;
}

bool twin_is(const struct judge *j, const struct process *p, size_t file)
{
	struct twin_folder own = twin_folder(j, p, file), other;
	size_t count = twin_count(j, p, own), twin = twin_of(j, p, file, NULL);

	if (!twin || count > TWINS_MOST)
		return false;
	other = twin_folder(j, p, twin);
	if (twin_count(j, p, other) != count)
		return false;
	for (size_t i = 1; i < p->file_count; i++)
		if (twin_within(j, p, i, own) && !twin_of(j, p, i, &other))
			return false;
	return true;
}
