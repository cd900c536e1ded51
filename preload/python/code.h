/* SPDX-License-Identifier: Apache-2.0
 *
 * What a code object says of itself: its file, its name, its lines. Read from
 * its memory; the caller's frame keeps it alive.
 */
#ifndef PRELOAD_PYTHON_CODE_H
#define PRELOAD_PYTHON_CODE_H

#include <stddef.h>
#include <stdint.h>

/* Where strings and bytes objects keep their hash, once it was asked for; -1 until
 * then. */
#define PYTHON_OWN_HASH 24

/* Where strings and bytes objects have their length, and the latter their content. */
#define PYTHON_LENGTH  16
#define PYTHON_CONTENT 32

/* Where a string says how its characters are kept; those bits: in one piece with it, all
 * ASCII. */
#define PYTHON_STATE      32
#define PYTHON_ASCII      (1u << 5 | 1u << 6)

#define PYTHON_MOST_BYTES (1u << 26) /* longer ones are taken to be none */

/* The memory of a string's characters or of a bytes object. */
struct python_bytes {
	const uint8_t *data;
	size_t bytes;
};

/* Nothing where the object is neither. */
struct python_bytes python_bytes_of(const void *object);

/* A string in UTF-8, cut to `bytes` with the NUL; bytes that stand for
 * themselves (surrogateescape) are written as such. Returns its length. */
size_t python_text(const void *object, char *text, size_t bytes);

/* The line of the instruction at byte `at` of the code, as traceback says it; 0
 * where it has none. */
uint32_t python_line(const void *code, int64_t at);

#endif
