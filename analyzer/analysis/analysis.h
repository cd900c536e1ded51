/* SPDX-License-Identifier: Apache-2.0
 *
 * What an analysis is: an accumulator over columns of events that merges. The
 * second pass (tally.c) feeds them when the stage of every event is known, on
 * all cores. A new analysis is a file of its own that defines its
 * `const struct analysis analysis_NAME`, and a line in ANALYSES below; writers
 * find its result by ANALYSIS_NAME in summary->found.
 *
 * add() is called with up to EVENTS_MOST rows (events.h) of one process, in
 * order of start within the process and unordered across processes. It is
 * where the time goes: loop over the columns, keep what is found for a run of
 * equal rows, allocate nothing a row. Memory must be bounded by the number of
 * files and processes, or fixed.
 */
#ifndef ANALYSIS_H
#define ANALYSIS_H

#include <stdbool.h>

#include "measure/cache.h"
#include "measure/events.h"
#include "read/mounts.h"
#include "read/spans.h"
#include "stage/feature.h"
#include "stage/stage.h"

/* ANALYSIS(name): analysis_name in its own file. */
#define ANALYSES(ANALYSIS)                                                                         \
	ANALYSIS(where)                                                                            \
	ANALYSIS(waiting)                                                                          \
	ANALYSIS(pipes)                                                                            \
	ANALYSIS(course)                                                                           \
	ANALYSIS(loop)                                                                             \
	ANALYSIS(asleep)                                                                           \
	ANALYSIS(consumer)                                                                         \
	ANALYSIS(marks)                                                                            \
	ANALYSIS(renaming)                                                                         \
	ANALYSIS(latency)                                                                          \
	ANALYSIS(call_sites)

enum analysis_number {
#define ANALYSIS(name) ANALYSIS_##name,
	ANALYSES(ANALYSIS)
#undef ANALYSIS
	        ANALYSIS_COUNT
};

/* What is known before the second pass begins; lives as long as the summary,
 * but for features and stages, which are gone after finish(). */
struct known {
	const struct recording *recording;
	const struct features *features;
	const struct stages *stages;
	const struct mounts *mounts;
	const struct cache *cache;
};

struct analysis {
	/* Columns (BATCH_WANT) beyond EVENTS_COLUMNS: of interest is OFFSET, which
	 * costs its decoding. */
	uint32_t columns;

	/* False: each thread has a state of its own, and they are merged in no
	 * particular order: what they hold must add up exactly (counts, integers;
	 * no sums of doubles). True: there is one state, used by all threads at a
	 * time, made of parts that belong to processes each: rows of one process
	 * may change that part alone, and find it as the rows before left it. */
	bool shared;

	void *(*make)(const struct known *known);
	void (*add)(void *state, const struct events *events); /* may be NULL */

	/* The times of all reads and writes (faults included) of a stage, in order
	 * of start across all processes. Calls for different stages may run at the
	 * same time, and beside add(): only for shared ones, with a part for each
	 * stage. May be NULL. */
	void (*add_times)(void *state, unsigned stage, const struct span *spans, size_t count);

	void (*merge)(void *to, void *from); /* frees from; not for shared ones */
	void (*finish)(void *state, const struct known *known); /* may be NULL */
	void (*free)(void *state);
};

extern const struct analysis *const analyses[ANALYSIS_COUNT];

#define ANALYSIS(name) extern const struct analysis analysis_##name;
ANALYSES(ANALYSIS)
#undef ANALYSIS

/* The states of all analyses while they are fed by several threads. */
struct analyses;

/* known must live until analyses_finish. */
struct analyses *analyses_new(const struct known *known);

/* The columns that any of them reads. */
uint32_t analyses_columns(void);

void analyses_add(struct analyses *analyses, unsigned worker, const struct events *events);
void analyses_add_times(struct analyses *analyses, unsigned stage, const struct spans *spans);

/* Merges, finishes, and hands the results over, each to be freed by
 * analyses[i]->free. */
void analyses_finish(struct analyses *analyses, void *found[ANALYSIS_COUNT]);

#endif
