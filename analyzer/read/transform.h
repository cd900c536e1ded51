/* SPDX-License-Identifier: Apache-2.0
 *
 * What each transform of a column is for (FORMAT.md, "Events").
 */
#ifndef TRANSFORM_H
#define TRANSFORM_H

#include <stdint.h>

#include "aiotrace/format.h"
#include "base/problem.h"

/* The columns, BATCH_WANT or-ed, that must be decoded before this one. */
uint32_t transform_needs(const struct aiot_column_head *head);

/* Whether the head is one that a column may have. Returns 0, or -1 and why. */
int transform_check(const struct aiot_column_head *head, struct problem *why);

#endif
