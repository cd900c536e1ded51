/* SPDX-License-Identifier: Apache-2.0
 *
 * Which files are mapped where: ranges of addresses that never overlap. Looked
 * up without a lock; changed under one, whose holder is busy (thread.h), so
 * that a signal handler never meets its own thread in the middle of a change.
 */
#ifndef PRELOAD_MAPPING_H
#define PRELOAD_MAPPING_H

#include <stdbool.h>
#include <stdint.h>

struct mapping {
	uintptr_t begin, end;
	int64_t offset;      /* in the file, of the first byte */
	uint64_t since_ns;   /* no fault before this is one of this mapping */
	uint32_t file;       /* id, of the process of `generation` */
	uint32_t handle;     /* of the description that it was made from */
	uint16_t generation; /* as in state.h */
	uint8_t stage;       /* enum aiot_stage */
	bool wanted;         /* its faults are reads of data: a file of interest */
	bool filled;         /* … or writes: a file that was empty */
};

extern uint32_t mapping_count; /* ranges known; atomic */

/* Remembers a range in place of what was there. Returns false if there is no
 * room for it. */
bool mapping_add(const struct mapping *mapping);

/* Forgets what is known of a range of addresses. */
void mapping_cut(uintptr_t begin, uintptr_t end);

/* Copies the range that `address` lies in. */
bool mapping_find(uintptr_t address, struct mapping *found);

/* Copies the first known range that has a part of begin to end. */
bool mapping_overlaps(uintptr_t begin, uintptr_t end, struct mapping *found);

/* How many ranges of files of interest there are. */
uint32_t mapping_wanted(void);

/* And how many bytes they have. */
uint64_t mapping_wanted_bytes(void);

/* In a forked child: lets go of the parent's lock. What is known stays. */
void mapping_forget(void);

/* Forgets what was known before this process, if it was not added again. */
void mapping_drop_old(void);

#endif
