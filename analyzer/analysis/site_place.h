/* SPDX-License-Identifier: Apache-2.0
 *
 * Which frame of a stack is the user's, where it is, and through which libraries it
 * came to the call.
 */
#ifndef SITE_PLACE_H
#define SITE_PLACE_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/call_sites.h"
#include "base/names.h"

/* The innermost frame of a kind; the number of frames where there is none. */
uint32_t site_innermost(const struct stack_sum *sum, int kind);

/* The frame that stands for the stack: the innermost of the user's, else of what
 * was typed in, else the innermost of all; of Python's frames, where there are
 * any. Returns its place from the innermost. */
uint32_t site_user_frame(const struct stack_sum *sum);

/* The packages of a kind of frames inside of the one at `outer`, each once in a row:
 * "PIL > numpy", a name of `texts`. */
uint32_t site_libraries(struct names *texts, const struct names *names, const struct stack_sum *sum,
                        uint32_t outer, int kind);

/* Where a frame is, for eyes: "train.py:83 in Loader.load"; a library's file
 * from its package on. The arguments are names of the recording and a line. */
void site_place(const struct names *names, uint32_t file, uint32_t line, uint32_t function,
                char *text, size_t size);

#endif
