/* SPDX-License-Identifier: Apache-2.0
 *
 * Sleeps of a main thread that loads its data itself, or has threads read them: who sleeps gets no
 * data, so that steps that do, as those that stand for an accelerator's, tell themselves from
 * preprocessing, also where no read comes between them. analysis_asleep.
 *
 * A sleep's stack leaves that of the reads in some function. Where that one or what it calls
 * loads, by its name or its library, or where others leave it further out, the sleep is a part of
 * loading, as is one that stands for slow storage or decoding. Without stacks, steps are what
 * sleeps less often than samples are read.
 */
#ifndef ASLEEP_H
#define ASLEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "measure/events.h"

struct summary;

/* Whether the row is a thread that asks for nothing but time to pass. */
bool asleep_is(const struct events *events, uint32_t row);

/* The sleeps of a main thread that are its steps. */
struct asleep {
	const struct asleep_part *part;
	uint32_t depth; /* frames that they have in common with what reads */
	uint64_t count;
	double seconds;
	int64_t first_ns, last_ns; /* the first one's beginning, the last one's end */
	int64_t read_ns;           /* the end of the last read of training data */
};

/* Finds them; false where there are too few for steps. `samples` are those that are read, 0 = not
 * known, in so many epochs. */
bool asleep_find(const struct summary *summary, const struct process *process, uint64_t samples,
                 uint32_t epochs, struct asleep *asleep);

/* Whether they are more than a hardly noticeable share of so many seconds. */
bool asleep_matters(const struct asleep *asleep, double seconds);

/* Seconds between two times that are spent on steps alone; on steps, pauses further out, and on
 * saving state, with what lies between its calls. */
double asleep_steps(const struct asleep *asleep, int64_t from_ns, int64_t to_ns);
double asleep_between(const struct asleep *asleep, int64_t from_ns, int64_t to_ns);

#endif
