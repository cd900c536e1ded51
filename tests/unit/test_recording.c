/* SPDX-License-Identifier: Apache-2.0
 *
 * From files to events: blocks, the live file's tail without doubles, gaps,
 * damage anywhere. Whatever is done to a good trace, the reader says so in a
 * line that names file and offset, and never crashes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "read/merge.h"
#include "sample.h"
#include "sample_live.h"

#define START 5000u
#define ROWS  50u

static char folder[64], trace_path[128], live_path[128];

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/aiotrace-unit-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(trace_path, sizeof trace_path, "%s/host.7.0.aiot", folder);
	snprintf(live_path, sizeof live_path, "%s/host.7.0.live", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(trace_path);
	unlink(live_path);
	return rmdir(folder);
}

static int remove_files(void **state)
{
	(void)state;
	unlink(trace_path);
	unlink(live_path);
	return 0;
}

static void make_events(struct aiot_event *e, uint32_t n, uint64_t first)
{
	for (uint32_t i = 0; i < n; i++)
		e[i] = sample_read(START + (first + i) * 1000, 1 + i % 2,
		                   (int64_t)(first + i) * 512, 512);
}

/* Header, definitions, two blocks of stream 1, one of stream 2. */
static struct sample good_trace(void)
{
	struct aiot_event e[ROWS];
	struct sample s = {0}, records = {0};

	sample_header(&s, 7, START);
	sample_file(&records, 1, AIOT_FILE_REGULAR, 1 << 20, "/data/one");
	sample_file(&records, 2, AIOT_FILE_REGULAR, 1 << 20, "/data/two");
	sample_attribute(&records, "host", "node1");
	sample_attribute(&records, "env.RANK", "3");
	sample_definitions(&s, &records, 4);
	sample_free(&records);
	make_events(e, ROWS, 0);
	sample_events(&s, e, ROWS, 1, 0);
	make_events(e, ROWS, ROWS);
	sample_events(&s, e, ROWS, 1, ROWS);
	make_events(e, ROWS, 10);
	sample_events(&s, e, ROWS, 2, 0);
	return s;
}

struct counted {
	int loaded; /* recording_load's result */
	uint64_t events, bytes, lost;
	size_t problems;
	bool ordered;
	char first[1024]; /* problem */
};

static void count_slice(struct counted *c, const struct slice *s, int64_t *last)
{
	for (uint32_t i = s->begin; i < s->end; i++) {
		int64_t start = (int64_t)s->batch->column[AIOT_COLUMN_START][i] + s->process->clock;
		c->ordered &= start >= *last;
		*last = start;
		c->events++;
		c->bytes += s->batch->column[AIOT_COLUMN_RESULT][i];
	}
}

static struct counted count_all(void)
{
	struct counted c = {.ordered = true};
	char *names[] = {folder};
	struct recording r;
	struct slice slice;
	int64_t last = INT64_MIN;

	c.loaded = recording_load(&r, names, 1);
	if (!c.loaded) {
		struct merge *merge = merge_new(&r, BATCH_WANT(RESULT), NULL);
		while (merge_next(merge, &slice))
			count_slice(&c, &slice, &last);
		merge_free(merge);
	}
	c.lost = recording_lost(&r);
	c.problems = r.problems.total;
	if (r.problems.count)
		snprintf(c.first, sizeof c.first, "%s", r.problems.text[0]);
	recording_free(&r);
	return c;
}

static struct counted count_sample(const struct sample *s)
{
	sample_write(s, trace_path);
	return count_all();
}

static void a_good_trace_is_read_whole_and_in_order(void **state)
{
	struct sample s = good_trace();
	struct counted c = count_sample(&s);

	(void)state;
	assert_int_equal(c.loaded, 0);
	assert_int_equal(c.events, 3 * ROWS);
	assert_int_equal(c.bytes, 3 * ROWS * 512);
	assert_int_equal(c.problems, 0);
	assert_int_equal(c.lost, 0);
	assert_true(c.ordered);
	sample_free(&s);
}

static void definitions_are_collected(void **state)
{
	const struct file *file;
	struct sample s = good_trace();
	char *names[] = {trace_path};
	struct recording r;

	(void)state;
	sample_write(&s, trace_path);
	assert_int_equal(recording_load(&r, names, 1), 0);
	assert_int_equal(r.count, 1);
	assert_int_equal(r.processes[0].pid, 7);
	assert_string_equal(process_host(&r.processes[0]), "node1");
	assert_string_equal(process_attribute(&r.processes[0], "env.RANK"), "3");
	file = process_file_at(&r.processes[0], process_file(&r.processes[0], 2));
	assert_string_equal(names_text(r.names, file->name), "/data/two");
	assert_string_equal(process_call(&r.processes[0], AIOT_CALL_pread64)->name, "pread64");
	recording_free(&r);
	sample_free(&s);
}

static void raw_blocks_are_read(void **state)
{
	struct sample s = {0}, payload = {0};
	struct aiot_event e[ROWS];
	struct counted c;

	(void)state;
	sample_header(&s, 7, START);
	make_events(e, ROWS, 0);
	sample_put(&payload, e, sizeof e);
	sample_block(&s,
	             (struct aiot_block){.type = AIOT_BLOCK_RAW_EVENTS,
	                                 .count = ROWS,
	                                 .stream = 1,
	                                 .first_ns = START},
	             &payload);
	c = count_sample(&s);
	assert_int_equal(c.events, ROWS);
	assert_int_equal(c.bytes, ROWS * 512);
	sample_free(&s);
	sample_free(&payload);
}

static void unknown_blocks_are_skipped(void **state)
{
	struct sample s = good_trace(), payload = {0};

	(void)state;
	sample_put(&payload, "future", 6);
	sample_block(&s, (struct aiot_block){.type = 77, .count = 99}, &payload);
	assert_int_equal(count_sample(&s).problems, 0);
	sample_free(&s);
	sample_free(&payload);
}

static void the_live_tail_is_added_once(void **state)
{
	struct sample s = good_trace(), live = {0};
	struct aiot_event e[60];
	struct counted c;

	(void)state;
	/* 20 of these stand in the trace's second block already. */
	make_events(e, 60, 2 * ROWS - 20);
	sample_live(&live, 7, e, 60, 1, 2 * ROWS - 20);
	sample_write(&live, live_path);
	c = count_sample(&s);
	assert_int_equal(c.events, 3 * ROWS + 40);
	assert_int_equal(c.lost, 0);
	assert_true(c.ordered);
	sample_free(&s);
	sample_free(&live);
}

static void the_first_uncommitted_slot_ends_the_live_tail(void **state)
{
	struct sample s = good_trace(), live = {0};
	struct aiot_event e[60];

	(void)state;
	make_events(e, 60, 2 * ROWS);
	sample_live(&live, 7, e, 60, 1, 2 * ROWS);
	live.bytes[2 * AIOT_LIVE_PAGE + 30 * 64 + 60] ^= 2;
	sample_write(&live, live_path);
	assert_int_equal(count_sample(&s).events, 3 * ROWS + 30);
	sample_free(&s);
	sample_free(&live);
}

static void a_gap_in_the_sequence_is_counted_as_lost(void **state)
{
	struct sample s = {0};
	struct aiot_event e[ROWS];

	(void)state;
	sample_header(&s, 7, START);
	make_events(e, ROWS, 0);
	sample_events(&s, e, ROWS, 1, 0);
	make_events(e, ROWS, ROWS + 9);
	sample_events(&s, e, ROWS, 1, ROWS + 9);
	assert_int_equal(count_sample(&s).lost, 9);
	sample_free(&s);
}

static void calls_that_began_earlier_come_first(void **state)
{
	struct sample s = {0};
	struct aiot_event e[3];
	struct counted c;

	(void)state;
	sample_header(&s, 7, START);
	make_events(e, 3, 0);
	e[2].start_ns = START - 500; /* ended last, began first */
	sample_events(&s, e, 3, 1, 0);
	c = count_sample(&s);
	assert_int_equal(c.events, 3);
	assert_true(c.ordered);
	sample_free(&s);
}

static void a_newer_version_is_refused_with_both_numbers(void **state)
{
	struct sample s = good_trace();
	struct aiot_header *h = (struct aiot_header *)s.bytes;
	struct counted c;
	char reads[32];

	(void)state;
	snprintf(reads, sizeof reads, "reads version %u", AIOT_VERSION);
	h->version = 9;
	h->min_reader = 8;
	h->checksum = XXH64(h, offsetof(struct aiot_header, checksum), 0);
	c = count_sample(&s);
	assert_int_equal(c.loaded, -1);
	assert_non_null(strstr(c.first, "version 8"));
	assert_non_null(strstr(c.first, reads));
	assert_non_null(strstr(c.first, trace_path));
	sample_free(&s);
}

static void a_damaged_block_costs_that_block(void **state)
{
	struct sample s = good_trace();
	struct counted c;

	(void)state;
	s.bytes[s.size - 5] ^= 1; /* in the last block's payload */
	c = count_sample(&s);
	assert_int_equal(c.events, 2 * ROWS);
	assert_int_equal(c.lost, ROWS);
	assert_int_equal(c.problems, 1);
	assert_non_null(strstr(c.first, trace_path));
	assert_non_null(strstr(c.first, "offset"));
	sample_free(&s);
}

static size_t find_block(const struct sample *s, unsigned number)
{
	const uint32_t magic = AIOT_BLOCK_MAGIC;

	for (size_t i = 0; i + 4 <= s->size; i++)
		if (!memcmp(s->bytes + i, &magic, 4) && !number--)
			return i;
	return 0;
}

static void after_a_damaged_header_the_next_block_is_found(void **state)
{
	struct sample s = good_trace();
	struct counted c;

	(void)state;
	s.bytes[find_block(&s, 1) + 8] ^= 0x10; /* its length */
	c = count_sample(&s);
	assert_int_equal(c.events, 2 * ROWS);
	assert_int_equal(c.lost, ROWS);
	assert_int_equal(c.problems, 1);
	sample_free(&s);
}

static void blocks_appended_behind_a_cut_one_are_found(void **state)
{
	struct sample s = good_trace(), tail = good_trace();
	size_t cut = find_block(&s, 2) + 90, from = find_block(&tail, 3);
	struct counted c;

	(void)state;
	s.size = cut;
	sample_put(&s, tail.bytes + from, tail.size - from);
	c = count_sample(&s);
	assert_int_equal(c.events, 2 * ROWS);
	assert_int_equal(c.problems, 1);
	sample_free(&s);
	sample_free(&tail);
}

static void an_empty_file_says_what_to_do(void **state)
{
	struct sample s = {0};
	struct counted c;

	(void)state;
	sample_put(&s, "", 0);
	c = count_sample(&s);
	assert_int_equal(c.loaded, -1);
	assert_int_equal(c.problems, 1);
	assert_non_null(strstr(c.first, "empty"));
	sample_free(&s);
}

static void a_trace_cut_anywhere_is_read_up_to_there(void **state)
{
	struct sample s = good_trace();
	size_t whole = s.size;
	uint64_t last = 0;

	(void)state;
	for (size_t size = 0; size <= whole; size++) {
		struct counted c;
		s.size = size;
		c = count_sample(&s);
		assert_true(c.loaded == (size < sizeof(struct aiot_header) ? -1 : 0));
		assert_true(c.events >= last && c.events <= 3 * ROWS);
		last = c.events;
	}
	assert_int_equal(last, 3 * ROWS);
	sample_free(&s);
}

static void a_flipped_byte_anywhere_is_noticed(void **state)
{
	struct sample s = good_trace();

	(void)state;
	for (size_t i = 0; i < s.size; i++) {
		struct counted c;
		s.bytes[i] ^= 0x41;
		c = count_sample(&s);
		s.bytes[i] ^= 0x41;
		if (!c.problems)
			fail_msg("byte %zu", i);
		assert_true(c.events <= 3 * ROWS);
	}
	sample_free(&s);
}

static void a_damaged_live_file_never_crashes(void **state)
{
	struct sample s = good_trace(), live = {0};
	struct aiot_event e[40];

	(void)state;
	make_events(e, 40, 2 * ROWS);
	sample_live(&live, 7, e, 40, 1, 2 * ROWS);
	for (size_t i = 0; i < AIOT_LIVE_PAGE + sizeof(struct aiot_region);
	     i += i < sizeof(struct aiot_live) || i >= AIOT_LIVE_PAGE ? 1 : 97) {
		live.bytes[i] ^= 0x41;
		sample_write(&live, live_path);
		live.bytes[i] ^= 0x41;
		assert_true(count_sample(&s).events >= 3 * ROWS);
	}
	sample_free(&s);
	sample_free(&live);
}

static void a_live_file_without_its_trace_is_reported(void **state)
{
	struct sample live = {0};
	struct counted c;

	(void)state;
	sample_live(&live, 7, NULL, 0, 1, 0);
	sample_write(&live, live_path);
	c = count_all();
	assert_int_equal(c.loaded, -1);
	assert_non_null(strstr(c.first, "missing"));
	sample_free(&live);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_teardown(a_good_trace_is_read_whole_and_in_order, remove_files),
	        cmocka_unit_test_teardown(definitions_are_collected, remove_files),
	        cmocka_unit_test_teardown(raw_blocks_are_read, remove_files),
	        cmocka_unit_test_teardown(unknown_blocks_are_skipped, remove_files),
	        cmocka_unit_test_teardown(the_live_tail_is_added_once, remove_files),
	        cmocka_unit_test_teardown(the_first_uncommitted_slot_ends_the_live_tail,
	                                  remove_files),
	        cmocka_unit_test_teardown(a_gap_in_the_sequence_is_counted_as_lost, remove_files),
	        cmocka_unit_test_teardown(calls_that_began_earlier_come_first, remove_files),
	        cmocka_unit_test_teardown(a_newer_version_is_refused_with_both_numbers,
	                                  remove_files),
	        cmocka_unit_test_teardown(a_damaged_block_costs_that_block, remove_files),
	        cmocka_unit_test_teardown(after_a_damaged_header_the_next_block_is_found,
	                                  remove_files),
	        cmocka_unit_test_teardown(blocks_appended_behind_a_cut_one_are_found, remove_files),
	        cmocka_unit_test_teardown(an_empty_file_says_what_to_do, remove_files),
	        cmocka_unit_test_teardown(a_trace_cut_anywhere_is_read_up_to_there, remove_files),
	        cmocka_unit_test_teardown(a_flipped_byte_anywhere_is_noticed, remove_files),
	        cmocka_unit_test_teardown(a_damaged_live_file_never_crashes, remove_files),
	        cmocka_unit_test_teardown(a_live_file_without_its_trace_is_reported, remove_files),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
