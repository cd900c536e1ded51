/* SPDX-License-Identifier: Apache-2.0
 *
 * Working memory for encoding, shared by the threads of a process one at a
 * time: a thread takes one that is free, or makes another, and never waits.
 */
#ifndef PRELOAD_SCRATCH_H
#define PRELOAD_SCRATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "aiotrace/format.h"
#include "encode/part.h"

#define SCRATCH_OUT_BYTES (1u << 20)

struct ZSTD_CCtx_s;

struct scratch {
	struct ZSTD_CCtx_s *zstd;      /* looks for matches */
	struct ZSTD_CCtx_s *frequency; /* codes bytes by frequency alone; level and so on are set */
	uint64_t residuals[AIOT_LIVE_EVENTS];
	uint64_t starts[AIOT_LIVE_EVENTS];
	uint64_t durations[AIOT_LIVE_EVENTS];
	uint8_t planes[8][AIOT_LIVE_EVENTS];
	struct part part;
	uint8_t out[SCRATCH_OUT_BYTES];
	uint8_t workspace[] __attribute__((aligned(64))); /* zstd's */
};

/* Returns NULL without memory. */
struct scratch *scratch_take(void);

/* Whether one has been made already, and costs nothing more. */
bool scratch_is_made(void);

void scratch_give(struct scratch *scratch);

/* Forgets the parent's, which a forked child did not inherit. */
void scratch_forget(void);

#endif
