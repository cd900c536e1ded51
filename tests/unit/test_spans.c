/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists in order come together in one order, however many, long or empty they are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "read/spans.h"

#define LISTS 9
#define MOST  40

static uint32_t random_below(uint32_t end)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 20) % end;
}

/* Starts are often equal; `bytes` is the order in which they were made, list by list. */
static void fill(struct spans *list, size_t count, uint64_t *made)
{
	int64_t start = 0;

	for (size_t i = 0; i < count; i++) {
		start += random_below(3);
		spans_add(list, (struct span){.start = start, .bytes = (*made)++});
	}
}

static void check(const struct spans *merged, uint64_t made)
{
	assert_int_equal(merged->count, made);
	for (size_t i = 1; i < merged->count; i++) {
		const struct span *a = &merged->items[i - 1], *b = &merged->items[i];
		assert_true(a->start < b->start || (a->start == b->start && a->bytes < b->bytes));
	}
}

static void lists_come_in_one_order(void **state)
{
	struct spans lists[LISTS] = {0}, merged = {0}, work = {0}, *each[LISTS];

	(void)state;
	for (size_t i = 0; i < LISTS; i++)
		each[i] = &lists[i];
	for (int round = 0; round < 2000; round++) {
		size_t count = random_below(LISTS + 1);
		uint64_t made = 0;
		for (size_t i = 0; i < count; i++)
			fill(&lists[i], random_below(3) ? random_below(MOST) : 0, &made);
		spans_merge(&merged, &work, each, count);
		check(&merged, made);
		for (size_t i = 0; i < count; i++)
			assert_int_equal(lists[i].count, 0);
	}
	for (size_t i = 0; i < LISTS; i++)
		spans_free(&lists[i]);
	spans_free(&merged);
	spans_free(&work);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(lists_come_in_one_order)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
