/* SPDX-License-Identifier: Apache-2.0
 *
 * Percentiles against the sorted values themselves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/histogram.h"

#define VALUES 100000

static int compare(const void *one, const void *other)
{
	const uint64_t *a = one, *b = other;

	return *a < *b ? -1 : *a > *b;
}

static void percentiles_are_within_a_64th(void **state)
{
	static const double shares[] = {0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0};
	static struct histogram h;
	uint64_t *values = malloc(VALUES * sizeof *values), seed = 42;

	(void)state;
	for (int i = 0; i < VALUES; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		values[i] = (seed >> 20) >> (seed % 44);
		histogram_add(&h, values[i]);
	}
	qsort(values, VALUES, sizeof *values, compare);
	for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
		uint64_t exact = values[(size_t)(shares[i] * VALUES + 0.5) - 1];
		uint64_t got = histogram_percentile(&h, shares[i]);
		uint64_t off = got > exact ? got - exact : exact - got;
		if (off * 64 > exact)
			fail_msg("share %g: %llu for %llu", shares[i], (unsigned long long)got,
			         (unsigned long long)exact);
	}
	assert_int_equal(histogram_min(&h), values[0]);
	assert_int_equal(h.max, values[VALUES - 1]);
	free(values);
}

static void small_values_are_exact(void **state)
{
	static struct histogram h;

	(void)state;
	for (uint64_t v = 1; v <= 100; v++)
		histogram_add(&h, v);
	assert_int_equal(histogram_percentile(&h, 0.5), 50);
	assert_int_equal(histogram_percentile(&h, 0.99), 99);
	assert_int_equal(histogram_percentile(&h, 0), 1);
}

static void the_largest_value_fits(void **state)
{
	static struct histogram h;

	(void)state;
	histogram_add(&h, UINT64_MAX);
	assert_true(histogram_percentile(&h, 0.5) == UINT64_MAX);
}

static void an_empty_one_is_zero(void **state)
{
	static struct histogram h;

	(void)state;
	assert_int_equal(histogram_percentile(&h, 0.5), 0);
}

static void merging_is_adding(void **state)
{
	static struct histogram a, b, both;

	(void)state;
	for (uint64_t v = 0; v < 1000; v++) {
		histogram_add(v % 3 ? &a : &b, v * v);
		histogram_add(&both, v * v);
	}
	histogram_merge(&a, &b);
	assert_memory_equal(&a, &both, sizeof a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(percentiles_are_within_a_64th),
	        cmocka_unit_test(small_values_are_exact),
	        cmocka_unit_test(the_largest_value_fits),
	        cmocka_unit_test(an_empty_one_is_zero),
	        cmocka_unit_test(merging_is_adding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
