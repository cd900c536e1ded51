/* SPDX-License-Identifier: Apache-2.0
 *
 * The places of a module's code that make system calls of io_uring.
 */
#ifndef PRELOAD_URING_SITE_FIND_H
#define PRELOAD_URING_SITE_FIND_H

#include <stdbool.h>
#include <stdint.h>

#define SITES           128
#define SITE_COPY_BYTES 64 /* of instructions from `anchor` to `call`, at most */

struct site {
	uintptr_t anchor; /* where 5 bytes become a jump */
	uintptr_t call;   /* the syscall instruction, straight ahead */
	bool joined;      /* the 5 bytes are those of several instructions */
};

struct site_search {
	uintptr_t module;     /* where the file's first bytes are mapped */
	uintptr_t begin, end; /* its code */
	int fd;               /* the file, or -1: memory is read through the kernel, and
	                         there is a ring, so that it is worth a longer search */
	int64_t offset;       /* of the code in the file */
	bool alone;           /* there is no other thread */
	bool quiet;           /* there is no ring, so that nobody is about to enter one */
	bool missed;          /* there is more that may enter rings */
	uint32_t count;
	struct site sites[SITES];
};

#define SITE_NUMBER_BEFORE 7 /* bytes that are looked at */

/* Whether the 4 bytes at `at` are a constant that is moved to a register or to memory, or
 * pushed, as the number of a call is. */
bool site_is_number(const uint8_t *at);

/* Fills in sites and their count. Those that enter a ring come first: where there
 * are none, there are no others. Does not touch the code. */
void site_find(struct site_search *search);

#endif
