/* SPDX-License-Identifier: Apache-2.0
 *
 * Bandwidth and burstiness of series whose figures are known beforehand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "measure/rate.h"

#define SECOND INT64_C(1000000000)

static void assert_near(double got, double expected)
{
	if (got < expected * 0.999 || got > expected * 1.001)
		fail_msg("%g instead of %g", got, expected);
}

static void a_steady_series_is_not_bursty(void **state)
{
	struct rate r = {0};

	(void)state;
	for (int64_t i = 0; i < 1000; i++)
		rate_add(&r, i * SECOND / 100, i * SECOND / 100 + 1000, 5000);
	assert_near(rate_mean(&r), 500000);
	assert_near(rate_peak(&r), 500000);
	assert_true(rate_idc(&r) < 0.001);
	assert_true(rate_cv2(&r) < 0.001);
	assert_near(rate_peak_to_mean(&r), 1);
	assert_near(rate_duty(&r), 1);
	rate_free(&r);
}

static void bursts_show(void **state)
{
	struct rate r = {0};

	(void)state;
	for (int64_t burst = 0; burst < 10; burst++)
		for (int64_t i = 0; i < 100; i++)
			rate_add(&r, burst * SECOND + i * 1000, burst * SECOND + i * 1000 + 500,
			         10);
	assert_true(rate_idc(&r) > 50);
	assert_true(rate_cv2(&r) > 10);
	assert_near(rate_duty(&r), 10.0 / 91);
	assert_near(rate_peak(&r), 100 * 10 / 0.1);
	rate_free(&r);
}

/* Ten of 1 ms and 9 pauses of 9 ms, then a long pause and one more. */
static void throughput_counts_pauses_but_not_all_of_long_ones(void **state)
{
	struct rate r = {0};
	struct rate once = {0};
	struct span spans[11] = {0};

	(void)state;
	for (int64_t i = 0; i < 11; i++) {
		spans[i].start = i < 10 ? i * SECOND / 100 : 20 * SECOND;
		spans[i].end = spans[i].start + SECOND / 1000;
		spans[i].bytes = 1000;
		rate_add(&r, spans[i].start, spans[i].end, spans[i].bytes);
	}
	rate_add_spans(&once, spans, 11);
	assert_near(rate_throughput(&r), 11000 / (0.091 + 0.1 + 0.001));
	assert_near(rate_throughput(&once), 11000 / (0.091 + 0.1 + 0.001));
	rate_free(&r);
	rate_free(&once);
}

static void a_long_operation_is_spread(void **state)
{
	struct rate r = {0};

	(void)state;
	rate_add(&r, 0, 10 * SECOND, 10000000);
	assert_near(rate_peak(&r), 1000000);
	assert_near(rate_while_busy(&r), 1000000);
	rate_free(&r);
}

static void overlapping_operations_are_busy_once(void **state)
{
	struct rate r = {0};

	(void)state;
	rate_add(&r, 0, 2 * SECOND, 1);
	rate_add(&r, SECOND, 3 * SECOND, 1);
	rate_add(&r, SECOND, SECOND + 5, 1);
	assert_int_equal(r.busy_ns, 3 * SECOND);
	rate_free(&r);
}

static void a_long_run_widens_the_windows(void **state)
{
	struct rate r = {0};

	(void)state;
	for (int64_t i = 0; i < 100000; i++)
		rate_add(&r, i * SECOND, i * SECOND + 10, 1000);
	assert_true(rate_window_s(&r) > 0.1);
	assert_near(r.total_bytes, 1e8);
	assert_near(rate_mean(&r), 1000);
	rate_free(&r);
}

static void absurd_times_do_no_harm(void **state)
{
	struct rate r = {0};

	(void)state;
	rate_add(&r, 1000, 500, 1);
	rate_add(&r, INT64_MAX, INT64_MIN, 1);
	rate_add(&r, -5, INT64_MAX, 1);
	rate_add(&r, INT64_MAX / 8, INT64_MAX / 8 + 10, 1);
	rate_free(&r);
	r = (struct rate){0};
	rate_add(&r, INT64_MIN, INT64_MIN + 10, 1);
	rate_add(&r, INT64_MAX - 1, INT64_MAX, 1);
	rate_add(&r, 1700 * SECOND, 1701 * SECOND, 1000);
	assert_near(r.total_bytes, 1000);
	assert_near(rate_while_busy(&r), 1000);
	rate_free(&r);
	r = (struct rate){0};
	rate_add(&r, -INT64_MAX / 4, -INT64_MAX / 4 + 10, 1);
	rate_add(&r, -SECOND, -1, 1000);
	assert_near(r.total_bytes, 1001);
	rate_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_steady_series_is_not_bursty),
	        cmocka_unit_test(bursts_show),
	        cmocka_unit_test(throughput_counts_pauses_but_not_all_of_long_ones),
	        cmocka_unit_test(a_long_operation_is_spread),
	        cmocka_unit_test(overlapping_operations_are_busy_once),
	        cmocka_unit_test(a_long_run_widens_the_windows),
	        cmocka_unit_test(absurd_times_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
