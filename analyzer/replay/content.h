/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes to write that no storage can compress or find twice, or only by so much.
 */
#ifndef REPLAY_CONTENT_H
#define REPLAY_CONTENT_H

#include <stddef.h>
#include <stdint.h>

/* Fills bytes (a multiple of 8) with a pseudo-random sequence; of each 4,096
 * only 1/ratio is random and the rest is zero, ratio at least 1. Deterministic
 * by seed. */
void content_fill(void *bytes, size_t size, double ratio, uint64_t seed);

/* Makes blocks differ from all others, at the cost of a store for 4 KiB. */
void content_stamp(void *bytes, size_t size, uint64_t stamp);

#endif
