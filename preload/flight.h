/* SPDX-License-Identifier: Apache-2.0
 *
 * Operations in flight: what was known of each when it was submitted, kept
 * under a key (the address of the program's control block) until its
 * completion is seen. A table of fixed size without locks; what does not fit
 * is counted as lost. A forked child begins with an empty one.
 */
#ifndef PRELOAD_FLIGHT_H
#define PRELOAD_FLIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "file/fd.h"

struct flight {
	uint64_t start;    /* ticks */
	uint64_t start_ns; /* what the event of the call that began it says; 0 = none does */
	struct fd fd;      /* its description is held, if there is one */
	int64_t offset;    /* -1 = none */
	uint64_t size;
	int descriptor;
	uint32_t aux;
	uint16_t call; /* enum aiot_call; AIOT_CALL_NONE: not wanted, leaves no event */
	uint8_t write; /* an O_APPEND descriptor moves it to the end */
	uint8_t mark;  /* in force when it was submitted (mark.h); set when it is kept */
};

/* Keeps `flight` under `key` and holds its description. A key that is in use
 * belongs to an operation whose completion nobody saw: that one is lost. Any
 * thread. */
void flight_begin(uint64_t key, const struct flight *flight);

/* Takes out what is kept under `key`. Returns false if there is nothing. */
bool flight_end(uint64_t key, struct flight *flight);

/* Stores the event of an operation that was taken out and has just been seen
 * completed, and lets its description go. `result` is a count or -errno. */
void flight_store(const struct flight *flight, int64_t result);

/* The same for one that was seen completed at `end` (ticks), with event flags;
 * its description stays held. */
void flight_store_at(const struct flight *flight, int64_t result, uint64_t end, unsigned flags);

/* Counts what is still in flight as lost: the trace ends. */
void flight_finish(void);

#endif
