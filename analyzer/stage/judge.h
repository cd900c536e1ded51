/* SPDX-License-Identifier: Apache-2.0
 *
 * What stage.c needs to know of a whole run before it can judge one file: all
 * processes' use of each path taken together.
 */
#ifndef JUDGE_H
#define JUDGE_H

#include "base/memory.h"
#include "read/clue.h"
#include "stage/feature.h"

/* A path as all processes of a run used it. */
struct shared {
	uint64_t read_bytes, write_bytes, begins, worker_begins, main_begins;
	uint64_t returns;
	uint64_t most_begins, most_returns, most_maps, most_bytes; /* of a process */
	int64_t first_read, first_write, last_write;
	int64_t extent;                       /* bytes: the furthest reached, or the known size */
	uint64_t jumps, backs, breaks, reads; /* of accesses: far, back, not consecutive; all */
	uint64_t ahead, back;                 /* bytes of large ones (use.h) */
	uint32_t readers, writers;
	uint32_t firsts; /* processes that read it before all else */
	bool leads;      /* to others, in one of them */
	uint32_t maker;  /* the last process that wrote it, or renamed what it wrote to it; + 1 */
	uint8_t clue;    /* enum clue */
	bool known;      /* clue and optimizer are set */
	bool optimizer;  /* its name says that it holds the state of one */
	bool checkpoint, recurs, random, worker_read;
	bool weights;                   /* by how it is read alone */
	bool called_state, called_else; /* by who reads it */
	bool locked;                    /* ranges of it are, as databases do */
	bool serial;                    /* it is read by torch.load and the like */
	bool sample;                    /* tensors, as there are many others beside: data */
};

/* A series: paths that differ in digits alone, or one path written again. */
struct series {
	uint32_t members;
	uint64_t least, most;       /* bytes of a member */
	int64_t first, last, spent; /* of writing, ns */
	uint32_t writer;            /* process number + 1; UINT32_MAX: several */
	uint64_t from, until, amid; /* bytes it had read at the first and the last beginning;
	                             * that it read while it wrote */
	bool removed;               /* a member was, by who wrote it */
	bool resumed;               /* who writes members began by reading one of others */
	uint32_t reader;            /* process number + 1: the last one that read one unwritten */
	int64_t read;               /* when it began to */
	uint32_t again;             /* members that are read again and again */
	uint32_t used;              /* members that are read at all */
	uint64_t latest;            /* bytes of the member that was seen last */
	bool shrinks;               /* one is smaller than the one before */
	uint64_t switched[2];       /* files that its writer had turned to by the first, the last */
};

/* A folder that a process renamed. */
struct move {
	uint32_t from, to; /* names */
	bool saves;        /* state was written in it before */
};

/* A process's sums over storage, without checkpoints. */
struct conduct {
	uint64_t data_read, data_written; /* bytes */
	uint64_t made;                    /* bytes of files that were made from such data */
	int64_t made_first, made_last;    /* when they were written */
	uint64_t served;                  /* bytes read after weights began to be loaded */
	uint64_t received, handed;        /* bytes from sockets, from pipes */
	uint64_t brought, unpacked; /* of files that it has not written; has written and then read
	                             */
	int64_t first_data_read, last_data_read, first_load, last_save; /* 0 = never */
	int64_t last_alone; /* read last of what neither its workers read nor it wrote before */
	int64_t returned;   /* when it began to read back what it saved, after the last save; 0 =
	                       never */
	int64_t answered; /* the last save, if it may answer questions from then on, without having
	                     gone back; 0 = it does not */
	int64_t kept;     /* when it had written the last file that is surely a state; 0 = none */
	int64_t asked; /* when it turned to that, or to other data, then (outcome.h); 0 = never */
	uint64_t kept_bytes;         /* of the largest such file */
	uint64_t recurring;          /* files read again */
	uint32_t files_read, loaded; /* of data; of weights */
	uint32_t files_fetched;      /* of data, by its workers */
	uint32_t tried;              /* states that it read back then */
	uint64_t most_loaded;        /* bytes of weights in one file */
	bool shuffled, loads, saves;
	bool trains, optimizer; /* itself or its workers; reads an optimizer's state */
	bool fetches;           /* has a data loader, as its frames say */
	bool prepares;          /* makes data from data, with those that work beside it */
	uint32_t conduit;       /* equal: joined by pipes through which data go; 0 = by none */
	bool used;              /* what it made is read by others */
	bool in_order;          /* goes over many files a few times, each time by their names */
	bool forks_learn;       /* of those that it forked one saves what it learns */
	uint32_t kinds; /* of files that it writes: their names differ in more than digits */
	size_t moves, move_count; /* folders that it renamed: from which of the judge's on */
	bool writes;              /* more than notes */
	bool tells;               /* anything */
	bool called_saves;        /* writes what its functions call a model */
	bool tool;                /* searches, lists, copies and packs for others */
	bool evaluates;           /* tries what it or its parent has loaded */
	bool tries;               /* reads the same data whole as others that are started like it */
	bool once;                /* it and those forked with it read each file but once */
	bool dwells;              /* it reads each again and again, and is then done with it */
	bool looks_back;          /* reads back what it saved before it goes on to learn */
	bool maps_back;           /* maps a state when it has begun to learn and to save */
	bool divides;             /* its workers read parts of files, or read them again */
	bool fits;                /* has imported what fits models to tables (estimator.h) */
	bool feeds;               /* what it reads goes through a pipe to one that trains */
};

/* What a process did with a file beside reading and writing it. */
enum judge_made {
	JUDGE_DERIVED = 1, /* written while others were read: made from them */
	JUDGE_COPY = 2,    /* a copy */
	JUDGE_SOURCE = 4,  /* read while others were written */
	JUDGE_COPIED = 8,
	JUDGE_JOINED = 16, /* the kernel copied several into one */
};

struct judge {
	const struct features *features;
	const struct recording *recording;
	struct shared *shared; /* by name */
	uint32_t *series_of;   /* by name, 0 = none */
	struct names *series_names;
	struct series *series; /* by number in series_names */
	size_t series_room;
	struct conduct *conducts;       /* by process number */
	const struct process **parents; /* by process number; NULL: not in the recording */
	struct move *moves;
	size_t move_count, move_room;
	uint32_t *makers; /* processes that made anything of data */
	size_t maker_count, maker_room;
	uint8_t **made;                /* [process number][file]: enum judge_made, or-ed */
	bool trains, saves, optimizer; /* any process of the run */
	const char *root;              /* a path of the run (root.h) */
	size_t root_length;            /* of its folder that all data lie in */
	bool ranks_learn;              /* likewise, with a rank */
};

/* Files ahead of the one that is looked at: what is shared of it lies anywhere. */
#define JUDGE_AHEAD 12u

/* Fetches that, in a loop over a process's files. */
__attribute__((always_inline)) static inline void judge_fetch(const struct judge *j,
                                                              const struct process *p, size_t i)
{
	process_fetch(p, i);
	if (i + JUDGE_AHEAD < p->file_count)
		memory_fetch(&j->shared[process_file_at(p, i + JUDGE_AHEAD)->name],
		             sizeof *j->shared);
}

void judge_init(struct judge *judge, const struct features *features);
void judge_free(struct judge *judge);

/* Takes one run's uses together: shared, series, conduct. What earlier runs
 * wrote as checkpoints stays known. */
void judge_run(struct judge *judge, uint32_t run);

/* The name a written file ends under. */
uint32_t judge_final_name(const struct file *file, const struct use *use);

/* Whether it was read as weights or state are: by its name, or by torch.load and
 * the like outside of a data loader. */
bool judge_is_loaded(const struct shared *shared, const struct use *use);

/* Counts a file as weights that the process has loaded. */
void judge_loads(struct conduct *conduct, const struct use *use);

/* Counts a file as a checkpoint that the process has written. */
void judge_saves(struct judge *judge, const struct process *process, const struct file *file,
                 const struct use *use);

/* Whether a fork maps, to fill its part of it through memory, what another fork of its parent
 * has filled a part of: what it touches is no longer seen to be new, but is not read. */
bool judge_fills(const struct judge *judge, const struct process *process, size_t file);

/* When a process that seemed to train does something else. */
void judge_no_training(struct judge *judge, const struct process *process);

/* Whether it saves what it learns from data, itself or with other ranks or forks of its parent, and
 * not just weights that it made before it read any. */
bool judge_learns(const struct judge *judge, const struct process *process);

/* When it read data last, for all that its own hands tell: who has workers looks at what they
 * read, and at what it saved. */
int64_t judge_last_read(const struct conduct *conduct);

/* Whether a file was first written when the process had begun to read data. */
bool judge_after_data(const struct conduct *conduct, const struct use *use);

#endif
