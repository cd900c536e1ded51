/* SPDX-License-Identifier: Apache-2.0
 *
 * The finished result that report writers print: sums by stage, by file and
 * by process, and the list of checkpoints and restores. Writers only read it.
 */
#ifndef SUMMARY_H
#define SUMMARY_H

#include "analysis/analysis.h"
#include "analysis/episode.h"
#include "analysis/missing.h"
#include "analysis/pipes.h"
#include "analysis/stall.h"
#include "analysis/waiting.h"
#include "analysis/where.h"
#include "base/histogram.h"
#include "measure/mapped.h"
#include "measure/rate.h"
#include "stage/reason.h"
#include "stage/stage.h"

struct stage_summary {
	uint64_t read_ops, write_ops, meta_ops, read_bytes, write_bytes;
	uint64_t asked_ops; /* of meta_ops, what a file system is asked about files: open, stat… */
	/* Likewise, by which a file is kept out of the page cache: O_DIRECT, FADV_DONTNEED. */
	uint64_t uncached_ops;
	struct pattern pattern;
	struct seeks seeks;
	struct histogram latency, read_size, write_size; /* of data calls; ns, bytes */
	struct rate rate;                                /* of data calls */
	uint64_t switches, ascents;                      /* from file to file */
	uint64_t files, reason_files[REASON_COUNT];
	struct mapped mapped; /* of those, the faults */
	struct cache_sums cached;
	double confidence; /* 0 to 1, mean over operations */
};

struct file_summary {
	uint32_t name, mount; /* mount: in where's mounts, 0 = none */
	uint8_t stage;        /* of most of its bytes */
	uint64_t read_ops, write_ops, read_bytes, write_bytes;
	uint64_t opens;
	int64_t extent; /* bytes: known size, or the furthest that was reached */
	struct pattern pattern;
	struct mapped mapped;
};

/* Storage alone: without runtime and ipc. */
struct process_summary {
	uint64_t read_ops, write_ops, read_bytes, write_bytes;
	bool trains; /* it, or a loader worker of it, reads what training learns from */
};

struct summary {
	struct recording *recording;
	struct stage_summary stages[AIOT_STAGES];
	struct file_summary *files; /* with data calls, most bytes first */
	size_t file_count;
	uint32_t *file_by_name;            /* index in files + 1, 0 = none */
	struct process_summary *processes; /* by process number */
	struct moments checkpoints, restores;
	struct mapped_run mapped;
	struct mounts *mounts;
	struct cache *cache;
	struct cache_sums cached;    /* of all stages */
	void *found[ANALYSIS_COUNT]; /* what analyses found, and some of that by name: */
	const struct where *where;
	const struct waitings *waiting;
	const struct pipes *pipes;
	struct stall stall;
	struct coverage_result coverage;
	struct missing missing;
};

/* Reads all events twice: once to judge stages, once to add up. */
struct summary *summary_make(struct recording *recording);
void summary_free(struct summary *summary);

/* NULL where nothing was read from or written to a file of that name. */
const struct file_summary *summary_file_named(const struct summary *summary, uint32_t name);

/* "single", "ordered" or "shuffled". */
const char *summary_across_files(const struct stage_summary *stage);

#endif
