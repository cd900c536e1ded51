/* SPDX-License-Identifier: Apache-2.0
 *
 * The live file: regions of shared mapped memory, one a thread, that survive
 * the process. Space is allocated before it is mapped, because a hole on a
 * full disk would be a SIGBUS in the program.
 */
#ifndef PRELOAD_LIVE_H
#define PRELOAD_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aiotrace/format.h"

/* Creates the file at `path`, which must stay. Returns 0 or -errno. */
int live_create(const char *path, uint32_t pid, uint32_t image);

/* Takes a free region, or a new one. Returns NULL if there is none to be had. */
struct aiot_region *live_take(void);

/* Brings in the pages of an owned region behind its slot `slot` and its definitions at
 * once, which costs less than one by one. The owner calls, and nothing of it may write to
 * the region meanwhile, a signal's handler neither. */
void live_warm(const struct aiot_region *region, uint32_t slot) __attribute__((nonnull));

/* Whether that was done. */
bool live_is_warm(const struct aiot_region *region);

/* Gives a region back, all of it written out. `used`: slots ever used. */
void live_give(struct aiot_region *region, uint32_t used);

/* Calls `drain` on each region that is owned. Returns whether all succeeded. */
bool live_drain(bool (*drain)(struct aiot_region *region));

/* Whether a path of `bytes` bytes ends in the file's own name. */
bool live_is(const char *path, size_t bytes);

/* Removes the file's name; the memory stays mapped. */
void live_remove(void);

/* Forgets the parent's regions, which fork did not inherit. */
void live_forget(void);

#endif
