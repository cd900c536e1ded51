/* SPDX-License-Identifier: Apache-2.0
 *
 * What a replay is late by itself is its own fault wherever that shows, and what the
 * target took longer over is nowhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "replay/lateness.h"

enum { MAKER, TAKER, LANES };

/* The maker reads and hands over; the taker reads twice, behind that. */
static struct op ops[LANES][2] = {
        {{.kind = OP_READ, .start_ns = 0}, {.kind = OP_NONE, .start_ns = 10000}},
        {{.kind = OP_READ, .start_ns = 20000}, {.kind = OP_READ, .start_ns = 30000}},
};
static struct hold hold = {.op = 0, .thread = MAKER, .until = 2};

/* How late by itself the taker's first operation was, which is the most of all. */
static uint64_t own(struct outcome did[LANES][2])
{
	struct lane lanes[LANES] = {
	        {.ops = ops[MAKER], .count = 2, .awaited = true},
	        {.ops = ops[TAKER], .count = 2, .holds = &hold, .hold_count = 1},
	};
	struct plan plan = {.lanes = lanes, .lane_count = LANES};
	struct target target = {.options.clients = 1};
	struct outcome *outcomes[LANES] = {did[MAKER], did[TAKER]};
	struct run run = {
	        .plan = &plan, .target = &target, .options.speed = 1, .outcomes = outcomes};
	static struct lateness late;

	lateness_find(&late, &run);
	assert_int_equal(late.all.total, 3);
	return late.own.max;
}

static void a_thread_that_hands_over_late_makes_others_late(void **state)
{
	struct outcome did[LANES][2] = {
	        {{1, 1000, 4096}, {2010000, 0, 0}},
	        {{2030000, 1000, 4096}, {2040000, 1000, 4096}},
	};

	(void)state;
	assert_int_equal(own(did), 2010000);
}

static void what_the_target_took_longer_over_makes_nobody_late(void **state)
{
	struct outcome did[LANES][2] = {
	        {{1, 2000000, 4096}, {2000001, 0, 0}},
	        {{2000004, 1000, 4096}, {2001004, 1000, 4096}},
	};

	(void)state;
	assert_int_equal(own(did), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_thread_that_hands_over_late_makes_others_late),
	        cmocka_unit_test(what_the_target_took_longer_over_makes_nobody_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
