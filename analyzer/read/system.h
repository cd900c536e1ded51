/* SPDX-License-Identifier: Apache-2.0
 *
 * Files that are no one's data: of interpreters, libraries and the kernel, and
 * what processes talk to each other through.
 */
#ifndef SYSTEM_H
#define SYSTEM_H

#include "read/recording.h"

/* Whether a file is neither runtime nor ipc as far as it is known by itself. */
bool system_is_not(const struct recording *recording, const struct file *file);

/* ... and if not, which of the two; AIOT_STAGE_OTHER if it is. */
enum aiot_stage system_stage(const struct recording *recording, const struct file *file);

#endif
