/* SPDX-License-Identifier: Apache-2.0
 *
 * What the flags of a read say of its waiting, without its latency. Where the
 * kernel told the writer whenever a thread left its processor, reads during which
 * none did found their data in memory.
 */
#ifndef WAITED_H
#define WAITED_H

#include "read/recording.h"

enum waited {
	WAITED_UNKNOWN,
	WAITED_NOT,
	WAITED_AHEAD,     /* not, but may have had something fetched: ahead of later reads */
	WAITED_SOMETHING, /* it fetched nothing itself: for another's fetching, or a lock */
	WAITED_STORAGE,
};

/* For each process of the recording, by number, whether it was told so: free() it.
 * One of them that was not says so for all of its machine. */
bool *waited_told(const struct recording *recording);

static inline enum waited waited_of(uint8_t flags, bool told)
{
	bool cached = flags & AIOT_EVENT_CACHED, fetched = flags & AIOT_EVENT_STORAGE;

	switch (flags & AIOT_EVENT_AWAY) {
	case AIOT_EVENT_WAITED: return fetched ? WAITED_STORAGE : WAITED_SOMETHING;
	case AIOT_EVENT_UNWAITED:
		return cached ? WAITED_NOT : fetched ? WAITED_UNKNOWN : WAITED_AHEAD;
	case AIOT_EVENT_AWAY: return WAITED_UNKNOWN;
	default: return told && !fetched ? WAITED_NOT : WAITED_UNKNOWN;
	}
}

#endif
