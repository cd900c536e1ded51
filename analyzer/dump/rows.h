/* SPDX-License-Identifier: Apache-2.0
 *
 * All events of a recording that a filter lets through, in order of start, in a
 * format of rows.
 */
#ifndef ROWS_H
#define ROWS_H

#include "dump/row.h"
#include "read/filter.h"

/* Judges the recording's stages, then writes to fd, which stays open. -1 where
 * writing failed: errno says why, EPIPE where the reader had seen enough. */
int rows_print(struct recording *recording, struct filter *filter, const struct row_format *format,
               bool stacks, int fd);

#endif
