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

#include "read/queue.h"

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
		if (list->count == list->room)
			spans_more(list);
		list->items[list->count++] = (struct span){.start = start, .bytes = (*made)++};
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
		check(spans_merge(&merged, &work, each, count), made);
		for (size_t i = 0; i < count; i++)
			lists[i].count = 0;
	}
	for (size_t i = 0; i < LISTS; i++)
		spans_free(&lists[i]);
	spans_free(&merged);
	spans_free(&work);
}

/* The nth read or write, with all that one may have in it. */
static struct span nth(uint64_t n)
{
	uint64_t odd = n * UINT64_C(0x9e3779b97f4a7c15) >> 20;
	bool none = odd % 7 == 0, far = odd % 61 == 0;

	return (struct span){.start = (int64_t)(n / 3),
	                     .end = (int64_t)(n / 3 + odd % (far ? UINT64_C(1) << 40 : 3000)) -
	                            (odd % 97 == 0),
	                     .bytes = none      ? 0
	                              : odd % 5 ? 4096
	                                        : odd,
	                     .offset = none  ? -1
	                               : far ? INT64_MAX
	                                     : (int64_t)(n % 11 * 4096),
	                     .name = odd % 3 ? (uint32_t)(n / 11) : (uint32_t)odd,
	                     .mount = odd % 13 ? 1 : (uint16_t)odd,
	                     .write = odd % 17 == 0,
	                     .cached = odd / 17 % 4};
}

/* Adds to a queue while what is due must stay as it is. */
static uint64_t add_some(struct queue *queue, uint64_t made, const struct span *due, size_t count)
{
	struct span *was = malloc((count + 1) * sizeof *was);

	assert_non_null(was);
	if (count)
		memcpy(was, due, count * sizeof *was);
	for (uint32_t left = random_below(random_below(5) ? 50 : 2000); left; left--)
		queue_add(queue, nth(made++));
	if (count)
		assert_memory_equal(was, due, count * sizeof *was);
	free(was);
	return made;
}

static void check_due(const struct queue *queue, uint64_t seen)
{
	for (size_t i = 0; i < queue->due.count; i++) {
		struct span want = nth(seen + i), got = queue->due.items[i];
		assert_int_equal(got.start, want.start);
		assert_int_equal(got.end, want.end);
		assert_int_equal(got.bytes, want.bytes);
		assert_int_equal(got.offset, want.offset);
		assert_int_equal(got.name, want.name);
		assert_int_equal(got.mount, want.mount);
		assert_int_equal(got.write, want.write);
		assert_int_equal(got.cached, want.cached);
	}
}

static void hands_out_each_once(struct queue *queue)
{
	uint64_t made = 0, seen = 0, most = 0;
	int64_t time = 0;

	for (int round = 0; round < 5000; round++) {
		made = add_some(queue, made, queue->due.items, queue->due.count);
		most = made - seen > most ? made - seen : most;
		time += random_below(4) ? random_below(40) : random_below(400);
		time = round == 4999 ? INT64_MAX : time;
		queue_ready(queue, time);
		queue_due(queue, time);
		check_due(queue, seen);
		seen += queue->due.count;
		if (seen < made)
			assert_true((int64_t)(seen / 3) >= time);
		if (queue->due.count)
			assert_true(queue->due.items[queue->due.count - 1].start < time);
		/* Never far more than there ever was to keep. */
		assert_true(queue->spans.room <= 4 * most + 1024);
		if (queue->packed)
			assert_true(queue->packed->room <= 16 * (made - seen) + 1024);
	}
	assert_int_equal(seen, made);
	queue_free(queue);
}

static void a_queue_hands_out_each_once_in_order_by_time(void **state)
{
	(void)state;
	hands_out_each_once(&(struct queue){0});
}

static void so_does_a_queue_that_packs(void **state)
{
	(void)state;
	hands_out_each_once(&(struct queue){.packs = true});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(lists_come_in_one_order),
	        cmocka_unit_test(a_queue_hands_out_each_once_in_order_by_time),
	        cmocka_unit_test(so_does_a_queue_that_packs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
