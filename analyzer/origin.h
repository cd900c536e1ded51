/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose code a frame is: the user's, a library's, or the language's own.
 */
#ifndef ORIGIN_H
#define ORIGIN_H

#include <stddef.h>

enum origin {
	ORIGIN_USER,
	ORIGIN_MADE,     /* of no file: typed in, or made as the program ran */
	ORIGIN_LIBRARY,  /* an installed package */
	ORIGIN_STANDARD, /* Python's own library */
};

/* Tells by the file of the frame. `package` gets where in the file's name the
 * package or module stands that it belongs to, and *length its length; for a
 * user's file that is its base name. */
enum origin origin_of(const char *file, const char **package, size_t *length);

#endif
