/* SPDX-License-Identifier: Apache-2.0
 *
 * The names of functions in a program or library on this machine, if it is the
 * one that was traced: from its debug information, on the spot or below
 * /usr/lib/debug, else from its table of symbols.
 */
#ifndef SYMBOLS_H
#define SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

struct symbols;

struct symbol_place {
	const char *file; /* of the source; NULL = not known */
	uint32_t line;
	const char *function; /* as C++ and Rust wrote it; never NULL */
};

/* Opens a file. NULL where it is gone, can't be read, or is not the one with that
 * build id; where no build id was recorded, one that has none and was not changed
 * since `unchanged_ns` (CLOCK_REALTIME) is taken. */
struct symbols *symbols_open(const char *path, const uint8_t *build_id, size_t bytes,
                             int64_t unchanged_ns);
void symbols_close(struct symbols *symbols);

/* Calls `say` for each function that the instruction at `offset` is in, from the
 * innermost of those that were inlined there to the one that they are part of; not
 * at all where nothing is known. The texts live until `say` returns. */
void symbols_look(struct symbols *symbols, uint64_t offset,
                  void (*say)(void *arg, const struct symbol_place *place), void *arg);

#endif
