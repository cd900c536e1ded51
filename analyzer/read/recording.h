/* SPDX-License-Identifier: Apache-2.0
 *
 * Everything that was recorded, as loaded from the located files: processes,
 * their definitions and an index of their events. Events themselves are read
 * later, pass by pass (merge.h).
 */
#ifndef RECORDING_H
#define RECORDING_H

#include <stddef.h>
#include <stdint.h>

#include "base/names.h"
#include "base/problem.h"
#include "base/wrap.h"
#include "read/process.h"
#include "read/reading.h"

struct recording {
	struct names *names;
	struct files *files;
	uint8_t *clues;            /* enum clue, by name */
	struct process *processes; /* by start */
	size_t count, room;
	struct process **by_pid; /* kin.h */
	char **runs;             /* folders */
	size_t run_count;
	int64_t start_ns, end_ns; /* CLOCK_REALTIME: first start, last known moment */
	struct problems problems; /* damage, as found so far */
	struct reading reading;   /* told to the user, where begun */
	bool ignore_marks;        /* the program's own stages: judge as if it had set none */
};

/* Loads what the names lead to (locate.h). 0 if anything could be read, though
 * perhaps with problems; -1 if nothing could, the problems say why. */
int recording_load(struct recording *recording, char *const *names, size_t count);

void recording_free(struct recording *recording);

/* Whether an event with these flags (enum aiot_event_flag) says its stage. */
static inline bool recording_marked(const struct recording *recording, uint64_t flags)
{
	return flags & AIOT_EVENT_MARKED && !recording->ignore_marks;
}

/* A process's monotonic time as seconds since the recording's start. */
double recording_seconds(const struct recording *recording, const struct process *process,
                         uint64_t mono_ns);

/* From the first start to the last known moment. */
static inline double recording_duration_s(const struct recording *recording)
{
	double seconds = wrap_seconds(recording->start_ns, recording->end_ns);

	return seconds > 0 ? seconds : 0; /* times of a damaged trace may lie anywhere */
}

uint64_t recording_lost(const struct recording *recording);

#endif
