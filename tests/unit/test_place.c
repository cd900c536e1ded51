/* SPDX-License-Identifier: Apache-2.0
 *
 * A thread without pauses goes on where its operations take the least time.
 */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "replay/place.h"

static cpu_set_t test_may(void)
{
	cpu_set_t may;

	assert_int_equal(sched_getaffinity(0, sizeof may, &may), 0);
	return may;
}

/* As if each operation took so long on the one processor and so long on others. */
static void test_run(struct place *place, uint32_t ops, int good, uint64_t there,
                     uint64_t elsewhere)
{
	uint64_t now = 1000000;

	place_begin(place, ops, 1);
	for (uint32_t i = 0; i < ops; i++) {
		now += sched_getcpu() == good ? there : elsewhere;
		place_ended(place, now);
	}
}

static int test_last(const cpu_set_t *may)
{
	int last = -1;

	for (int i = 0; i < CPU_SETSIZE; i++)
		last = CPU_ISSET(i, may) ? i : last;
	return last;
}

static void test_goes_where_it_is_fast(void **state)
{
	cpu_set_t before = test_may(), after;
	int good = test_last(&before);
	struct place place;

	(void)state;
	if (CPU_COUNT(&before) < 2 || CPU_COUNT(&before) > 16)
		skip();
	test_run(&place, 100000, good, 40000, 60000);
	after = test_may();
	assert_true(place.settled);
	assert_int_equal(place.cpus[place.at], good);
	assert_true(CPU_EQUAL(&before, &after));
}

static void test_stays_where_it_makes_no_difference(void **state)
{
	cpu_set_t before = test_may(), after;
	struct place place;

	(void)state;
	if (CPU_COUNT(&before) < 2 || CPU_COUNT(&before) > 16)
		skip();
	test_run(&place, 100000, test_last(&before), 40000, 41000);
	assert_true(place.settled);
	assert_int_equal(place.at, 0);
	test_run(&place, 100000, test_last(&before), 500, 900); /* from the page cache */
	after = test_may();
	assert_false(place.trying);
	assert_true(CPU_EQUAL(&before, &after));
}

static void test_does_not_try_where_that_is_most_of_the_run(void **state)
{
	struct place place;

	(void)state;
	place_begin(&place, 1000, 1);
	assert_false(place.trying);
	place_begin(&place, 10000000, 1000);
	assert_false(place.trying);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_goes_where_it_is_fast),
	        cmocka_unit_test(test_stays_where_it_makes_no_difference),
	        cmocka_unit_test(test_does_not_try_where_that_is_most_of_the_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
