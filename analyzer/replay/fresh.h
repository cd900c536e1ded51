/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory that a read fills for the first time. Programs read large pieces, such as
 * weights, into memory that they just got: the kernel finds and clears each page
 * within the read, which takes longer than to copy what the page cache has.
 */
#ifndef REPLAY_FRESH_H
#define REPLAY_FRESH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How long reads of a page take here at least so that its memory must have been
 * new, ns; 0 where that can't be told. Takes about a millisecond. */
uint64_t fresh_measure(void);

/* Whether a read of these bytes from the page cache, which took so long, went to
 * new memory. */
bool fresh_was(uint64_t page_ns, uint32_t size, uint64_t duration_ns);

/* New memory for so many bytes, or NULL; and away with it. */
void *fresh_get(size_t size);
void fresh_free(void *memory, size_t size);

/* How long the latter takes at most, ns. */
uint64_t fresh_free_ns(uint64_t page_ns, size_t size);

#endif
