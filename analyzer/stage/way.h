/* SPDX-License-Identifier: Apache-2.0
 *
 * Which of a file's two verdicts an event falls under. What reads or writes is
 * told by its call; what does neither (a seek, a close, a stat) belongs to what
 * the open file is used for, else to the time when the file was read or written.
 */
#ifndef WAY_H
#define WAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aiotrace/format.h"

enum way { WAY_READ, WAY_WRITE, WAYS };

/* How one process uses one file, or a folder by what lies in it. There may be many
 * millions, and each event asks one. */
struct ways {
	uint8_t stage[WAYS]; /* enum aiot_stage */
	uint8_t before : 1;  /* enum way: of what neither reads nor writes, before the turn */
	uint8_t folder : 1;
	uint8_t copies : 1; /* of a checkpoint: what the kernel copies is copied to save it */
	uint8_t later : 1;  /* no training while the process tries what it learnt */
	uint8_t turns : 1;  /* one of the process's turns is its; else reads alone, or writes alone
	                     */
	uint8_t looks : 1;  /* who wrote it read of it meanwhile: to write it, until the turn */
};

/* Times in which a file is used in its second way, CLOCK_REALTIME in ns. */
struct way_turn {
	int64_t turn, back; /* back: from when on it is as before, 0 = never */
	uint32_t file;      /* index in the process's files */
};

/* A time, CLOCK_REALTIME in ns: after `from`, before `until`. */
struct way_span {
	int64_t from, until;
};

/* Those of a process, of the few files that have any. */
struct way_turns {
	struct way_turn *items; /* 0 is none */
	size_t count, room;
	uint32_t *places; /* by hash of the file: numbers of items, 0 = free; a power of two */
	size_t place_count;
	const struct way_span *tries; /* when what it learnt is tried (after.h), in order; not its
	                               * own */
	size_t try_count;
};

/* An event, as far as it tells. */
struct way_event {
	uint32_t aux, handle;
	uint8_t class;
	bool copies;   /* way_copies of its call */
	int64_t start; /* CLOCK_REALTIME in ns */
};

/* What the latest open files of a process were opened for. */
#define WAY_HANDLES 1024u

struct way_handles {
	uint32_t slots[WAY_HANDLES]; /* handle << 2 | enum way + 1; 0 = none */
};

/* Two times, of reads and of writes; 0, 0 where there are none. */
struct way_times {
	int64_t first[WAYS], last[WAYS];
};

/* Whether the kernel reads by this call to write elsewhere. */
static inline bool way_copies(uint64_t call)
{
	return call == AIOT_CALL_sendfile || call == AIOT_CALL_sendfile64 ||
	       call == AIOT_CALL_copy_file_range;
}

/* The time from which on what lies between reads and writes belongs to what comes
 * second, and until when, where what came first goes on after it. */
void way_turn(struct ways *ways, struct way_turns *turns, uint32_t file,
              const struct way_times *times);

/* One file's ways for another one. */
struct ways way_copy(struct way_turns *turns, uint32_t to, struct ways ways, uint32_t from);

/* Whether a time is in one of such. */
static inline bool way_within(const struct way_span *spans, size_t count, int64_t time)
{
	for (size_t i = 0; i < count && time > spans[i].from; i++)
		if (time < spans[i].until)
			return true;
	return false;
}

void way_turns_free(struct way_turns *turns);

/* The stage of an event of a process, of whose events it sees all, in order, and that of a
 * file's ways. */
uint8_t way_stage(struct ways ways, const struct way_turns *turns, uint32_t file,
                  struct way_handles *handles, const struct way_event *event);

#endif
