/* SPDX-License-Identifier: Apache-2.0
 *
 * Operations in flight, against a count at every moment.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "measure/depth.h"

enum { MOMENTS = 20000 };

static void as_counted_at_every_moment(void **state)
{
	static uint32_t at[MOMENTS];
	double exact[DEPTH_KINDS] = {0}, sum = 0;
	struct depth f = {0};
	uint32_t most = 0;

	(void)state;
	srand48(3);
	for (int64_t start = 0; start < MOMENTS - 400; start += (int64_t)(drand48() * 20)) {
		int64_t end = start + (int64_t)(drand48() * drand48() * 300);
		depth_add(&f, start, end);
		for (int64_t i = start; i < end; i++)
			at[i]++;
	}
	depth_finish(&f);
	for (int64_t i = 0; i < f.now_ns; i++) {
		unsigned kind = 0;
		while (kind + 1 < DEPTH_KINDS && depth_least(kind + 1) <= at[i])
			kind++;
		exact[kind]++;
		sum += at[i];
		most = at[i] > most ? at[i] : most;
	}
	assert_true(most >= DEPTH_EXACT);
	for (int i = 0; i < DEPTH_KINDS; i++)
		assert_true(f.time_ns[i] == exact[i]);
	assert_true(f.sum_ns == sum);
	assert_true(fabs(depth_mean(&f) - sum / (f.now_ns - exact[0])) < 1e-9);
	assert_true(f.most >= most);
}

/* Ends few and many, in every order, one by one and as parts of any length. */
static void many_at_once_are_as_one_by_one(void **state)
{
	static struct span spans[30000];
	struct depth one = {0}, many = {0};
	int64_t at = 5;
	size_t count = sizeof spans / sizeof *spans;

	(void)state;
	srand48(4);
	for (size_t i = 0; i < count; i++) {
		double longest = i / 2000 % 3 == 0 ? 20 : i / 2000 % 3 == 1 ? 300 : 2000;
		at += (int64_t)(drand48() * 20);
		spans[i].start = at;
		spans[i].end = at + (int64_t)(drand48() * longest);
	}
	for (size_t i = 0; i < count; i++)
		depth_add(&one, spans[i].start, spans[i].end);
	for (size_t i = 0, n; i < count; i += n) {
		n = 1 + (size_t)(drand48() * 100);
		n = n < count - i ? n : count - i;
		depth_add_spans(&many, spans + i, n);
	}
	depth_finish(&one);
	depth_finish(&many);
	assert_true(one.most > DEPTH_EXACT * 4);
	assert_int_equal(one.most, many.most);
	assert_memory_equal(one.time_ns, many.time_ns, sizeof one.time_ns);
	assert_true(one.sum_ns == many.sum_ns);
}

static void one_after_the_other(void **state)
{
	struct depth f = {0};

	(void)state;
	for (int64_t i = 0; i < 100; i++)
		depth_add(&f, i * 10, i * 10 + 5);
	depth_finish(&f);
	assert_int_equal(f.most, 1);
	assert_true(depth_mean(&f) == 1);
	assert_true(f.time_ns[1] == 500 && f.time_ns[0] == 495);
}

static void none(void **state)
{
	struct depth f = {0};

	(void)state;
	depth_finish(&f);
	assert_true(depth_mean(&f) == 0);
}

static void times_that_lie_do_no_harm(void **state)
{
	struct depth f = {0};

	(void)state;
	depth_add(&f, INT64_MIN, INT64_MAX);
	depth_add(&f, 5, INT64_MIN);
	depth_add(&f, INT64_MAX, INT64_MAX);
	depth_add(&f, 0, 10);
	depth_finish(&f);
	assert_true(isfinite(depth_mean(&f)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(as_counted_at_every_moment),
	        cmocka_unit_test(many_at_once_are_as_one_by_one),
	        cmocka_unit_test(one_after_the_other),
	        cmocka_unit_test(none),
	        cmocka_unit_test(times_that_lie_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
