/* SPDX-License-Identifier: Apache-2.0
 *
 * What the kernel lets this process ask of perf.
 */
#ifndef PRELOAD_PERMIT_H
#define PRELOAD_PERMIT_H

#include <stdbool.h>
#include <stdint.h>

/* 0 if perf_event_open may be tried without harm, else -errno. A filter of
 * system calls may punish by killing: then another process tries first. */
int permit_ask(void);

/* Whether a filter of system calls is in place. */
int permit_is_filtered(void);

/* Pages of a ring that the thread may have that begins it all: rings are memory
 * that can't be swapped, of which a user without CAP_IPC_LOCK has little. */
uint32_t permit_pages(void);

/* The same for a thread beside so many others, where so many bytes are mapped:
 * no more faults of them are to be expected than there are pages, and some of other
 * memory; more of a thread that was there before. */
uint32_t permit_pages_other(uint32_t threads, uint64_t bytes, bool is_new);

/* For a ring of so many that overflowed, where so many threads have some. */
uint32_t permit_pages_grown(uint32_t threads, uint32_t pages);

#endif
