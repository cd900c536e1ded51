/* SPDX-License-Identifier: Apache-2.0
 *
 * Checkpoints and restores as moments: from opening a file to the last thing
 * done to it, and files that were written or read together as one. A path
 * written again each epoch is a moment each time.
 */
#ifndef EPISODE_H
#define EPISODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/names.h"
#include "read/recording.h"

/* What reading or writing consisted of. Times are sums over calls, ns. */
struct labour {
	uint64_t ops, data_ns, syncs, sync_ns, renames, rename_ns;
	uint64_t tiny; /* data calls of less than 64 KiB; what they took and moved */
	uint64_t tiny_ns, tiny_bytes;
	uint64_t unaligned;    /* data calls that begin within a page of 4 KiB */
	uint64_t mapped_bytes; /* of faults, which tell the least that was moved */
	uint64_t dsyncs;       /* openings by which each write is synced */
};

/* One process's writing, or reading, of one file. Times CLOCK_REALTIME in ns. */
struct episode {
	uint32_t process, run, name; /* name: what it was renamed to, if it was */
	uint32_t handle;             /* of the open file; 0 = not yet known */
	int64_t start_ns, end_ns;
	uint64_t bytes;
	uint64_t first_bytes; /* of these, by the process's first thread */
	uint64_t reach;       /* the largest offset up to which it moved bytes */
	/* Reads of training data by the process's first thread, before this began and by its end.
	 */
	uint64_t reads_before, reads_by_then;
	bool closed, renamed;
	struct labour labour;
};

struct episodes {
	struct episode *items;
	size_t count, room;
};

/* A process's part of a moment. */
struct moment_part {
	uint32_t name, process;
	uint64_t bytes, first_bytes;
};

/* What was saved or loaded together. */
struct moment {
	char *path; /* the file, or the folder of several */
	uint32_t files, processes, run;
	int64_t start_ns, end_ns;
	uint64_t bytes;
	struct labour labour;
	struct moment_part *parts; /* in order of start */
	size_t part_count, part_room;
	bool unfinished;   /* a process ended without a word, and had a file of it open */
	double interval_s; /* to the one before with a file of the same series; first: after; 0 =
	                      alone */
};

struct moments {
	struct moment *items;
	size_t count, room;
};

/* Begins an episode as given, whatever came before it; it ends when it starts. */
struct episode *episode_begin(struct episodes *episodes, struct episode episode);

/* The process's latest episode of that name and handle, 0 standing for any;
 * NULL where there is none. */
struct episode *episode_latest(struct episodes *episodes, uint32_t process, uint32_t name,
                               uint32_t handle);

/* The process's episodes of that name, but for those that were renamed before, are `to` from then
 * on, unless that is 0: the next save may go by the same name for the time of writing, and get
 * another one then. */
void episodes_rename(struct episodes *episodes, uint32_t process, uint32_t name, uint32_t to);

/* Adds the episodes of one list to another and empties it. */
void episodes_move(struct episodes *to, struct episodes *from);

/* Sorts the episodes and takes together what belongs together; with by_path
 * only episodes of the same path do. Episodes that moved no bytes are left out, but for
 * syncs of what others moved. */
struct moments episodes_group(struct episodes *episodes, const struct recording *recording,
                              bool by_path);

double moment_seconds(const struct moment *moment);
double moment_bandwidth(const struct moment *moment); /* bytes a second */

void episodes_free(struct episodes *episodes);
void moments_free(struct moments *moments);

#endif
