/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory that need not be there: the program's, which it may have given back by
 * now, or a part of a mapping that the kernel does not fill.
 */
#ifndef PRELOAD_PEEK_H
#define PRELOAD_PEEK_H

#include <stdbool.h>
#include <sys/uio.h>

#include "base/sys.h"
#include "thread.h"

/* Copies it. Returns false where it can't be read. */
static inline bool peek(void *to, const void *from, size_t bytes)
{
	struct iovec here = {to, bytes}, there = {(void *)from, bytes};
	return SYS6(process_vm_readv, thread_id(), &here, 1, &there, 1, 0) == (long)bytes;
}

#endif
