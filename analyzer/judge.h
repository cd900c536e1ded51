/* SPDX-License-Identifier: Apache-2.0
 *
 * What stage.c needs to know of a whole run before it can judge one file: all
 * processes' use of each path taken together.
 */
#ifndef JUDGE_H
#define JUDGE_H

#include "clue.h"
#include "feature.h"

/* A path as all processes of a run used it. */
struct shared {
	uint64_t read_bytes, write_bytes, begins, worker_begins, main_begins, most_begins;
	int64_t first_read, first_write, last_write;
	int64_t extent; /* bytes: the furthest reached, or the known size */
	uint64_t jumps, reads;
	uint32_t readers, writers;
	uint8_t clue; /* enum clue */
	bool known;   /* clue is set */
	bool checkpoint, recurs, random, worker_read;
};

/* A series: paths that differ in digits alone, or one path written again. */
struct series {
	uint32_t members;
	uint64_t least, most;       /* bytes of a member */
	int64_t first, last, spent; /* of writing, ns */
};

/* A process's sums over storage, without checkpoints. */
struct conduct {
	uint64_t data_read, data_written;   /* bytes */
	uint64_t made;                      /* bytes of files first written after data was read */
	uint64_t served;                    /* bytes read after weights were loaded */
	int64_t first_data_read, last_load; /* 0 = never */
	uint64_t recurring;                 /* files read again */
	uint32_t files_read;
	bool shuffled, loads, saves;
	bool trains, optimizer; /* itself or its workers; reads an optimizer's state */
};

struct judge {
	const struct features *features;
	const struct recording *recording;
	struct shared *shared; /* by name */
	uint32_t *series_of;   /* by name, 0 = none */
	struct names *series_names;
	struct series *series;
	struct conduct *conducts;      /* by process number */
	bool trains, saves, optimizer; /* any process of the run */
};

void judge_init(struct judge *judge, const struct features *features);
void judge_free(struct judge *judge);

/* Takes one run's uses together: shared, series, conduct. What earlier runs
 * wrote as checkpoints stays known. */
void judge_run(struct judge *judge, uint32_t run);

/* The name a written file ends under. */
uint32_t judge_final_name(const struct file *file, const struct use *use);

/* How much speaks for a checkpoint having been written; from 4 it is one. */
int judge_checkpoint_score(const struct judge *judge, const struct process *process,
                           const struct file *file, const struct use *use);
#define JUDGE_CHECKPOINT 4

/* Whether a file was first written when the process had begun to read data. */
bool judge_after_data(const struct conduct *conduct, const struct use *use);

/* Whether the file belongs to a series that is written in turns. */
bool judge_in_turns(const struct judge *judge, uint32_t name);

#endif
