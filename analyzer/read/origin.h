/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose code a frame is: the user's, a library's, or the language's own.
 */
#ifndef ORIGIN_H
#define ORIGIN_H

#include <stdint.h>

enum origin_kind {
	ORIGIN_USER,
	ORIGIN_MADE,     /* of no file: typed in, or made as the program ran */
	ORIGIN_LIBRARY,  /* an installed package */
	ORIGIN_STANDARD, /* Python's own library */
};

/* And where in the file's name the package or module stands that it belongs to;
 * of a user's file that is its base name. */
struct origin {
	uint8_t kind;
	uint16_t package, length;
};

/* Tells by the file of the frame. */
struct origin origin_of(const char *file);

/* That of a native frame, by its program or library, in which the package stands,
 * and by the file of its source; NULL = not known. */
struct origin origin_of_module(const char *module, const char *source);

#endif
