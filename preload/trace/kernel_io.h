/* SPDX-License-Identifier: Apache-2.0
 *
 * The kernel's own count of what the process read and wrote, /proc/self/io,
 * beside ours in the trace: so that a reader can tell how much we saw.
 */
#ifndef PRELOAD_KERNEL_IO_H
#define PRELOAD_KERNEL_IO_H

#include "trace/define.h"

/* Appends the count as it is now; nothing where the kernel keeps none. */
void kernel_io_add(struct define_list *list);

/* The same into the calling thread's region, whose buffer was just flushed or warmed: a
 * process that is killed later has a count too, of what the library wrote there as well. Where
 * there is no room, there will be another time. */
void kernel_io_note(struct aiot_region *region);

#endif
