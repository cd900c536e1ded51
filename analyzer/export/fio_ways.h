/* SPDX-License-Identifier: Apache-2.0
 *
 * How a thread of a plan comes to its files in fio, where a job is one thread with one
 * way for all of its files: past the page cache or through it, and whether its writes
 * wait until the storage has them.
 */
#ifndef FIO_WAYS_H
#define FIO_WAYS_H

#include "export/fio_files.h"

struct fio_way {
	bool direct;
	int waits; /* O_DSYNC, O_SYNC, or 0 */
};

struct fio_ways {
	struct fio_way *of;             /* by lane */
	uint64_t undirected, unwaited;  /* operations for which the job can't be as they are */
	uint64_t vectored, among_async; /* ... that it does as plain, as asynchronous ones */
};

/* Files that are used past the page cache become whole blocks. */
void fio_ways_find(struct fio_ways *ways, struct fio_files *files);
void fio_ways_free(struct fio_ways *ways);

#endif
