/* SPDX-License-Identifier: Apache-2.0
 *
 * Both ends of each pipe, joined by its inode across processes: who waits for
 * whom. Found by analysis_pipes.
 */
#ifndef PIPES_H
#define PIPES_H

#include <stdbool.h>

#include "read/recording.h"

/* One process at a pipe. */
struct pipe_end {
	uint32_t process, name;
	uint64_t reads, writes, read_bytes, write_bytes;
	double waited_s, main_waited_s; /* reading, or polling */
	int64_t first_ns, last_ns;      /* of the reading */
	bool held_by_others;            /* other threads of the process read it too */
};

struct pipes {
	const struct recording *recording;
	struct pipe_end **by_file; /* [process number][file index], NULL without pipes */
	bool *any;                 /* by process number: it knows a pipe */
	struct pipe_end **ends;    /* those in use; by pipe, so that both ends are neighbours */
	size_t count;
};

/* Whether two ends are of the same pipe. */
bool pipes_same(const struct pipes *pipes, const struct pipe_end *a, const struct pipe_end *b);

/* The writers at the other end of one that reads: the first of them that is
 * another process, best a loader worker. NULL where none is known. */
const struct process *pipes_writer(const struct pipes *pipes, const struct pipe_end *reader);

/* How a process reads what its loader workers write: from the first reading to
 * the last, and how long its main thread waited there. */
struct pipes_reading {
	int64_t first_ns, last_ns; /* equal: there are no workers */
	double waited_s;
	bool by_others; /* another thread reads, and the main one waits for that by a lock */
};
struct pipes_reading pipes_reading(const struct pipes *pipes, const struct process *process);

#endif
