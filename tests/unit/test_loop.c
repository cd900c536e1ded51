/* SPDX-License-Identifier: Apache-2.0
 *
 * Preparation and training told apart by how samples follow each other, and
 * sums in windows of time.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analysis/loop.h"
#include "analysis/timeline.h"

#define MS UINT64_C(1000000)

static struct loop_split run(uint64_t samples, uint64_t batch, uint64_t prepare, uint64_t step,
                             uint64_t every, uint64_t noise)
{
	struct loop l = {0};
	int64_t now = 1000;

	for (uint64_t i = 1; i <= samples; i++) {
		uint64_t jitter = (uint64_t)(drand48() * 0.1 * (double)prepare);
		loop_add(&l, now, 2 * MS, true);
		now += (int64_t)(2 * MS + prepare + jitter);
		now += i % batch ? 0 : (int64_t)step;
		now += every && drand48() * (double)every < 1 ? (int64_t)noise : 0;
	}
	loop_add(&l, now, 0, true);
	assert_int_equal(l.samples, samples);
	assert_int_equal(l.io_ns, samples * 2 * MS);
	return loop_split(&l);
}

static void assert_near(double got, double expected)
{
	if (fabs(got - expected) > 0.06 * expected + 0.001)
		fail_msg("%g instead of %g", got, expected);
}

static void steps_come_once_a_batch(void **state)
{
	struct loop_split s;

	(void)state;
	srand48(5);
	s = run(400, 4, 5 * MS, 100 * MS, 0, 0);
	assert_near(s.prepare_s, 400 * 5.25e-3);
	assert_near(s.step_s, 100 * 100e-3);
	s = run(400, 32, MS, 500 * MS, 50, 20 * MS);
	assert_near(s.step_s, 400 / 32 * 500e-3);
}

static void steps_shorter_than_a_sample_are_told_by_their_rhythm(void **state)
{
	struct loop_split s;

	(void)state;
	srand48(7);
	s = run(400, 4, 8 * MS, 2 * MS, 0, 0);
	assert_near(s.step_s, 100 * 2e-3);
	s = run(1200, 12, 5 * MS, 3 * MS, 0, 0);
	assert_near(s.step_s, 100 * 3e-3);
	/* No rhythm, no step. */
	assert_near(run(1200, 12, 5 * MS, 0, 0, 0).step_s, 0);
}

/* From nothing to twice the mean: the short ones are no longer than a sample. */
static void steps_may_take_any_time(void **state)
{
	struct loop l = {0};
	int64_t now = 1000;
	double steps = 0;

	(void)state;
	srand48(8);
	for (int i = 1; i <= 128; i++) {
		double step = i % 4 ? 0 : 160e6 * drand48();
		loop_add(&l, now, 2 * MS, true);
		now += (int64_t)(2 * MS) + 300000 + (int64_t)(100000 * drand48()) + (int64_t)step;
		steps += step / 1e9;
	}
	loop_add(&l, now, 0, true);
	assert_near(loop_split(&l).step_s, steps);
}

/* Samples that take long come at any time, and leave no step between them. */
static void samples_may_take_any_time(void **state)
{
	struct loop l = {0};
	int64_t now = 1000;

	(void)state;
	srand48(9);
	for (int i = 0; i <= 400; i++) {
		loop_add(&l, now, MS, true);
		now += (int64_t)MS + (int64_t)(-log(1 - drand48()) * 20e6);
	}
	assert_true(loop_split(&l).step_s < 0.1 * 400 * 20e-3);
}

static void a_busy_machine_is_no_step(void **state)
{
	struct loop_split s;

	(void)state;
	srand48(6);
	s = run(400, 400, 10 * MS, 0, 10, 30 * MS);
	assert_true(s.step_s == 0 && s.prepare_s > 4 && !s.told);
}

/* One sample a batch: each is followed by preparing and a step alike. */
static void steps_behind_each_sample_are_not_told(void **state)
{
	struct loop_split s;

	(void)state;
	srand48(10);
	s = run(200, 1, 2 * MS, 20 * MS, 0, 0);
	assert_true(!s.told && s.step_s == 0);
	assert_true(run(400, 4, 5 * MS, 100 * MS, 0, 0).told);
}

/* Samples of which each is a file, read at its beginning, then where that leads to; batches of 8.
 */
static struct loop_split read_in_pieces(struct loop_reads *r, uint64_t spacing, bool opens,
                                        uint64_t prepare)
{
	int64_t now = 1000;

	for (uint32_t i = 1; i <= 400; i++) {
		if (opens)
			loop_other(r, true, now, 1000);
		for (uint64_t piece = 0; piece < 4; piece++, now += MS / 5)
			loop_read(r, i % 64 + 1, piece * spacing, 4096, now, MS / 10);
		now += (int64_t)(prepare + (i % 8 ? 0 : 20 * MS));
	}
	return loop_split(loop_of(r));
}

static void what_is_read_of_a_file_in_pieces_is_one_sample(void **state)
{
	struct loop_reads *jumps = calloc(1, sizeof *jumps), *again = calloc(1, sizeof *again);
	struct loop_split s;

	(void)state;
	s = read_in_pieces(jumps, 100000, true, 10 * MS);
	assert_true(s.told);
	assert_near(s.step_s, 50 * 20e-3);
	/* The same bytes again, as who asks what kind of file it is. */
	s = read_in_pieces(again, 0, false, 10 * MS);
	assert_true(s.told);
	assert_near(s.step_s, 50 * 20e-3);
	free(jumps);
	free(again);
}

static void places_of_one_file_are_samples(void **state)
{
	struct loop_reads *r = calloc(1, sizeof *r);
	struct loop_split s;
	int64_t now = 1000;

	(void)state;
	/* Mapped anew for each batch of 32 windows. */
	for (uint64_t i = 0; i < 3200; i++, now += MS / 4) {
		if (i % 32 == 0)
			loop_other(r, true, now, 1000);
		loop_read(r, 1, i * 7919 % 3200 * 8192, 4096, now, MS / 10);
		now += i % 32 == 31 ? (int64_t)(30 * MS) : 0;
	}
	s = loop_split(loop_of(r));
	assert_true(s.told);
	assert_near(s.step_s, 100 * 30e-3);
	free(r);
}

/* An epoch of 300 samples in batches of 256: the last one has 44. Now and then two samples lie one
 * behind the other and are counted as one. */
/* One file that is opened for each sample: a header and an index, then the sample. */
static struct loop_split opened(uint64_t prepare, uint64_t step, uint64_t each)
{
	struct loop_reads *r = calloc(1, sizeof *r);
	struct loop_split s;
	int64_t now = 1000;

	for (uint64_t i = 1; i <= 400; i++) {
		loop_other(r, i % each == 0, now, MS / 20);
		now += MS / 20;
		for (uint64_t k = 0; k < 4; k++, now += MS / 50)
			loop_read(r, 1, k * 4096 + k % 2 * 100000, 512, now, MS / 100);
		loop_read(r, 1, (uint64_t)(drand48() * 100) * 65536 + 200000, 65536, now, MS / 5);
		now += (int64_t)(MS / 5 + prepare + (i % 4 ? 0 : step));
	}
	s = loop_split(loop_of(r));
	free(r);
	return s;
}

static void a_file_that_is_opened_for_each_sample_tells_samples(void **state)
{
	struct loop_split s;

	(void)state;
	srand48(17);
	s = opened(2 * MS, 10 * MS, 1);
	assert_true(s.told);
	assert_near(s.step_s, 100 * 10e-3);
	/* Opened for each batch, with nothing to prepare: all of it are steps. */
	s = opened(0, 10 * MS, 4);
	assert_true(s.told);
	assert_near(s.step_s, 100 * 10e-3);
}

/* Each sample is a batch of its own; a checkpoint is saved each `every`. */
static void saves_are_no_steps(void **state)
{
	struct loop_reads *r = calloc(1, sizeof *r);
	struct loop_split s;
	int64_t now = 1000;

	(void)state;
	for (uint64_t i = 1; i <= 1600; i++) {
		loop_other(r, true, now, MS / 20);
		loop_read(r, (uint32_t)(i % 320) + 1, 0, 65536, now += MS / 20, MS / 5);
		now += (int64_t)(4 * MS + MS / 5);
		if (i % 320)
			continue;
		loop_aside(r, now, now + 2 * (int64_t)MS);
		now += 60 * (int64_t)MS;
		loop_aside(r, now, now + 20 * (int64_t)MS);
		now += 20 * (int64_t)MS;
	}
	s = loop_split(loop_of(r));
	free(r);
	assert_true(!s.told && s.step_s == 0);
	assert_near(s.prepare_s, 1600 * 4e-3);
}

static void the_last_batch_of_an_epoch_may_be_smaller(void **state)
{
	struct loop_split s;
	struct loop l = {0};
	int64_t now = 1000;

	(void)state;
	srand48(11);
	for (uint64_t i = 1; i <= 900; i++) {
		uint64_t in_epoch = i % 300;
		loop_add(&l, now, MS / 10, i % 127 != 0);
		now += (int64_t)(2 * MS + (uint64_t)(drand48() * 0.1 * (double)MS));
		now += in_epoch == 256 || in_epoch == 0 ? (int64_t)(200 * MS) : 0;
	}
	loop_add(&l, now, 0, true);
	s = loop_split(&l);
	assert_true(s.told);
	assert_near(s.step_s, 6 * 200e-3);
}

/* What is read through a mapping that is kept is not seen again. */
static void faults_of_a_kept_mapping_tell_no_samples(void **state)
{
	struct loop_split s;
	struct loop l = {0};
	int64_t now = 1000;

	(void)state;
	for (uint64_t i = 1; i <= 400; i++, l.reads++, l.faults++) {
		loop_add(&l, now, 0, true);
		now += (int64_t)(i % 8 ? 2 * MS : 12 * MS);
	}
	l.maps = 1;
	s = loop_split(&l);
	assert_true(!s.told && s.step_s == 0);
	l.maps = 50;
	assert_true(loop_split(&l).told);
}

static double streamed(uint64_t piece_pause, uint64_t sample_pause, uint64_t step, uint64_t noise)
{
	struct loop_reads *r = calloc(1, sizeof *r);
	uint64_t offset = 0;
	int64_t now = 1000;
	double share;

	for (uint64_t i = 1; i <= 400; i++) {
		for (uint64_t piece = 0; piece < 4; piece++, offset += 10240) {
			loop_read(r, 1, offset, 10240, now, MS / 100);
			now += (int64_t)(MS / 100 + piece_pause);
		}
		now += (int64_t)(sample_pause + (i % 8 ? 0 : step));
		now += noise && drand48() < 0.1 ? (int64_t)noise : 0;
	}
	share = loop_stream_prepares(r);
	free(r);
	return share;
}

static void a_stream_is_told_by_two_kinds_of_pauses(void **state)
{
	(void)state;
	srand48(12);
	assert_near(streamed(MS / 50, 5 * MS, 10 * MS, 0), 8 * 5. / (8 * 5 + 10));
	assert_near(streamed(MS / 50, MS, 80 * MS, 0), 8. / (8 + 80));
	/* Pauses of one kind may be preparing or training. */
	assert_true(streamed(MS / 50, 5 * MS, 0, 0) < 0);
	assert_true(streamed(5 * MS, 0, 0, 0) < 0);
	assert_true(streamed(MS / 50, 0, 10 * MS, 0) < 0);
	assert_true(streamed(MS / 50, 5 * MS, 0, 30 * MS) < 0);
}

static void none_is_none(void **state)
{
	struct loop l = {0};
	struct loop_split s = loop_split(&l);

	(void)state;
	assert_true(s.prepare_s == 0 && s.step_s == 0);
	loop_add(&l, INT64_MAX, UINT64_MAX, true);
	loop_add(&l, INT64_MIN, UINT64_MAX, true);
	loop_add(&l, INT64_MAX, 5, true);
	s = loop_split(&l);
	assert_true(isfinite(s.prepare_s) && isfinite(s.step_s));
}

static void windows_hold_what_was_added(void **state)
{
	static struct timeline t;
	double all = 0;

	(void)state;
	assert_true(timeline_between(&t, TIMELINE_PIPE, 0, INT64_MAX) == 0);
	for (int64_t i = 0; i < 1000; i++) { /* 10 s, half of each 10 ms */
		timeline_add(&t, TIMELINE_PIPE, i * 10000000, i * 10000000 + 5000000);
		timeline_add(&t, TIMELINE_STORAGE, i * 10000000, i * 10000000 + 1000000);
	}
	all = timeline_between(&t, TIMELINE_PIPE, 0, INT64_C(10000000000));
	assert_near(all, 5);
	assert_near(timeline_between(&t, TIMELINE_PIPE, INT64_C(2000000000), INT64_C(4000000000)),
	            1);
	assert_near(timeline_between(&t, TIMELINE_STORAGE, 0, INT64_C(10000000000)), 1);
	assert_true(timeline_between(&t, TIMELINE_LOCK, 0, INT64_C(10000000000)) == 0);
	timeline_add(&t, TIMELINE_PIPE, -5, INT64_MAX);
	timeline_add(&t, TIMELINE_PIPE, 5, -5);
	assert_true(timeline_between(&t, TIMELINE_PIPE, INT64_MIN / 4, INT64_MAX / 4) <=
	            all + 0.001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(steps_come_once_a_batch),
	        cmocka_unit_test(steps_shorter_than_a_sample_are_told_by_their_rhythm),
	        cmocka_unit_test(steps_may_take_any_time),
	        cmocka_unit_test(samples_may_take_any_time),
	        cmocka_unit_test(a_busy_machine_is_no_step),
	        cmocka_unit_test(steps_behind_each_sample_are_not_told),
	        cmocka_unit_test(what_is_read_of_a_file_in_pieces_is_one_sample),
	        cmocka_unit_test(places_of_one_file_are_samples),
	        cmocka_unit_test(a_file_that_is_opened_for_each_sample_tells_samples),
	        cmocka_unit_test(saves_are_no_steps),
	        cmocka_unit_test(the_last_batch_of_an_epoch_may_be_smaller),
	        cmocka_unit_test(faults_of_a_kept_mapping_tell_no_samples),
	        cmocka_unit_test(a_stream_is_told_by_two_kinds_of_pauses),
	        cmocka_unit_test(none_is_none),
	        cmocka_unit_test(windows_hold_what_was_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
