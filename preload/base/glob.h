/* SPDX-License-Identifier: Apache-2.0
 *
 * Patterns of paths, as fnmatch(3) has them without flags. That one is no use
 * here: in a locale of several bytes a character it may allocate, which neither a
 * signal handler nor a thread that libc does not know may do.
 */
#ifndef PRELOAD_GLOB_H
#define PRELOAD_GLOB_H

#include <stdbool.h>

/* Whether all of `text` matches `pattern`: * any text, slashes too, ? a character
 * of UTF-8, [a-z] and [!a-z] a byte, \ takes the next as it is. A [ without its
 * end stands for itself. Signal-safe, no allocation. */
bool glob_matches(const char *pattern, const char *text);

#endif
