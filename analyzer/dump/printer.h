/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows into text on all cores: one thread brings the next rows in order while
 * the others write those before as text; the texts come out in order.
 */
#ifndef PRINTER_H
#define PRINTER_H

#include "dump/row.h"

/* Fills in up to `most` rows and returns how many; 0 at the end. What rows point
 * to must stay until the printer is done. */
typedef size_t printer_source(void *context, struct row *rows, size_t most);

/* Prints all that the source brings, or up to the output's first failure. */
void printer_run(const struct row_format *format, printer_source *source, void *context,
                 struct output *to);

#endif
