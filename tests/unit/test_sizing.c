/* SPDX-License-Identifier: Apache-2.0
 *
 * The sizing rules against the figures they are known by, and quantities as
 * they are typed.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/quantity.h"
#include "base/sizing.h"

static void assert_near(double got, double expected, double within)
{
	if (fabs(got - expected) > within * expected)
		fail_msg("%g instead of %g", got, expected);
}

static void a_model_of_175_billion_parameters(void **state)
{
	struct sizing_question q = sizing_question(175e9, 3600);
	struct sizing s = sizing_answer(&q);

	(void)state;
	assert_near(s.state_bytes, 2.45e12, 1e-12);
	assert_near(s.save_s, 180, 1e-12);
	assert_near(s.save_bandwidth, 13.6e9, 0.002);
	assert_near(s.restore_bandwidth, 8 * s.save_bandwidth, 1e-12);
	assert_near(s.day_bytes, 24 * 2.45e12, 1e-12);
	assert_near(sizing_parameters(s.state_bytes, 14), 175e9, 1e-12);
}

/* MLPerf Storage's sizes, in GiB; theirs hold a little more than the rule. */
static void sizes_are_near_those_of_a_benchmark(void **state)
{
	static const double known[][2] = {{8.03e9, 105}, {70.6e9, 912}, {405e9, 5.29 * 1024}};

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct sizing_question q = sizing_question(known[i][0], 3600);
		struct sizing s = sizing_answer(&q);
		assert_near(s.state_bytes, known[i][1] * (1 << 30), 0.03);
	}
}

static void shares_of_gpus_need_gpus(void **state)
{
	struct sizing_question q = sizing_question(1e9, 1800);
	struct sizing s = sizing_answer(&q);

	(void)state;
	assert_true(s.gpu_bytes < 0 && s.gpu_save_bandwidth < 0 && s.mttf_s < 0 &&
	            s.best_interval_s < 0);
	q.gpus = 64;
	s = sizing_answer(&q);
	assert_near(s.gpu_bytes, 14e9 / 64, 1e-12);
	assert_near(s.gpu_restore_bandwidth, 8 * 14e9 / 90 / 64, 1e-12);
}

static void failures_scale_with_gpus(void **state)
{
	struct sizing_question q = sizing_question(405e9, 3600);
	struct sizing s;

	(void)state;
	q.gpus = 16384;
	s = sizing_answer(&q);
	assert_near(s.mttf_s, 54.0 * 86400 / 419, 1e-12);
	q.mttf_s = 1000;
	assert_near(sizing_answer(&q).mttf_s, 1000, 1e-12);
}

/* The time lost to saving and to work done again, for some intervals around. */
static void the_best_interval_loses_least(void **state)
{
	double mttf = 50000, save = 40, best = sizing_young_daly(mttf, save);
	double least = save / best + best / (2 * mttf);

	(void)state;
	for (double factor = 0.2; factor < 5; factor *= 1.1) {
		double interval = best * factor;
		assert_true(save / interval + interval / (2 * mttf) >= least - 1e-12);
	}
}

static void quantities_as_typed(void **state)
{
	static const struct {
		bool (*parse)(const char *, double *);
		const char *text;
		double value; /* 0 = refused */
	} cases[] = {
	        {quantity_count, "175B", 175e9},   {quantity_count, "8.03 b", 8.03e9},
	        {quantity_count, "7e9", 7e9},      {quantity_count, "1T", 1e12},
	        {quantity_count, "125M", 125e6},   {quantity_count, "512k", 512e3},
	        {quantity_count, "0", 0},          {quantity_count, "-1B", 0},
	        {quantity_count, "B", 0},          {quantity_count, "12Q", 0},
	        {quantity_count, "", 0},           {quantity_count, "nan", 0},
	        {quantity_count, "inf", 0},        {quantity_count, "1e308T", 0},
	        {quantity_seconds, "90", 90},      {quantity_seconds, "30m", 1800},
	        {quantity_seconds, "30min", 1800}, {quantity_seconds, "4h", 14400},
	        {quantity_seconds, "2d", 172800},  {quantity_seconds, "1 week", 0},
	        {quantity_percent, "5", 0.05},     {quantity_percent, "5%", 0.05},
	        {quantity_percent, "101", 0},      {quantity_percent, "0", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		double value = 0;
		if (cases[i].parse(cases[i].text, &value) != (cases[i].value > 0))
			fail_msg("'%s' was %s", cases[i].text,
			         cases[i].value > 0 ? "refused" : "taken");
		if (cases[i].value > 0)
			assert_near(value, cases[i].value, 1e-12);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_model_of_175_billion_parameters),
	        cmocka_unit_test(sizes_are_near_those_of_a_benchmark),
	        cmocka_unit_test(shares_of_gpus_need_gpus),
	        cmocka_unit_test(failures_scale_with_gpus),
	        cmocka_unit_test(the_best_interval_loses_least),
	        cmocka_unit_test(quantities_as_typed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
