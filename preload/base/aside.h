/* SPDX-License-Identifier: Apache-2.0
 *
 * Work that needs a descriptor when the program has used up all of its own: a
 * child that shares the memory but has a table of descriptors of its own does
 * it, while the calling thread waits.
 */
#ifndef PRELOAD_ASIDE_H
#define PRELOAD_ASIDE_H

/* Runs `work`, which returns 0 or a negative error; if that was -EMFILE or
 * -ENFILE, runs it again aside, where one descriptor was closed. `work` uses
 * raw system calls alone and a few KiB of stack. Returns what it returned. */
long aside_run(long (*work)(void *argument), void *argument);

#endif
