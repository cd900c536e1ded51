/* SPDX-License-Identifier: Apache-2.0
 *
 * A traced process image's place on disk and what its trace says about it:
 * the run's folder, the file names, the header, its first and last definitions.
 */
#ifndef PRELOAD_PROCESS_H
#define PRELOAD_PROCESS_H

#include <stdbool.h>

/* Reads the environment; once an image. */
void process_read_config(void);

/* Makes the run's folder where this is its first process, then the trace and
 * live files. Returns 0 or -errno. */
int process_begin(bool forked);

/* Puts the run's folder into the environment. Not before libc has started. */
void process_tell_children(void);

/* Writes the last definitions. */
void process_end(void);

#endif
