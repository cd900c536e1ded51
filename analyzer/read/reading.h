/* SPDX-License-Identifier: Apache-2.0
 *
 * How far reading has come, on a terminal's standard error: one line, written
 * over once a second from the second second on. A file or a pipe gets none.
 */
#ifndef READING_H
#define READING_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct process;

/* All zero: nobody is told. */
struct reading {
	uint64_t all; /* bytes of blocks, each as often as it will be read */
	_Atomic uint64_t done;
	_Atomic int64_t told; /* in s, CLOCK_MONOTONIC; 0 = the line was never written */
	_Atomic int64_t next;
};

void reading_begin(struct reading *reading, const struct process *processes, size_t count,
                   unsigned passes);

/* A block of so many bytes was read. Any thread. */
void reading_add(struct reading *reading, uint64_t bytes);

/* Leaves the terminal as it was. */
void reading_end(struct reading *reading);

#endif
