/* SPDX-License-Identifier: Apache-2.0
 *
 * Every path once, whatever number of processes used it: a path becomes a
 * number, and equal numbers are equal paths.
 */
#ifndef NAMES_H
#define NAMES_H

#include <stddef.h>
#include <stdint.h>

struct names;

struct names *names_new(void);
void names_free(struct names *names);

/* The path's number, from 1; 0 is the empty path. */
uint32_t names_add(struct names *names, const char *path, size_t length);

/* The number of a path that is known, else 0. */
uint32_t names_find(const struct names *names, const char *path, size_t length);

/* NUL-terminated; valid until names_free. */
const char *names_text(const struct names *names, uint32_t number);

/* Numbers are below this. */
uint32_t names_count(const struct names *names);

#endif
