/* SPDX-License-Identifier: Apache-2.0
 *
 * Definition records: put together here, kept in the thread's region until
 * there are enough for a block.
 */
#ifndef PRELOAD_DEFINE_H
#define PRELOAD_DEFINE_H

#include <stddef.h>
#include <stdint.h>

#include "aiotrace/format.h"

/* A list of records in memory of the caller's. What does not fit is left out. */
struct define_list {
	uint8_t *data;
	uint32_t used;
	uint32_t room;
};

/* Appends one record whose body is `head` followed by `tail`. */
void define_add(struct define_list *list, enum aiot_definition_kind kind, const void *head,
                size_t head_bytes, const void *tail, size_t tail_bytes);

void define_attribute(struct define_list *list, const char *key, const void *value, size_t bytes);

/* Records a definition for the calling thread: into its region, or into the trace
 * at once. At most DEFINE_BYTES of body are kept. Not signal-safe: the caller holds
 * thread_self.busy. */
#define DEFINE_BYTES 8192
void define_record(enum aiot_definition_kind kind, const void *head, size_t head_bytes,
                   const void *tail, size_t tail_bytes);

/* Notes why there is no more, where no file needs to be written for it: in the
 * calling thread's part of the live file. `what` has at most 200 bytes; `error` is
 * an errno, or 0. */
void define_reason(const char *what, int error);

#endif
