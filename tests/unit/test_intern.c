/* SPDX-License-Identifier: Apache-2.0
 *
 * Each key has one id, whichever level of the table it lies in and whoever asks.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/intern.h"

#define THREADS 4
#define ALIKE   5000

static struct intern table;

/* One-to-one, so that no two numbers have the same key; never 0 but for -1. */
static uint64_t key_of(uint64_t number)
{
	uint64_t key = (number + 1) * 0x9E3779B97F4A7C15u;

	key ^= key >> 32;
	return key * 0xC2B2AE3D27D4EB4Fu;
}

/* All begin at the same place of each level. */
static uint64_t alike(uint64_t number)
{
	return (uint64_t)0x5A5A << 48 | (number + 1);
}

static int begin(void **state)
{
	(void)state;
	memset(&table, 0, sizeof table);
	return intern_prepare(&table);
}

static void give_ids(uint64_t (*key)(uint64_t number), uint32_t count)
{
	bool fresh;

	for (uint32_t i = 0; i < count; i++) {
		assert_int_equal(intern_id(&table, key(i), &fresh), i + 1);
		assert_true(fresh);
	}
	for (uint32_t i = 0; i < count; i++) {
		assert_int_equal(intern_id(&table, key(i), &fresh), i + 1);
		assert_false(fresh);
	}
}

static void ids_are_given_in_order_until_there_are_no_more(void **state)
{
	bool fresh;

	(void)state;
	give_ids(key_of, INTERN_MOST);
	assert_int_equal(intern_id(&table, key_of(INTERN_MOST), &fresh), 0);
	assert_int_equal(table.denied, 1);
	assert_int_equal(intern_id(&table, key_of(7), &fresh), 8);
}

static void keys_that_collide_everywhere_are_told_apart(void **state)
{
	(void)state;
	give_ids(alike, ALIKE);
}

struct asker {
	pthread_t thread;
	uint32_t from, fresh, ids[ALIKE];
};

static void *ask(void *argument)
{
	struct asker *self = argument;
	bool fresh;

	for (uint32_t i = 0; i < ALIKE; i++) {
		uint32_t at = (self->from + i) % ALIKE;
		self->ids[at] = intern_id(&table, at % 2 ? alike(at) : key_of(at), &fresh);
		self->fresh += fresh;
	}
	return NULL;
}

static void threads_agree_and_one_of_them_is_first(void **state)
{
	static struct asker askers[THREADS];
	uint32_t fresh = 0;

	(void)state;
	for (uint32_t i = 0; i < THREADS; i++) {
		askers[i].from = i * ALIKE / THREADS * (i % 2);
		assert_int_equal(pthread_create(&askers[i].thread, NULL, ask, &askers[i]), 0);
	}
	for (uint32_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(askers[i].thread, NULL), 0);
		assert_memory_equal(askers[i].ids, askers[0].ids, sizeof askers[0].ids);
		fresh += askers[i].fresh;
	}
	assert_int_equal(fresh, ALIKE);
	assert_int_equal(table.last, ALIKE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(ids_are_given_in_order_until_there_are_no_more, begin),
	        cmocka_unit_test_setup(keys_that_collide_everywhere_are_told_apart, begin),
	        cmocka_unit_test_setup(threads_agree_and_one_of_them_is_first, begin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
