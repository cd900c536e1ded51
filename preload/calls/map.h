/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls on memory: only those on a file's mapping are I/O.
 */
#ifndef PRELOAD_CALLS_MAP_H
#define PRELOAD_CALLS_MAP_H

#include "calls/call.h"

/* Begins a call on the mapping at `address`. Returns false where no file is
 * mapped, and where its calls are not wanted. */
bool map_begin(struct call *call, const void *address);

/* The same for a call on a range, of which a file may have but a part. */
bool map_begin_over(struct call *call, const void *address, size_t size);

/* A mapping of `call`'s file that libc made inside, out of sight; and that it is
 * about to take back. */
void map_found(const struct call *call, const void *address, size_t size);
void map_lost(const void *address, size_t size);

/* mmap, munmap and mremap for syscall(2): by the system call itself, never through a
 * function of these names. */
void *map_by_number(void *address, size_t size, int protection, int flags, int fd, off_t offset);
long map_unmap_by_number(void *address, size_t size);
void *map_remap_by_number(void *address, size_t size, size_t new_size, int flags, void *wish);

#endif
