/* SPDX-License-Identifier: Apache-2.0
 *
 * Burstiness of operations that come in order of start: counts in windows of
 * several widths at once, and bursts between pauses. Exact, in fixed memory
 * and one pass, whatever the run's length.
 */
#ifndef BURST_H
#define BURST_H

#include <stdint.h>

#include "read/spans.h"

#define BURST_SCALES 4  /* windows of 10 ms, 100 ms, 1 s and 10 s, from the first operation on */
#define BURST_LEAST  16 /* pauses of at least 2^16 ns, 2^17 ns, ... 2^41 ns: */
#define BURST_LEVELS 26
#define BURST_SIZES  64

struct burst_scale {
	int64_t until_ns;
	uint64_t ops;          /* in the open window, without what finer ones still hold */
	uint64_t most, active; /* of closed windows: fullest; those with operations */
	double squares;        /* of closed windows' counts */
};

/* Bursts, when only a pause of at least this level parts them. */
struct burst_level {
	uint64_t pauses, begin_ops, begin_bytes, most_ops, most_bytes;
	int64_t pause_ns;           /* all of them together */
	uint32_t size[BURST_SIZES]; /* of closed bursts, by power of two of their bytes */
	uint64_t size_bytes[BURST_SIZES];
};

struct burst {
	int64_t origin_ns, last_ns, covered_ns; /* first and last start; latest end */
	uint64_t ops, bytes;
	struct burst_scale scales[BURST_SCALES];
	struct burst_level levels[BURST_LEVELS];
	uint64_t idle_ns[64]; /* by power of two of the pause */
};

static inline unsigned burst_power(uint64_t value)
{
	return 63 - (unsigned)__builtin_clzll(value | 1);
}

/* All zero is empty. Operations come in order of start. */
void burst_add(struct burst *burst, int64_t start_ns, int64_t end_ns, uint64_t bytes);

/* The same for many. */
void burst_add_spans(struct burst *burst, const struct span *spans, size_t count);

/* Of the windows from the first operation's to the last one's. IDC is the
 * variance of operations a window over their mean: 1 for a Poisson process; 0
 * where there is one window. */
struct burst_windows {
	double window_s, idc, peak_to_mean;
	double duty_cycle; /* share of windows with an operation's start */
};
struct burst_windows burst_windows(const struct burst *burst, unsigned scale);

/* On and off. Pauses, in which nothing is under way, part bursts where they
 * last at least pause_s: an eighth to a quarter of the pause beyond which half
 * of all idle time lies. */
struct burst_bursts {
	uint64_t count; /* 0 where there is no pause to part them */
	double pause_s; /* the least */
	double mean_ops, mean_bytes, mean_on_s, mean_off_s;
	double duty_cycle; /* time in bursts over all time */
	uint64_t most_ops, most_bytes;
	double median_bytes; /* within a power of two */
};
struct burst_bursts burst_bursts(const struct burst *burst);

#endif
