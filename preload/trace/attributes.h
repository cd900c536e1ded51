/* SPDX-License-Identifier: Apache-2.0
 *
 * What a trace says about its process: names, rank and job variables, the table
 * of calls, the kernel's own counts, losses, clocks.
 */
#ifndef PRELOAD_ATTRIBUTES_H
#define PRELOAD_ATTRIBUTES_H

/* Writes the definitions a trace begins with. Returns 0 or -errno. */
int attributes_write_first(const char *host);

/* Writes those it ends with. */
void attributes_write_last(void);

/* Adds a text for the user. */
void attributes_note(const char *text);

#endif
