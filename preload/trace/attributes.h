/* SPDX-License-Identifier: Apache-2.0
 *
 * What a trace says about its process: names, rank and job variables, the table
 * of calls, the kernel's own counts, losses, clocks.
 */
#ifndef PRELOAD_ATTRIBUTES_H
#define PRELOAD_ATTRIBUTES_H

#include "trace/define.h"

/* What a trace begins with, in memory that attributes_end gives back; before it,
 * PLAIN_HEAD bytes are free. Returns 0 or -errno. */
int attributes_begin(struct define_list *list, const char *host);
void attributes_end(struct define_list *list);

/* Writes those it ends with. */
void attributes_write_last(void);

/* Adds a text for the user. */
void attributes_note(const char *text);

#endif
