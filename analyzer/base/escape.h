/* SPDX-License-Identifier: Apache-2.0
 *
 * Paths as the formats want them written. A path is escaped once and kept,
 * since it stands in many rows.
 */
#ifndef ESCAPE_H
#define ESCAPE_H

#include <stddef.h>
#include <stdint.h>

#include "base/names.h"

/* Each returns a text to free(), with its length. */
char *escape_csv(const char *path, size_t *length); /* RFC 4180, raw bytes kept */
char *escape_json(const char *path,
                  size_t *length); /* quoted; bytes that are no UTF-8 as \xHH text */
char *escape_text(const char *path, size_t *length); /* quoted as in C */

/* For a place where quotes would be in the way: what moves a terminal's cursor or is no
 * UTF-8 becomes \xHH. Writes at most `room` bytes with the NUL; whole characters. */
void escape_plain(const char *text, char *into, size_t room);

struct escapes {
	char *(*escape)(const char *, size_t *);
	char **text; /* by number of the name */
	size_t *length;
	uint32_t count;
	const struct names *names;
};

void escapes_init(struct escapes *escapes, const struct names *names,
                  char *(*escape)(const char *, size_t *));
void escapes_free(struct escapes *escapes);

/* The escaped path of a name and its length; valid until escapes_free. */
const char *escapes_get(struct escapes *escapes, uint32_t name, size_t *length);

#endif
