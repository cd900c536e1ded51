/* SPDX-License-Identifier: Apache-2.0
 *
 * Programs that are about to be started, and in which this library will not be.
 * Where the loader would fail because of it, or complain, it is not asked for.
 * Safe in a vfork child. Not errno: the callers keep it.
 */
#ifndef PRELOAD_PROGRAM_H
#define PRELOAD_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "file/path.h"

/* Whether `path` may be executed. */
bool program_is(const char *path);

/* Whether one of PATH's folders has the program, and its name there. */
bool program_find(const char *file, char path[PATH_BYTES]);

/* Tells in the trace, once, of a program that will not be traced. */
void program_starts(const char *path);

/* Declares `name`: the environment for the program at `path` (NULL: not known),
 * which is `environment` or a copy of it without the library. */
#define PROGRAM_ENVIRONMENT(name, path, environment)                                               \
	struct program_room name##_room = program_room(path, environment);                         \
	char *name##_list[name##_room.entries + 1], name##_value[name##_room.bytes + 1];           \
	char *const *name = name##_room.entries                                                    \
	                            ? program_part(environment, name##_list, name##_value)         \
	                            : environment

/* How many entries and bytes of a value a copy needs; 0 where none is needed. */
struct program_room {
	size_t entries, bytes;
};
struct program_room program_room(const char *path, char *const environment[]);

/* Copies the environment into `list`, without the library in LD_PRELOAD, whose
 * value is made in `value`. Returns `list`. */
char *const *program_part(char *const environment[], char **list, char *value);

#endif
