/* SPDX-License-Identifier: Apache-2.0
 *
 * Windows of time. Bytes are spread evenly over the windows that an operation
 * touched; the operation itself counts where it began.
 */
#include "measure/rate.h"

#include <stdlib.h>

#include "base/memory.h"

#define RATE_FAR (INT64_MAX / 4) /* no time is further from 0 */

void rate_free(struct rate *rate)
{
	free(rate->bytes);
	free(rate->ops);
}

static void rate_no_window(struct rate *r)
{
	r->window_from_ns = r->window_to_ns = INT64_MIN;
}

static void rate_begin(struct rate *r, int64_t start)
{
	r->bytes = memory_get(RATE_WINDOWS, sizeof *r->bytes);
	r->ops = memory_get(RATE_WINDOWS, sizeof *r->ops);
	r->width_ns = RATE_WIDTH_NS;
	r->origin_ns = start;
	r->covered_ns = start;
	rate_no_window(r);
}

static void rate_double(struct rate *r)
{
	for (uint32_t i = 0; i < RATE_WINDOWS / 2; i++) {
		r->bytes[i] = r->bytes[2 * i] + r->bytes[2 * i + 1];
		r->ops[i] = r->ops[2 * i] + r->ops[2 * i + 1];
	}
	for (uint32_t i = RATE_WINDOWS / 2; i < RATE_WINDOWS; i++) {
		r->bytes[i] = 0;
		r->ops[i] = 0;
	}
	r->used = (r->used + 1) / 2;
	r->width_ns *= 2;
	rate_no_window(r);
}

/* Operations come in order: most fall into the window of the last one, and
 * dividing is slow. */
static uint32_t rate_window(struct rate *r, int64_t at)
{
	if (at >= r->window_from_ns && at < r->window_to_ns)
		return r->window;
	r->window = (uint32_t)((at - r->origin_ns) / r->width_ns);
	r->window_from_ns = r->origin_ns + r->window * r->width_ns;
	r->window_to_ns = r->window_from_ns + r->width_ns;
	return r->window;
}

static void rate_spread(struct rate *r, int64_t start, int64_t end, uint64_t bytes)
{
	uint32_t first = rate_window(r, start), last = rate_window(r, end);
	double per_ns;

	if (last >= r->used)
		r->used = last + 1;
	if (first == last) {
		r->bytes[first] += (double)bytes;
		return;
	}
	per_ns = (double)bytes / (double)(end - start);
	for (uint32_t i = first; i <= last; i++) {
		int64_t from = r->origin_ns + i * r->width_ns, to = from + r->width_ns;
		from = from < start ? start : from;
		to = to > end ? end : to;
		r->bytes[i] += per_ns * (double)(to - from);
	}
}

static void rate_gap(struct rate *r, int64_t start)
{
	uint64_t gap = start > r->last_start_ns ? (uint64_t)(start - r->last_start_ns) : 0;

	if (r->total_ops) {
		r->gap_count++;
		r->gap_sum += gap;
		r->gap_squares += (unsigned __int128)gap * gap;
	}
	r->last_start_ns = start;
}

static void rate_cover(struct rate *r, int64_t start, int64_t end)
{
	int64_t pause = start - r->covered_ns;

	if (pause > 0) {
		r->paused_ns += pause < r->width_ns ? pause : r->width_ns;
		r->covered_ns = start;
	}
	if (end <= r->covered_ns)
		return;
	r->busy_ns += end - r->covered_ns;
	r->covered_ns = end;
}

void rate_add(struct rate *r, int64_t start, int64_t end, uint64_t bytes)
{
	/* Times of a damaged or lying trace must not run us out of the array, nor its ends
	 * out of their numbers. */
	if (start < -RATE_FAR || start > RATE_FAR)
		return;
	if (!r->bytes)
		rate_begin(r, start);
	if (start < r->origin_ns)
		start = r->origin_ns;
	if (end < start || end > RATE_FAR)
		end = start;
	while (end >= r->window_to_ns && (end - r->origin_ns) / r->width_ns >= RATE_WINDOWS)
		rate_double(r);
	rate_spread(r, start, end, bytes);
	rate_gap(r, start);
	rate_cover(r, start, end);
	r->ops[rate_window(r, start)]++;
	r->total_ops++;
	r->total_bytes += (double)bytes;
}

/* Adds operations as long as they begin and end in the window of the last one;
 * returns how many. Its sums stay in registers. */
static size_t rate_run(struct rate *r, const struct span *spans, size_t count)
{
	int64_t from = r->window_from_ns, to = r->window_to_ns;
	int64_t last = r->last_start_ns, covered = r->covered_ns, paused = 0;
	unsigned __int128 squares = 0;
	uint64_t bytes = 0;
	size_t n = 0;

	for (; n < count; n++) {
		int64_t start = spans[n].start, end = spans[n].end;
		uint64_t gap = (uint64_t)start - (uint64_t)last;
		if (start < from || start < last || end < start || end >= to)
			break;
		bytes += spans[n].bytes;
		squares += (unsigned __int128)gap * gap;
		last = start;
		paused += start > covered ? start - covered : 0;
		covered = end > covered ? end : covered;
	}
	if (n)
		rate_add_run(r, &(struct rate_run){n, bytes, last, covered, paused, squares});
	return n;
}

void rate_add_run(struct rate *r, const struct rate_run *run)
{
	r->gap_sum += (uint64_t)(run->last_start_ns - r->last_start_ns);
	r->gap_squares += run->gap_squares;
	r->gap_count += run->ops;
	r->last_start_ns = run->last_start_ns;
	r->paused_ns += run->paused_ns;
	r->busy_ns += run->covered_ns - r->covered_ns - run->paused_ns;
	r->covered_ns = run->covered_ns;
	r->pending_bytes += run->bytes;
	r->pending_ops += run->ops;
}

void rate_settle(struct rate *r)
{
	if (!r->pending_ops)
		return;
	r->bytes[r->window] += (double)r->pending_bytes;
	r->ops[r->window] += r->pending_ops;
	r->total_bytes += (double)r->pending_bytes;
	r->total_ops += r->pending_ops;
	r->pending_bytes = r->pending_ops = 0;
}

void rate_add_more(struct rate *r, const struct span *spans, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		i += rate_run(r, spans + i, count - i);
		if (i == count)
			break;
		rate_settle(r);
		rate_add(r, spans[i].start, spans[i].end, spans[i].bytes);
	}
}

void rate_add_spans(struct rate *r, const struct span *spans, size_t count)
{
	rate_add_more(r, spans, count);
	rate_settle(r);
}

double rate_window_s(const struct rate *r)
{
	return (double)(r->width_ns ? r->width_ns : RATE_WIDTH_NS) / 1e9;
}

double rate_mean(const struct rate *r)
{
	uint32_t active = 0;

	for (uint32_t i = 0; i < r->used; i++)
		active += r->bytes[i] > 0 || r->ops[i];
	return active ? r->total_bytes / (active * rate_window_s(r)) : 0;
}

double rate_while_busy(const struct rate *r)
{
	return r->busy_ns > 0 ? r->total_bytes / ((double)r->busy_ns / 1e9) : 0;
}

double rate_throughput(const struct rate *r)
{
	int64_t time = r->busy_ns + r->paused_ns;

	return time > 0 ? r->total_bytes / ((double)time / 1e9) : 0;
}

double rate_peak(const struct rate *r)
{
	double peak = 0;

	for (uint32_t i = 0; i < r->used; i++)
		if (r->bytes[i] > peak)
			peak = r->bytes[i];
	return peak / rate_window_s(r);
}

double rate_idc(const struct rate *r)
{
	double mean = r->used ? (double)r->total_ops / r->used : 0, squares = 0;

	for (uint32_t i = 0; i < r->used; i++)
		squares += ((double)r->ops[i] - mean) * ((double)r->ops[i] - mean);
	return r->used > 1 ? squares / (r->used - 1) / mean : 0;
}

double rate_cv2(const struct rate *r)
{
	long double n = (long double)r->gap_count, sum = (long double)r->gap_sum;
	long double off = (long double)r->gap_squares - sum * sum / n, mean = sum / n;

	if (r->gap_count < 2 || !r->gap_sum)
		return 0;
	return off > 0 ? (double)(off / (n - 1) / (mean * mean)) : 0;
}

double rate_peak_to_mean(const struct rate *r)
{
	uint64_t peak = 0;

	for (uint32_t i = 0; i < r->used; i++)
		if (r->ops[i] > peak)
			peak = r->ops[i];
	return r->total_ops ? (double)peak * r->used / (double)r->total_ops : 0;
}

double rate_duty(const struct rate *r)
{
	uint32_t active = 0;

	for (uint32_t i = 0; i < r->used; i++)
		active += r->bytes[i] > 0 || r->ops[i];
	return r->used ? (double)active / r->used : 0;
}
