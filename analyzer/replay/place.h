/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a machine's disk interrupts one processor, a thread that waits for it is a third
 * faster there than on another one, where it stays if it happens to begin there. Without
 * pauses a thread tries the processors that it may use, if its operations take as long
 * as a device's, and goes on with the fastest.
 */
#ifndef REPLAY_PLACE_H
#define REPLAY_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#define PLACE_MOST 64u /* processors that are tried */

struct place {
	bool trying, settled;
	uint8_t count, at, round;
	uint16_t cpus[PLACE_MOST];
	uint64_t least_ns[PLACE_MOST]; /* that so many operations took */
	uint32_t ops;
	uint64_t begun_ns;
};

/* For a thread that has so many operations before it, one of so many threads. */
void place_begin(struct place *place, uint32_t ops, uint64_t threads);

/* An operation has ended. */
void place_try(struct place *place, uint64_t now_ns);

static inline void place_ended(struct place *place, uint64_t now_ns)
{
	if (place->trying)
		place_try(place, now_ns);
}

#endif
