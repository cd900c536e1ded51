/* SPDX-License-Identifier: Apache-2.0
 *
 * Native frames are read of some calls only. The others most likely came the same
 * way as the last one before them that did the same to the same open file from the
 * same Python frames.
 */
#ifndef LIKELY_H
#define LIKELY_H

#include <stdint.h>

#include "read/stacks.h"

struct likely;

/* NULL where no stack has native frames. */
struct likely *likely_new(const struct stacks *stacks);
void likely_free(struct likely *likely);

/* The stack (an index) that a call counts for, whose own is `stack`, 0 = none. In
 * the order of the calls. */
uint32_t likely_stack(struct likely *likely, uint32_t stack, uint32_t handle, uint16_t call);

#endif
