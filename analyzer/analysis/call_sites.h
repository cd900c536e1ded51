/* SPDX-License-Identifier: Apache-2.0
 *
 * Who did the I/O: operations, bytes and time by stack and stage, and by call
 * site. A call site is the line of the user's code that a call came from; what
 * lies between it and the call is folded into the names of the libraries. Where
 * there are Python frames, the line is one of theirs: native frames are read of
 * some calls only, and the others are to count at the same site.
 */
#ifndef CALL_SITES_H
#define CALL_SITES_H

#include <stdint.h>

#include "aiotrace/format.h"
#include "read/process.h"

struct site_sum {
	uint64_t read_ops, write_ops, meta_ops, read_bytes, write_bytes;
	uint64_t duration_ns;   /* of all of them, one after the other */
	uint64_t estimated_ops; /* whose native frames are taken from another call */
};

/* One stack of one process in one stage. */
struct stack_sum {
	const struct process *process;
	uint32_t stack; /* index in the process's stacks */
	uint32_t next;  /* while summing up */
	uint8_t stage;
	struct site_sum sum;
};

struct call_site {
	uint32_t file, function, line; /* names: of the recording; 0 = not known */
	uint32_t libraries;            /* in texts: "PIL > numpy"; 0 = none */
	uint32_t native;               /* likewise, of native ones: "libjpeg"; 0 = none */
	uint8_t stage;
	uint32_t stacks; /* different ones */
	uint32_t
	        heaviest; /* of stack_sums, those with native frames first: most bytes, then time */
	struct site_sum sum;
};

struct call_sites {
	struct part *parts; /* by process number, while summing up */
	size_t part_count;
	struct stack_sum *stacks; /* most bytes first */
	size_t stack_count;
	struct call_site *sites; /* likewise */
	size_t site_count;
	struct names *texts;
	struct site_sum without[AIOT_STAGES]; /* of no known stack */
	struct site_sum all[AIOT_STAGES];
};

static inline uint64_t site_bytes(const struct site_sum *s)
{
	return s->read_bytes + s->write_bytes;
}

static inline uint64_t site_ops(const struct site_sum *s)
{
	return s->read_ops + s->write_ops + s->meta_ops;
}

void site_sum_add(struct site_sum *to, const struct site_sum *from);

/* -1, 0 or 1: more bytes first, then more time, then more operations. */
int site_sum_compare(const struct site_sum *one, const struct site_sum *other);

#endif
