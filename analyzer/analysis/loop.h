/* SPDX-License-Identifier: Apache-2.0
 *
 * Main threads that read their training data themselves, without loader
 * workers: from the beginning of a sample to that of the next, how long was
 * I/O, and how long everything else. analysis_loop.
 *
 * A sample begins where a read does not go on where the last one ended, nor
 * looks again at what was just read; or, where files are opened for a sample
 * each and read here and there, with the first read of each; also where it is the same file
 * that is opened for each, if a step comes behind some of them. What is not I/O is
 * the same for all samples of a batch, but longer for the last one, behind which
 * the training step comes.
 */
#ifndef LOOP_H
#define LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/timeline.h"

#define LOOP_KEPT    4096u
#define LOOP_PERIODS 513u /* samples of a batch, at most one less */
#define LOOP_BUCKETS 320  /* 8 to each power of two of ns */

struct loop {
	uint64_t samples, io_ns, rest_ns; /* of whole samples: all but the last one */
	int64_t first_ns, last_ns;        /* beginnings of the first and of the last sample */
	uint64_t reads, all_io_ns;        /* of all events, whether they begin a sample or not */
	uint64_t faults, maps;            /* of the reads; mappings that were made */
	uint64_t bytes;                   /* of the reads */
	uint64_t between_ns;              /* from a sample's last read to the next one's first */
	int64_t until_ns;                 /* end of the latest one */
	uint64_t now_io_ns;               /* of the sample under way */
	int64_t aside_ns, back_ns;        /* in it, a checkpoint was saved from one to the other */
	uint32_t count[LOOP_BUCKETS];     /* samples by their rest */
	float rest[LOOP_KEPT];            /* of the first samples, ns */
	/* Long rests, and after how many samples they come: those that hold a step
	 * come regularly, those of a busy machine don't. */
	uint64_t long_ns, since, spacing, regular, irregular;
};

struct loops {
	size_t count;
	struct loop **of;          /* by process number; NULL without */
	struct loop_reads **reads; /* likewise: what it is made from */
};

/* The loop of a main thread: samples by where reads lie, and by the opening of files. */
struct loop_reads {
	struct loop places, files;
	struct loop again;        /* samples by the opening of a file, also of the same one */
	struct loop stream;       /* each read for itself: where they go on and on */
	struct timeline timeline; /* STORAGE */
	uint8_t opens[LOOP_KEPT]; /* of the first samples by place: whether the next one's file is
	                             opened */
	/* Of the latest reads: the file, the range that the sample has read, and the end. */
	uint32_t file;
	uint64_t low, high, end_offset;
	int64_t end_ns;
	bool opened; /* a file, since then */
};

/* One read after the other, as the analysis does: of bytes of a file, from start_ns on. */
void loop_read(struct loop_reads *reads, uint32_t file, uint64_t offset, uint64_t bytes,
               int64_t start_ns, uint64_t duration_ns);
/* ... and another event, which may open a file. */
void loop_other(struct loop_reads *reads, bool opens, int64_t start_ns, uint64_t duration_ns);
/* ... and what is none of it, as saving a checkpoint: from the first such event in a sample to
 * the last one it is none of the sample's time. */
void loop_aside(struct loop_reads *reads, int64_t start_ns, int64_t end_ns);
/* Those samples that are it. */
struct loop *loop_of(struct loop_reads *reads);

/* One sample after the other, as the analysis does: an event of the main
 * thread on training data, which begins a sample where `begins`. Times in ns. */
void loop_add(struct loop *loop, int64_t start_ns, uint64_t duration_ns, bool begins);

/* A rest of more than so many times that of samples inside a batch holds a step. */
#define LOOP_LONGER 2
/* Of a loop's rests in ns: of those in a bucket; of a sample inside a batch, 0 without samples;
 * what one that holds a step exceeds: half of that beyond which half of all time in long rests
 * lies. */
double loop_middle(unsigned bucket);
double loop_typical(const struct loop *loop);
uint64_t loop_long(const struct loop *loop);

/* What preparing samples and what training took of rest_ns, in seconds. Where nothing
 * tells one from the other, as in batches of one sample, it is all preparing, untold. */
struct loop_split {
	double prepare_s, step_s;
	bool told;
};
struct loop_split loop_split(const struct loop *loop);

/* Whether what it calls samples are shards: large, and read on and on with pauses in between. */
bool loop_shards(const struct loop *loop);

/* Of what is read on and on, the share of preparing in what is no I/O, where pauses between
 * samples and longer ones between batches tell; otherwise -1. */
double loop_stream_prepares(const struct loop_reads *reads);

#endif
