/* SPDX-License-Identifier: Apache-2.0
 *
 * One line on a terminal's standard error, written over once a second. A file
 * or a pipe gets none.
 */
#ifndef REPLAY_PROGRESS_LINE_H
#define REPLAY_PROGRESS_LINE_H

#include <stdbool.h>
#include <time.h>

struct progress_line {
	time_t told;
};

/* Whether it is time to write it again, beginning with a carriage return. */
bool progress_line_due(struct progress_line *line, bool quiet);

/* Leaves the terminal as it was. */
void progress_line_end(const struct progress_line *line);

#endif
