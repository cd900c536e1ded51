/* SPDX-License-Identifier: Apache-2.0
 *
 * From definition records to what a process is known by.
 */
#ifndef DEFINE_H
#define DEFINE_H

#include "read/process.h"

/* Takes records, back to back, of a block or of a live region. Returns how many
 * there were; *bad is set where one does not fit and was left out. */
size_t define_records(struct process *process, const uint8_t *records, size_t size, bool *bad);

#endif
