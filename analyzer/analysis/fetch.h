/* SPDX-License-Identifier: Apache-2.0
 *
 * What an event of a main thread is to its getting of data from those that load
 * it: part of consumer.h's analysis.
 */
#ifndef FETCH_H
#define FETCH_H

#include "analysis/consumer.h"
#include "measure/events.h"

enum fetch {
	FETCH_ENDS,
	FETCH_BEGINS,  /* time before it is the step's */
	FETCH_GOES_ON, /* time before it is the fetch's, if one is under way */
	FETCH_MAYBE,   /* waits for workers to end: fetching, if more data follows */
	FETCH_NO_PART, /* neither: of memory that is given back, of the interpreter's lock */
};

/* Takes note in the consumer of how it gets its data, and of workers that it makes. */
enum fetch fetch_kind(const struct consumers *all, struct consumer *consumer,
                      const struct events *events, uint32_t row);

/* Whether a call takes a lock that data may be waited for at; the interpreter's own is a
 * condition. */
bool fetch_locks(uint16_t call);

/* ... that is Python's own, at which a thread also waits for work. */
bool fetch_waits_for_work(uint16_t call);

/* ... or waits in an event loop. */
bool fetch_holds(const struct events *events, uint32_t row);

#endif
