/* SPDX-License-Identifier: Apache-2.0
 *
 * Windows nest, so that one is closed into the next wider one. Bursts are kept
 * for every level of pauses at once, since which pauses matter is known at the
 * end: a pause closes those of its own level and below, by running totals.
 */
#include "analysis/burst.h"

#include <math.h>

#include "base/wrap.h"

static const int64_t widths_ns[BURST_SCALES] = {10000000, 100000000, 1000000000, 10000000000};

static void burst_begin(struct burst *b, int64_t start)
{
	b->origin_ns = b->last_ns = b->covered_ns = start;
	for (int i = 0; i < BURST_SCALES; i++)
		b->scales[i].until_ns = wrap_add((uint64_t)start, (uint64_t)widths_ns[i]);
}

/* Closes all windows that end by now. */
static void burst_close(struct burst *b, int64_t now)
{
	for (int i = 0; i < BURST_SCALES && now >= b->scales[i].until_ns; i++) {
		struct burst_scale *s = &b->scales[i];
		s->squares += (double)s->ops * (double)s->ops;
		s->active += s->ops > 0;
		s->most = s->ops > s->most ? s->ops : s->most;
		if (i + 1 < BURST_SCALES)
			s[1].ops += s->ops;
		s->ops = 0;
		s->until_ns += ((now - s->until_ns) / widths_ns[i] + 1) * widths_ns[i];
	}
}

static void burst_end(const struct burst *b, struct burst_level *l)
{
	uint64_t ops = b->ops - l->begin_ops, bytes = b->bytes - l->begin_bytes;

	l->most_ops = ops > l->most_ops ? ops : l->most_ops;
	l->most_bytes = bytes > l->most_bytes ? bytes : l->most_bytes;
	l->size[burst_power(bytes)]++;
	l->size_bytes[burst_power(bytes)] += bytes;
	l->begin_ops = b->ops;
	l->begin_bytes = b->bytes;
}

static void burst_pause(struct burst *b, int64_t pause)
{
	unsigned power = burst_power((uint64_t)pause);

	b->idle_ns[power] += (uint64_t)pause;
	for (unsigned i = 0; i < BURST_LEVELS && i + BURST_LEAST <= power; i++) {
		b->levels[i].pauses++;
		b->levels[i].pause_ns += pause;
		burst_end(b, &b->levels[i]);
	}
}

void burst_add(struct burst *b, int64_t start, int64_t end, uint64_t bytes)
{
	/* Times of a damaged or lying trace. */
	start = start > INT64_MAX / 2 ? INT64_MAX / 2 : start;
	start = start < INT64_MIN / 2 ? INT64_MIN / 2 : start;
	if (!b->ops)
		burst_begin(b, start);
	if (start < b->last_ns || (uint64_t)start - (uint64_t)b->origin_ns > INT64_MAX / 4)
		start = b->last_ns;
	if (end < start || (uint64_t)end - (uint64_t)b->origin_ns > INT64_MAX / 4)
		end = start;
	if (start >= b->scales[0].until_ns)
		burst_close(b, start);
	if (start > b->covered_ns)
		burst_pause(b, start - b->covered_ns);
	if (end > b->covered_ns)
		b->covered_ns = end;
	b->last_ns = start;
	b->scales[0].ops++;
	b->ops++;
	b->bytes += bytes;
}

/* Operations of one window, as long as only pauses of no level part them; returns
 * how many. */
static size_t burst_run(struct burst *b, const struct span *spans, size_t count)
{
	int64_t last = b->last_ns, covered = b->covered_ns, until = b->scales[0].until_ns;
	uint64_t bytes = 0, origin = (uint64_t)b->origin_ns;
	size_t n = 0;

	for (; n < count; n++) {
		int64_t start = spans[n].start, end = spans[n].end;
		if (start < last || end < start || start >= until ||
		    (uint64_t)end - origin > INT64_MAX / 4)
			break;
		if (start > covered) {
			uint64_t pause = (uint64_t)start - (uint64_t)covered;
			if (pause >> BURST_LEAST)
				break;
			b->idle_ns[burst_power(pause)] += pause;
		}
		covered = end > covered ? end : covered;
		bytes += spans[n].bytes;
		last = start;
	}
	b->last_ns = last;
	b->covered_ns = covered;
	b->scales[0].ops += n;
	b->ops += n;
	b->bytes += bytes;
	return n;
}

void burst_add_spans(struct burst *b, const struct span *spans, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (b->ops)
			i += burst_run(b, spans + i, count - i);
		if (i < count)
			burst_add(b, spans[i].start, spans[i].end, spans[i].bytes);
	}
}

struct burst_windows burst_windows(const struct burst *b, unsigned scale)
{
	struct burst_windows w = {.window_s = (double)widths_ns[scale] / 1e9};
	const struct burst_scale *s = &b->scales[scale];
	double windows, mean, squares;
	int64_t last;
	uint64_t open = 0, most;

	if (!b->ops)
		return w;
	for (unsigned i = 0; i <= scale; i++)
		open += b->scales[i].ops;
	most = open > s->most ? open : s->most;
	squares = s->squares + (double)open * (double)open;
	last = (b->last_ns - b->origin_ns) / widths_ns[scale];
	windows = (double)(last + 1);
	mean = (double)b->ops / windows;
	if (windows > 1)
		w.idc = fmax(0, squares - windows * mean * mean) / (windows - 1) / mean;
	w.peak_to_mean = (double)most / mean;
	w.duty_cycle = (double)(s->active + 1) / windows;
	return w;
}

/* The pauses beyond which half of all idle time lies, as a power of two. */
static unsigned burst_usual_pause(const struct burst *b)
{
	double all = 0, longer = 0;
	unsigned power = 64;

	for (int i = 0; i < 64; i++)
		all += (double)b->idle_ns[i];
	while (power > 0 && longer * 2 < all)
		longer += (double)b->idle_ns[--power];
	return all > 0 ? power : 0;
}

/* The mean of those of its size: exact where bursts are alike. */
static double burst_median(const struct burst_level *l, uint64_t last_bytes)
{
	unsigned last = burst_power(last_bytes);
	uint64_t seen = 0;

	for (unsigned i = 0; i < BURST_SIZES; i++) {
		uint64_t count = (uint64_t)l->size[i] + (i == last);
		seen += count;
		if (seen * 2 > l->pauses + 1)
			return ((double)l->size_bytes[i] + (i == last ? (double)last_bytes : 0)) /
			       (double)count;
	}
	return 0;
}

struct burst_bursts burst_bursts(const struct burst *b)
{
	unsigned power = burst_usual_pause(b);
	double time = (double)(b->covered_ns - b->origin_ns), off, count;
	struct burst_level l; /* a copy: asking closes no burst */
	unsigned level;

	if (power < BURST_LEAST + 2)
		return (struct burst_bursts){0};
	level = power - 2 - BURST_LEAST < BURST_LEVELS ? power - 2 - BURST_LEAST : BURST_LEVELS - 1;
	l = b->levels[level];
	off = (double)l.pause_ns;
	count = (double)l.pauses + 1;
	return (struct burst_bursts){
	        .count = l.pauses + 1,
	        .pause_s = exp2(level + BURST_LEAST) / 1e9,
	        .mean_ops = (double)b->ops / count,
	        .mean_bytes = (double)b->bytes / count,
	        .mean_on_s = (time - off) / count / 1e9,
	        .mean_off_s = off / (double)l.pauses / 1e9,
	        .duty_cycle = time > 0 ? (time - off) / time : 1,
	        .most_ops = b->ops - l.begin_ops > l.most_ops ? b->ops - l.begin_ops : l.most_ops,
	        .most_bytes = b->bytes - l.begin_bytes > l.most_bytes ? b->bytes - l.begin_bytes
	                                                              : l.most_bytes,
	        .median_bytes = burst_median(&l, b->bytes - l.begin_bytes),
	};
}
