/* SPDX-License-Identifier: Apache-2.0
 *
 * What /proc tells of this process: threads that were there before, and files
 * mapped by calls that nobody saw, a parent's among them.
 */
#ifndef PRELOAD_SCAN_H
#define PRELOAD_SCAN_H

#include <stdint.h>

/* Calls `each` with the id of each thread. */
void scan_threads(void (*each)(uint32_t tid));

/* Adds to the mappings those of files of interest that are not known to this
 * process. Faults before `since_ns` are not theirs. Returns how many. */
uint32_t scan_mappings(uint64_t since_ns);

/* The same, if it was not done for a while; less and less often where nothing
 * is found. */
void scan_now_and_then(uint64_t now);

#endif
