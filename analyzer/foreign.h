/* SPDX-License-Identifier: Apache-2.0
 *
 * Programs that can't have the library: another libc's loader ends them where it
 * is preloaded.
 */
#ifndef FOREIGN_H
#define FOREIGN_H

#include <stdbool.h>

/* Whether the program in the file `path` is musl's; false also of what can't be
 * read, and of scripts. */
bool foreign_is(const char *path);

#endif
