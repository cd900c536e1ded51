/* SPDX-License-Identifier: Apache-2.0
 *
 * Consecutive, sequential, strided and random accesses, told apart by handle.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "measure/pattern.h"
#include "measure/seek.h"

static struct handles *handles;

static int open_table(void **state)
{
	(void)state;
	handles = handles_new();
	return 0;
}

static int close_table(void **state)
{
	(void)state;
	handles_free(handles);
	return 0;
}

static enum access read_at(uint32_t handle, int64_t offset, int64_t length)
{
	return handles_access(handles, 1, handle, false, offset, length).kind;
}

static void from_front_to_back_is_consecutive(void **state)
{
	(void)state;
	for (int64_t i = 0; i < 10; i++)
		assert_int_equal(read_at(1, i * 4096, 4096), ACCESS_CONSECUTIVE);
	assert_int_equal(read_at(1, 10 * 4096, 0), ACCESS_CONSECUTIVE); /* end of file */
}

static void a_first_access_elsewhere_is_random(void **state)
{
	(void)state;
	assert_int_equal(read_at(1, 4096, 4096), ACCESS_RANDOM);
}

static void forward_over_changing_gaps_is_sequential(void **state)
{
	(void)state;
	read_at(1, 0, 100);
	assert_int_equal(read_at(1, 150, 100), ACCESS_SEQUENTIAL);
	assert_int_equal(read_at(1, 260, 100), ACCESS_SEQUENTIAL);
	assert_int_equal(read_at(1, 500, 100), ACCESS_SEQUENTIAL);
}

static void the_same_gap_again_is_strided(void **state)
{
	(void)state;
	read_at(1, 0, 100);
	assert_int_equal(read_at(1, 1000, 100), ACCESS_SEQUENTIAL);
	for (int64_t i = 2; i < 10; i++)
		assert_int_equal(read_at(1, i * 1000, 100), ACCESS_STRIDED);
}

static void faults_as_far_apart_as_what_comes_with_one_are_no_strides(void **state)
{
	const struct step near = {(64 << 10) - 4096, ACCESS_STRIDED},
	                  far = {8 << 20, ACCESS_STRIDED}, back = {-(64 << 10), ACCESS_STRIDED},
	                  jump = {100, ACCESS_RANDOM};

	(void)state;
	assert_int_equal(step_of_fault(near), ACCESS_SEQUENTIAL);
	assert_int_equal(step_of_fault(far), ACCESS_STRIDED);
	assert_int_equal(step_of_fault(back), ACCESS_STRIDED);
	assert_int_equal(step_of_fault(jump), ACCESS_RANDOM);
}

static void backwards_is_random(void **state)
{
	(void)state;
	read_at(1, 0, 100);
	read_at(1, 5000, 100);
	assert_int_equal(read_at(1, 300, 100), ACCESS_RANDOM);
}

static void handles_do_not_disturb_each_other(void **state)
{
	(void)state;
	for (int64_t i = 0; i < 10; i++) {
		assert_int_equal(read_at(1, i * 10, 10), ACCESS_CONSECUTIVE);
		assert_int_equal(read_at(2, i * 77, 77), ACCESS_CONSECUTIVE);
		assert_int_equal(handles_access(handles, 2, 1, false, i * 5, 5).kind,
		                 ACCESS_CONSECUTIVE);
		assert_int_equal(handles_access(handles, 1, 1, true, i * 9, 9).kind,
		                 ACCESS_CONSECUTIVE);
	}
}

static void extreme_offsets_do_no_harm(void **state)
{
	(void)state;
	read_at(1, INT64_MAX, INT64_MAX);
	read_at(1, 0, INT64_MAX);
	read_at(1, INT64_MAX, 1);
}

static void distances_are_from_end_to_beginning(void **state)
{
	(void)state;
	assert_int_equal(handles_access(handles, 1, 1, false, 500, 100).distance, 0);
	assert_int_equal(handles_access(handles, 1, 1, false, 600, 100).distance, 0);
	assert_int_equal(handles_access(handles, 1, 1, false, 5000, 100).distance, 4300);
	assert_int_equal(handles_access(handles, 1, 1, false, 0, 100).distance, -5100);
}

static void distances_fall_into_kinds(void **state)
{
	static const int64_t forward[] = {1, 4095, 4096, 16383, 16384, INT64_C(1) << 40, INT64_MAX};
	static const unsigned kind[] = {0, 0, 1, 1, 2, SEEK_KINDS - 1, SEEK_KINDS - 1};
	struct seeks s = {0}, twice = {0};

	(void)state;
	for (size_t i = 0; i < sizeof kind / sizeof *kind; i++) {
		uint64_t before = s.forward[kind[i]], back = s.back[kind[i]];
		seeks_add(&s, forward[i]);
		seeks_add(&s, -forward[i]);
		assert_int_equal(s.forward[kind[i]], before + 1);
		assert_int_equal(s.back[kind[i]], back + 1);
		assert_true(seek_least(kind[i]) <= (uint64_t)forward[i]);
	}
	seeks_add(&s, 0);
	seeks_add(&s, INT64_MIN);
	assert_int_equal(s.back[SEEK_KINDS - 1], 3);
	seeks_merge(&twice, &s);
	seeks_merge(&twice, &s);
	for (int i = 0; i < SEEK_KINDS; i++)
		assert_int_equal(twice.back[i] + twice.forward[i], 2 * (s.back[i] + s.forward[i]));
}

static void shares_are_of_operations_and_of_bytes(void **state)
{
	struct pattern p = {0}, half = {0};

	(void)state;
	pattern_count(&p, ACCESS_CONSECUTIVE, 3000, 0, 3000);
	pattern_count(&p, ACCESS_RANDOM, 1000, 4096, 8192);
	assert_true(pattern_share(&p, ACCESS_RANDOM) == 0.5);
	assert_true(pattern_byte_share(&p, ACCESS_RANDOM) == 0.25);
	assert_true(pattern_aligned(&p) == 0.5);
	pattern_count(&half, ACCESS_CONSECUTIVE, 3000, 0, 3000);
	pattern_subtract(&p, &half);
	assert_true(pattern_byte_share(&p, ACCESS_RANDOM) == 1 && pattern_aligned(&p) == 1);
	assert_true(pattern_byte_share(&(struct pattern){0}, ACCESS_RANDOM) == 0);
}

static void classes_follow_the_shares(void **state)
{
	(void)state;
	assert_string_equal(pattern_class(&(struct pattern){.count = {90, 5, 0, 5}}), "sequential");
	assert_string_equal(pattern_class(&(struct pattern){.count = {10, 0, 80, 10}}), "strided");
	assert_string_equal(pattern_class(&(struct pattern){.count = {10, 20, 10, 60}}), "random");
	assert_string_equal(pattern_class(&(struct pattern){.count = {40, 20, 10, 30}}), "mixed");
	assert_string_equal(pattern_class(&(struct pattern){.count = {0, 50, 0, 50}}), "random");
	assert_string_equal(pattern_class(&(struct pattern){.count = {60, 20, 0, 20}}), "mixed");
	assert_string_equal(pattern_class(&(struct pattern){.count = {0, 0, 0, 0}}), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(from_front_to_back_is_consecutive, open_table,
	                                        close_table),
	        cmocka_unit_test_setup_teardown(a_first_access_elsewhere_is_random, open_table,
	                                        close_table),
	        cmocka_unit_test_setup_teardown(forward_over_changing_gaps_is_sequential,
	                                        open_table, close_table),
	        cmocka_unit_test_setup_teardown(the_same_gap_again_is_strided, open_table,
	                                        close_table),
	        cmocka_unit_test_setup_teardown(backwards_is_random, open_table, close_table),
	        cmocka_unit_test_setup_teardown(handles_do_not_disturb_each_other, open_table,
	                                        close_table),
	        cmocka_unit_test_setup_teardown(extreme_offsets_do_no_harm, open_table,
	                                        close_table),
	        cmocka_unit_test_setup_teardown(distances_are_from_end_to_beginning, open_table,
	                                        close_table),
	        cmocka_unit_test(faults_as_far_apart_as_what_comes_with_one_are_no_strides),
	        cmocka_unit_test(distances_fall_into_kinds),
	        cmocka_unit_test(shares_are_of_operations_and_of_bytes),
	        cmocka_unit_test(classes_follow_the_shares),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
