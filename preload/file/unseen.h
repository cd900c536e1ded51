/* SPDX-License-Identifier: Apache-2.0
 *
 * Descriptors that were opened out of sight, by an instruction in a program's own
 * code, are looked for: an io_uring instance is to be found before much is done with
 * it. Any thread.
 */
#ifndef PRELOAD_UNSEEN_H
#define PRELOAD_UNSEEN_H

/* `fd` was just opened. A new descriptor takes the lowest free number: those below
 * it are taken, and those among them that are not known were opened out of sight. */
void unseen_below(int fd);

/* Looks for io_uring instances among the lowest numbers that are not known. */
void unseen_find(void);

#endif
