/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns most of whose rows follow from other rows: a code a row that says
 * from which, and a list of the values that don't (FORMAT.md, "Coded columns").
 * So what is read by open, read, read, close costs by the file.
 *
 * Each puts the codes of `count` events into scratch->planes[0] and the list
 * into scratch->residuals, and returns how many stand there; as soon as they are
 * too many to pay, that many, and nothing is put.
 */
#ifndef PRELOAD_CODE_H
#define PRELOAD_CODE_H

#include <stdbool.h>

#include "encode/scratch.h"

/* scratch->residuals holds the values of any column. */
uint32_t code_again(struct scratch *scratch, uint32_t count);

uint32_t code_sizes(struct scratch *scratch, const struct aiot_event *events, uint32_t count);
uint32_t code_results(struct scratch *scratch, const struct aiot_event *events, uint32_t count);

/* The list holds distances, not zigzagged; their bits, or-ed, go to `bits`. */
uint32_t code_offsets(struct scratch *scratch, const struct aiot_event *events, uint32_t count,
                      uint64_t *bits);

/* Whether so short a list is worth the codes. */
static inline bool code_pays(uint32_t rest, uint32_t count)
{
	return rest * 2 <= count;
}

#endif
