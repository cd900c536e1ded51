/* SPDX-License-Identifier: Apache-2.0
 *
 * Windows and bursts against counts made the long way, and against processes
 * whose figures are known.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/burst.h"

#define MS INT64_C(1000000)

static void assert_near(double got, double expected, double within)
{
	if (!(fabs(got - expected) <= within * fabs(expected) + 1e-9))
		fail_msg("%g instead of %g", got, expected);
}

/* The window figures from an array of all windows. */
static struct burst_windows counted(const int64_t *starts, size_t count, int64_t width)
{
	size_t windows = (size_t)((starts[count - 1] - starts[0]) / width + 1), active = 0;
	double *ops = calloc(windows, sizeof *ops), mean = (double)count / (double)windows;
	double squares = 0, most = 0;

	for (size_t i = 0; i < count; i++)
		ops[(starts[i] - starts[0]) / width]++;
	for (size_t i = 0; i < windows; i++) {
		squares += (ops[i] - mean) * (ops[i] - mean);
		most = fmax(most, ops[i]);
		active += ops[i] > 0;
	}
	free(ops);
	return (struct burst_windows){.idc = windows > 1 ? squares / (double)(windows - 1) / mean
	                                                 : 0,
	                              .peak_to_mean = most / mean,
	                              .duty_cycle = (double)active / (double)windows};
}

/* Operations with exponential gaps, and a silence of a minute in the middle. */
static void windows_of_all_widths(void **state)
{
	static const int64_t widths[BURST_SCALES] = {10 * MS, 100 * MS, 1000 * MS, 10000 * MS};
	enum { COUNT = 20000 };
	int64_t *starts = malloc(COUNT * sizeof *starts), at = 123456789;
	struct burst b = {0};

	(void)state;
	srand48(7);
	for (int i = 0; i < COUNT; i++) {
		at += (int64_t)(-log(1 - drand48()) * 3e6) + (i == COUNT / 2 ? 60000 * MS : 0);
		starts[i] = at;
		burst_add(&b, at, at + 1000, 4096);
	}
	for (unsigned i = 0; i < BURST_SCALES; i++) {
		struct burst_windows got = burst_windows(&b, i);
		struct burst_windows expected = counted(starts, COUNT, widths[i]);
		assert_near(got.window_s, (double)widths[i] / 1e9, 0);
		assert_near(got.idc, expected.idc, 1e-9);
		assert_near(got.peak_to_mean, expected.peak_to_mean, 1e-9);
		assert_near(got.duty_cycle, expected.duty_cycle, 1e-9);
	}
	free(starts);
}

static void a_poisson_process_has_an_idc_of_one(void **state)
{
	struct burst b = {0};
	double at = 0;

	(void)state;
	srand48(11);
	for (int i = 0; i < 500000; i++) {
		at += -log(1 - drand48()) * 1e6;
		burst_add(&b, (int64_t)at, (int64_t)at, 1);
	}
	assert_near(burst_windows(&b, 0).idc, 1, 0.05);
	assert_near(burst_windows(&b, 1).idc, 1, 0.1);
}

/* 40 bursts of 100 operations of 50 us each, back to back, 20 ms apart. */
static void bursts_and_pauses(void **state)
{
	struct burst b = {0};
	struct burst_bursts all;
	int64_t at = 5000;

	(void)state;
	for (int i = 0; i < 40; i++, at += 20 * MS)
		for (int k = 0; k < 100; k++, at += 50000)
			burst_add(&b, at, at + 49000, i == 7 ? 8192 : 4096);
	all = burst_bursts(&b);
	assert_int_equal(all.count, 40);
	assert_near(all.mean_ops, 100, 0);
	assert_int_equal(all.most_ops, 100);
	assert_int_equal(all.most_bytes, 819200);
	assert_near(all.mean_bytes, 409600 * 41 / 40.0, 1e-9);
	assert_near(all.median_bytes, 409600, 1e-9);
	assert_near(all.mean_on_s, 4.999e-3, 1e-6);
	assert_near(all.mean_off_s, 20.001e-3, 1e-6);
	assert_near(all.duty_cycle, 40 * 4.999 / (40 * 4.999 + 39 * 20.001), 1e-6);
	assert_true(all.pause_s > 2e-3 && all.pause_s < 20e-3);
}

/* Several clients: what overlaps is one burst. */
static void overlapping_operations_leave_no_pause(void **state)
{
	struct burst b = {0};

	(void)state;
	for (int64_t i = 0; i < 1000; i++)
		burst_add(&b, i * MS, i * MS + 3 * MS, 1);
	assert_int_equal(burst_bursts(&b).count, 0);
}

static void none_and_one(void **state)
{
	struct burst b = {0};
	struct burst_windows w = burst_windows(&b, 0);

	(void)state;
	assert_true(w.idc == 0 && w.peak_to_mean == 0 && w.duty_cycle == 0);
	assert_int_equal(burst_bursts(&b).count, 0);
	burst_add(&b, 1, 2, 3);
	w = burst_windows(&b, 3);
	assert_true(w.idc == 0 && w.peak_to_mean == 1 && w.duty_cycle == 1);
	assert_int_equal(burst_bursts(&b).count, 0);
}

static void times_that_lie_do_no_harm(void **state)
{
	struct burst b = {0};

	(void)state;
	burst_add(&b, INT64_MIN + 5, INT64_MAX, 1);
	burst_add(&b, INT64_MAX, INT64_MIN, UINT64_MAX);
	burst_add(&b, 0, 100, 1);
	burst_add(&b, -100, INT64_MAX, 1);
	assert_true(isfinite(burst_windows(&b, 0).idc) && isfinite(burst_bursts(&b).duty_cycle));
}

static void many_at_once_are_as_one_by_one(void **state)
{
	static struct span spans[20000];
	struct burst one, many;
	int64_t at = -1000;
	size_t count = sizeof spans / sizeof *spans;

	(void)state;
	memset(&one, 0, sizeof one);
	memset(&many, 0, sizeof many);
	srand48(7);
	for (size_t i = 0; i < count; i++) {
		at += (int64_t)(drand48() * (i % 100 ? 5000 : 5000000));
		spans[i] = (struct span){.start = at,
		                         .end = at + (int64_t)(drand48() * 4000),
		                         .bytes = (uint64_t)(drand48() * 1e6)};
	}
	for (size_t i = 0; i < count; i++)
		burst_add(&one, spans[i].start, spans[i].end, spans[i].bytes);
	burst_add_spans(&many, spans, 1);
	burst_add_spans(&many, spans + 1, 7777);
	burst_add_spans(&many, spans + 7778, count - 7778);
	assert_memory_equal(&one, &many, sizeof one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(many_at_once_are_as_one_by_one),
	        cmocka_unit_test(windows_of_all_widths),
	        cmocka_unit_test(a_poisson_process_has_an_idc_of_one),
	        cmocka_unit_test(bursts_and_pauses),
	        cmocka_unit_test(overlapping_operations_leave_no_pause),
	        cmocka_unit_test(none_and_one),
	        cmocka_unit_test(times_that_lie_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
