/* SPDX-License-Identifier: Apache-2.0
 *
 * An object's table of functions for exceptions: .eh_frame and the index of it,
 * .eh_frame_hdr, as the Linux Standard Base describes them.
 */
#ifndef PRELOAD_NATIVE_TABLE_H
#define PRELOAD_NATIVE_TABLE_H

#include "native/bytes.h"
#include "native/object.h"

struct table_entry {
	uintptr_t begin, end; /* of the function, or of a part of it */
	uint64_t code_step;
	int64_t data_step;
	uint64_t return_column;
	bool signal;          /* the kernel's frame of a signal */
	struct bytes initial; /* instructions that hold for all functions of its kind … */
	struct bytes own;     /* … and its own */
};

/* The entry of the function at `address`. Returns false if there is none. */
bool table_find(const struct object *object, uintptr_t address, struct table_entry *entry);

#endif
