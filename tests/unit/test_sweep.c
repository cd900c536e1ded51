/* SPDX-License-Identifier: Apache-2.0
 *
 * One loop for four sums is to find what each of them finds by itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/sweep.h"

#define COUNT 30000u

struct sums {
	struct rate rate;
	struct burst burst;
	struct depth depth;
	struct flow flow;
};

static struct span spans[COUNT];

static void alone(struct sums *s, const struct span *from, size_t n)
{
	rate_add_spans(&s->rate, from, n);
	burst_add_spans(&s->burst, from, n);
	depth_add_spans(&s->depth, from, n);
	flow_add_spans(&s->flow, -7, from, n);
}

static void together(struct sums *s, const struct span *from, size_t n)
{
	struct sweep sweep = {&s->rate, &s->burst, &s->depth, &s->flow, -7};

	sweep_add(&sweep, from, n);
	rate_settle(&s->rate);
}

static void same_rate(const struct rate *a, const struct rate *b)
{
	assert_int_equal(a->total_ops, b->total_ops);
	assert_true(a->total_bytes == b->total_bytes);
	assert_int_equal(a->used, b->used);
	assert_int_equal(a->width_ns, b->width_ns);
	assert_int_equal(a->gap_count, b->gap_count);
	assert_int_equal(a->gap_sum, b->gap_sum);
	assert_true(a->gap_squares == b->gap_squares);
	assert_int_equal(a->busy_ns, b->busy_ns);
	assert_int_equal(a->paused_ns, b->paused_ns);
	assert_memory_equal(a->bytes, b->bytes, RATE_WINDOWS * sizeof *a->bytes);
	assert_memory_equal(a->ops, b->ops, RATE_WINDOWS * sizeof *a->ops);
}

static void same_and_freed(struct sums *a, struct sums *b)
{
	same_rate(&a->rate, &b->rate);
	assert_memory_equal(&a->burst, &b->burst, sizeof a->burst);
	assert_int_equal(a->flow.used, b->flow.used);
	assert_int_equal(a->flow.width_ns, b->flow.width_ns);
	assert_memory_equal(a->flow.windows, b->flow.windows,
	                    FLOW_WINDOWS * sizeof *a->flow.windows);
	depth_finish(&a->depth);
	depth_finish(&b->depth);
	assert_int_equal(a->depth.most, b->depth.most);
	assert_memory_equal(a->depth.time_ns, b->depth.time_ns, sizeof a->depth.time_ns);
	rate_free(&a->rate);
	rate_free(&b->rate);
	flow_free(&a->flow);
	flow_free(&b->flow);
}

static void compare(size_t piece)
{
	static struct sums a, b;

	memset(&a, 0, sizeof a);
	memset(&b, 0, sizeof b);
	for (size_t i = 0; i < COUNT; i += piece) {
		size_t n = COUNT - i < piece ? COUNT - i : piece;
		alone(&a, spans + i, n);
		together(&b, spans + i, n);
	}
	same_and_freed(&a, &b);
}

/* Every so many there is a pause of up to `pause` ns; they take up to `takes`. */
static void fill(unsigned every, double pause, double takes)
{
	int64_t at = 1000;

	for (size_t i = 0; i < COUNT; i++) {
		at += (int64_t)(drand48() * (i % every ? 5000 : pause));
		spans[i] = (struct span){.start = at,
		                         .end = at + (int64_t)(drand48() * takes),
		                         .bytes = (uint64_t)(drand48() * 1e6),
		                         .write = i % 3 == 0};
	}
}

static void few_and_many_under_way(void **state)
{
	(void)state;
	fill(100, 5e6, 4000);
	compare(512);
	fill(100, 5e6, 40000);
	compare(511);
	fill(1000, 5e8, 400000);
	compare(100);
}

static void long_pauses_and_long_operations(void **state)
{
	(void)state;
	fill(3, 3e9, 4000);
	compare(512);
	fill(7, 1e8, 3e9);
	compare(512);
}

static void huge_ones_and_times_that_lie(void **state)
{
	(void)state;
	fill(50, 1e6, 9000);
	for (size_t i = 0; i < COUNT; i += 97)
		spans[i].bytes = UINT64_C(1) << 40;
	for (size_t i = 0; i < COUNT; i += 101)
		spans[i].end = spans[i].start - 1000;
	compare(512);
	for (size_t i = 0; i < COUNT; i += 1009)
		spans[i].end = INT64_MAX;
	spans[0].start = INT64_MIN + 1;
	compare(512);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(few_and_many_under_way),
	        cmocka_unit_test(long_pauses_and_long_operations),
	        cmocka_unit_test(huge_ones_and_times_that_lie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
