/* SPDX-License-Identifier: Apache-2.0
 *
 * What each process did with each file: the evidence that roles and stages
 * are judged by. One record a process and file, made by one pass over all
 * events. Times are CLOCK_REALTIME in ns.
 */
#ifndef FEATURE_H
#define FEATURE_H

#include <stdbool.h>
#include <stdint.h>

#include "cache.h"
#include "pattern.h"
#include "recording.h"
#include "seek.h"

/* Of a file's marked events: what the program said they are, and how they followed
 * each other. [0] reads, [1] writes. */
struct use_marks {
	uint64_t ops[2][AIOT_STAGES];
	struct pattern pattern[2];
};

/* What reads need lies together, and so does what writes need: there may be
 * many of these. */
struct use {
	uint64_t reads, read_bytes;      /* read calls */
	uint64_t begins;                 /* reads at offset 0 */
	int64_t first_read, last_read;   /* start; end */
	int64_t read_end;                /* furthest byte reached */
	struct pattern read;             /* where offsets are known */
	uint64_t writes, write_bytes;    /* write calls */
	int64_t first_write, last_write; /* start; end */
	int64_t write_end;
	struct pattern write;
	uint64_t read_before, read_until; /* bytes the process had read when writes began, ended */
	int64_t first_open, last_touch;   /* open for writing; write, sync, rename, close */
	struct use_marks *marks;          /* NULL = none */
	struct seeks *seeks;              /* [read, write]; NULL = none */
	uint32_t opens, write_opens, syncs, maps;
	uint32_t renamed_to; /* name, 0 = not renamed */
	bool created, truncated, append, copied, removed;
	uint8_t evidence[3]; /* enum evidence, of its reads, its writes, and what is neither */
};

/* One process's order of files. */
struct order {
	uint64_t switches, ascents; /* from one storage file read to another; to a later name */
	uint64_t bytes;             /* read of storage files */
	uint32_t last;              /* rank of the last name */
};

struct features {
	struct recording *recording;
	struct use **uses;    /* [process number][file index] */
	struct order *orders; /* [process number] */
	uint8_t *evidence;    /* [process number]: enum evidence, of all it did */
	uint32_t **ranks;     /* [process number][file index]: of names in natural
	                       * order; 0 = no name */
	/* [process number][stage]: of events that say their stage themselves, as
	 * marked ones do and those of no file. */
	struct pattern (*stated)[AIOT_STAGES];
};

/* Reads all events once. The cache, unless NULL, learns from them. */
struct features *features_find(struct recording *recording, struct cache *cache);
void features_free(struct features *features);

#endif
