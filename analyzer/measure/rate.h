/* SPDX-License-Identifier: Apache-2.0
 *
 * Operations and bytes over time, in windows: how much bandwidth, how bursty.
 * Memory is fixed: when the windows run out, their width doubles.
 */
#ifndef RATE_H
#define RATE_H

#include <stddef.h>
#include <stdint.h>

#include "read/spans.h"

#define RATE_WINDOWS  8192u
#define RATE_WIDTH_NS 100000000 /* at first */

struct rate {
	int64_t width_ns;
	int64_t origin_ns; /* of window 0 */
	uint32_t used;     /* windows up to the last with anything in it */
	uint32_t window;   /* that of the last operation, and its time: */
	int64_t window_from_ns, window_to_ns;
	double *bytes; /* by window; NULL until the first operation */
	uint64_t *ops;
	uint64_t pending_bytes,
	        pending_ops; /* of the window at hand: not yet in it (rate_settle) */
	uint64_t total_ops;
	double total_bytes;
	int64_t last_start_ns; /* for the gaps between operations, and their sums: */
	uint64_t gap_count, gap_sum;
	unsigned __int128 gap_squares; /* at most the square of the time they span */
	int64_t covered_ns, busy_ns;   /* see rate_add */
	int64_t paused_ns;             /* with none under way, of each pause a window at most */
};

void rate_free(struct rate *rate);

/* An operation that moved bytes from start to end. Operations must come in
 * order of start: then busy_ns is the time with at least one under way. */
void rate_add(struct rate *rate, int64_t start_ns, int64_t end_ns, uint64_t bytes);

/* The same for many. */
void rate_add_spans(struct rate *rate, const struct span *spans, size_t count);

/* The same, while more of them follow: what they add to the window at hand waits, so that
 * sums of doubles don't depend on how many come at a time. */
void rate_add_more(struct rate *rate, const struct span *spans, size_t count);
void rate_settle(struct rate *rate);

/* Sums of operations that begin and end in the window at hand, the first of them no earlier
 * than the one before. */
struct rate_run {
	uint64_t ops, bytes;
	int64_t last_start_ns, covered_ns; /* start of the last one, and the latest end */
	int64_t paused_ns;                 /* from the latest end before, with none under way */
	unsigned __int128 gap_squares;
};
void rate_add_run(struct rate *rate, const struct rate_run *run);

/* Of the windows with operations, bytes a second. */
double rate_mean(const struct rate *rate);
/* Of the time with an operation under way, bytes a second. */
double rate_while_busy(const struct rate *rate);
/* Of that time and the pauses in it, of each a window at most, bytes a second: exact
 * also where there are few windows. */
double rate_throughput(const struct rate *rate);
/* Of the busiest window, bytes a second. */
double rate_peak(const struct rate *rate);

/* Index of dispersion of operations a window: variance / mean; Poisson = 1. */
double rate_idc(const struct rate *rate);
/* Squared coefficient of variation of the gaps between starts; Poisson = 1. */
double rate_cv2(const struct rate *rate);
/* Operations of the fullest window / those of the mean one. */
double rate_peak_to_mean(const struct rate *rate);
/* Share of windows with any operation, from the first to the last such. */
double rate_duty(const struct rate *rate);

double rate_window_s(const struct rate *rate);

#endif
