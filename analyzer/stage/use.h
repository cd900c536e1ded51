/* SPDX-License-Identifier: Apache-2.0
 *
 * What one process did with one file. There may be many millions of these, and
 * nearly all of them say that a file was opened and read from its beginning on:
 * such plain ones are kept small, in 20 bytes, others as narrow as their numbers. Times are
 * CLOCK_REALTIME in ns.
 */
#ifndef USE_H
#define USE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aiotrace/format.h"
#include "measure/pattern.h"
#include "measure/seek.h"
#include "read/evidence.h"
#include "read/merge.h"
#include "stage/shape.h"

/* Of a file's marked events: what the program said they are, and how they followed
 * each other. [0] reads, [1] writes. */
struct use_marks {
	uint64_t ops[2][AIOT_STAGES];
	struct pattern pattern[2];
};

/* Where an event is whose time was spared (spared.h). */
struct use_spot {
	uint32_t piece, row; /* piece + 1, 0 = none */
};

/* What reads need lies together, and so does what writes need. */
struct use {
	uint64_t reads, read_bytes;    /* read calls */
	uint64_t begins;               /* reads at offset 0 */
	uint64_t returns;              /* reads that go on from none, after other files were used */
	int64_t first_read, last_read; /* start; end */
	struct use_spot spot_read;     /* of a later end than last_read */
	int64_t read_end;              /* furthest byte reached */
	int64_t large_end;             /* of the last jump that was not small among the reads */
	int64_t large_before;          /* of the one before it */
	uint64_t ahead, back;          /* bytes of such jumps, by where each went from the last */
	struct pattern read;           /* where offsets are known */
	uint64_t writes, write_bytes;  /* write calls */
	int64_t first_write, last_write;        /* start; end */
	struct use_spot spot_write, spot_touch; /* of later ends than last_write, last_touch */
	int64_t write_end;
	uint64_t read_amid;         /* bytes of it that were read before the last write */
	int64_t read_again;         /* the first read after the last write; 0 = none */
	struct use_spot spot_again; /* where that is not known */
	int64_t closed; /* after writes, end of the last closing before it is reopened */
	struct use_spot spot_closed;
	struct pattern write;
	uint64_t read_before, read_until; /* bytes the process had read when writes began, ended */
	uint64_t switched_before;         /* from one file read to another, when writes began */
	int64_t first_open, last_touch; /* open for writing; write, sync, rename, close, removal */
	struct use_marks *marks;        /* NULL = none */
	struct seeks *seeks;            /* [read, write]; NULL = none, or not wanted */
	uint64_t written_before;        /* bytes, when it was opened for writing last */
	uint32_t opens, write_opens, syncs, maps; /* write_opens: that were made use of */
	uint32_t renamed_to;                      /* name, 0 = not renamed */
	uint32_t linked_to;                       /* name that it has got besides, 0 = none */
	uint32_t site; /* of the first write (struct evidence_stack); 0 = not known */
	bool created, truncated, append, removed;
	bool reopened;   /* to be read, since it was written */
	bool locked;     /* ranges of it were, as databases do */
	bool copy;       /* the kernel copied something there */
	uint64_t copied; /* reads by which the kernel copied it elsewhere */
	uint64_t copied_bytes;
	/* enum evidence and enum word, of its reads, its writes, and what is neither */
	uint16_t evidence[3];
};

/* A record of use as it is kept: what is its own; the rest is in its shape. */
struct use_slot {
	uint32_t shape; /* 0: not plain, the times hold where the record is, read_end renamed_to */
	uint32_t first_low, last_low; /* of first_read and last_read */
	uint16_t first_high, last_high;
	uint32_t read_end;
};

/* Takes over marks and seeks of `use`. */
struct use_slot use_keep(const struct use *use, struct shapes *shapes, struct shapes_near *near);
void use_free(struct use_slot *slots, size_t count);

/* Whether who made it looked at it meanwhile, and read it then. */
static inline bool use_peeks(const struct use *u)
{
	return u->read_again && u->first_read < u->last_write &&
	       (u->first_write < u->first_read ||
	        (u->first_open && u->first_open <= u->first_read));
}

/* When who wrote it was done with that. */
static inline int64_t use_written(const struct use *u)
{
	return u->closed > u->last_write ? u->closed : u->last_write;
}

/* When it was first read, but by who looked at it while making it. */
static inline int64_t use_first_read(const struct use *u)
{
	return use_peeks(u) ? u->read_again : u->first_read;
}

static inline bool use_plain(const struct use_slot *slot)
{
	return slot->shape;
}

static inline uint32_t use_renamed_to(const struct use_slot *slot)
{
	return use_plain(slot) ? 0 : slot->read_end;
}

/* The record, in `room`, which the caller has zeroed. */
const struct use *use_of(const struct use_slot *slot, const struct shapes *shapes,
                         struct use *room);

/* Adds what the stacks of a slice's events say (evidence_of_stacks) to the files
 * that they are about; returns all of it. */
uint32_t use_say(struct use *uses, const struct slice *slice,
                 const struct evidence_stack *of_stacks);

#endif
