/* SPDX-License-Identifier: Apache-2.0
 *
 * What a main thread waited for, over its process's time: sums in windows of
 * fixed number, whose width doubles as time goes on.
 */
#ifndef TIMELINE_H
#define TIMELINE_H

#include <stdint.h>

#define TIMELINE_WINDOWS 256

enum timeline_kind {
	TIMELINE_STORAGE,
	TIMELINE_PIPE, /* for data, or for work */
	TIMELINE_SOCKET,
	TIMELINE_BLOCKED, /* writing to a full pipe or socket */
	TIMELINE_LOCK,    /* for locks, threads and children */
	TIMELINE_FETCH,   /* for loaders, what comes with it included: consumer.h */
	TIMELINE_AWAITED, /* of that, for work that reads no data: awaited.h */
	TIMELINE_ASLEEP,  /* asleep.h */
	TIMELINE_SAVING,  /* saving state, likewise */
	TIMELINE_KINDS
};

struct timeline {
	int64_t origin_ns, width_ns;  /* width 0 = empty */
	int64_t from_ns, to_ns;       /* of the window that was added to last, */
	uint32_t window;              /* and its number */
	uint64_t *ns[TIMELINE_KINDS]; /* of windows; NULL = none of that kind */
};

/* Nothing is before what is added first, but for clocks that jump. What lies
 * within the window of the last one goes there at once: timeline_add. */
void timeline_spread(struct timeline *timeline, enum timeline_kind kind, int64_t start_ns,
                     int64_t end_ns);

static inline void timeline_add(struct timeline *t, enum timeline_kind kind, int64_t start_ns,
                                int64_t end_ns)
{
	if (t->ns[kind] && start_ns >= t->from_ns && start_ns <= end_ns && end_ns <= t->to_ns)
		t->ns[kind][t->window] += (uint64_t)end_ns - (uint64_t)start_ns;
	else
		timeline_spread(t, kind, start_ns, end_ns);
}

/* What it holds, not the timeline itself; NULL has nothing. */
void timeline_free(struct timeline *timeline);

/* Seconds of that kind between two times; of a window that is cut, its share. */
double timeline_between(const struct timeline *timeline, enum timeline_kind kind, int64_t from_ns,
                        int64_t to_ns);

#endif
