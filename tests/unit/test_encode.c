/* SPDX-License-Identifier: Apache-2.0
 *
 * What the library encodes is what the reader decodes: every column of every
 * event, for columns that are constant, count up, jump, repeat or are noise, and
 * up to the event that is not committed and no further.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "encode/encode.h"
#include "encode/plain.h"
#include "read/decode.h"
#include "sample.h"

#define ROWS  AIOT_LIVE_EVENTS
#define FIRST UINT64_C(0x7ffffff0) /* sequence number: commit marks pass 2^32 */

static struct aiot_event rows[ROWS], coarse[ROWS];
static struct scratch *scratch;

static uint64_t random_bits(void)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	return state ^= state << 17;
}

static int take_scratch(void **state)
{
	(void)state;
	scratch = scratch_take();
	return scratch ? 0 : -1;
}

/* One file read from its beginning to its end, each call a little later. */
static int make_rows(void **state)
{
	uint64_t now = 5000;

	(void)state;
	for (uint32_t i = 0; i < ROWS; i++) {
		rows[i] = sample_read(now, 3, (int64_t)i * 4096, 4096);
		rows[i].duration_ns = 200 + random_bits() % 60;
		rows[i].commit = AIOT_COMMIT(FIRST + i);
		now += rows[i].duration_ns + 40 + random_bits() % 20;
	}
	return 0;
}

static void assert_column(const struct batch *batch, const struct aiot_event *expected, int column,
                          uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (batch->column[column][i] != sample_value(&expected[i], column))
			fail_msg("column %d row %u", column, i);
}

static struct aiot_block encode(uint32_t most)
{
	struct aiot_block block = {.stream = 1};

	encode_events(scratch, &block, rows, FIRST, most);
	return block;
}

/* Returns the payload's bytes. */
static uint32_t assert_comes_back_as(const struct aiot_event *expected, uint32_t most,
                                     uint32_t count)
{
	struct aiot_block block = encode(most);
	struct decoder *decoder = decoder_new();
	struct batch batch = {0};
	struct problem why = {""};
	uint64_t first = UINT64_MAX, last = 0;

	assert_int_equal(block.count, count);
	if (decode_block(decoder, &block, scratch->out, BATCH_ALL, &batch, &why))
		fail_msg("%s", why.text);
	assert_int_equal(batch.count, count);
	for (int c = 1; c < BATCH_COLUMNS; c++)
		assert_column(&batch, expected, c, count);
	for (uint32_t i = 0; i < count; i++) {
		uint64_t end = expected[i].start_ns + expected[i].duration_ns;

		first = expected[i].start_ns < first ? expected[i].start_ns : first;
		last = end > last ? end : last;
	}
	assert_true(block.first_ns == first && block.last_ns == last);
	batch_free(&batch);
	decoder_free(decoder);
	return block.payload_bytes;
}

static uint32_t assert_comes_back(uint32_t most, uint32_t count)
{
	return assert_comes_back_as(rows, most, count);
}

static void one_file_in_order_takes_two_bytes_a_call(void **state)
{
	(void)state;
	assert_in_range(assert_comes_back(ROWS, ROWS), 1, ROWS * 2);
}

static void blocks_of_any_length_come_back(void **state)
{
	static const uint32_t lengths[] = {1, 2, 15, 16, 17, 255, 1023, 1024, 1025, ROWS - 1};

	(void)state;
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
		assert_comes_back(lengths[i], lengths[i]);
}

static void noise_in_every_column_comes_back(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < ROWS; i++) {
		struct aiot_event *e = &rows[i];

		e->start_ns = random_bits();
		e->duration_ns = random_bits();
		e->offset = (int64_t)random_bits();
		e->size = random_bits();
		e->result = (int64_t)random_bits();
		e->file = (uint32_t)random_bits();
		e->handle = (uint32_t)random_bits();
		e->stack = (uint32_t)random_bits();
		e->aux = (uint32_t)random_bits();
		e->call = (uint16_t)random_bits();
		e->stage = (uint8_t)(random_bits() % AIOT_STAGES);
		e->flags = (uint8_t)(random_bits() % 32);
	}
	assert_comes_back(ROWS, ROWS);
	assert_comes_back(3, 3);
}

/* Many files by turns, some calls without an offset, some that fail, some that
 * come out of order as a signal handler's do. */
static void a_mixture_comes_back(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < ROWS; i++) {
		struct aiot_event *e = &rows[i];

		e->handle = 1 + (uint32_t)(random_bits() % 700);
		e->offset = random_bits() % 3 ? (int64_t)(random_bits() % 9) << 12 : -1;
		e->result = random_bits() % 5 ? (int64_t)(random_bits() % 4097) : -5;
		e->file = 100 + i / 3;
		e->duration_ns =
		        random_bits() % 1000 ? random_bits() % 300 : random_bits() % 9000000;
		if (i % 1000 == 7)
			e->start_ns -= 12345;
	}
	assert_comes_back(ROWS, ROWS);
}

/* What the rows of open, lseek, read, read, close are of a file of that size. */
static void make_file(struct aiot_event *e, uint32_t file, uint32_t handle, uint64_t size)
{
	for (int k = 0; k < 5; k++) {
		e[k].call = k < 4 ? AIOT_CALL_read : AIOT_CALL_close;
		e[k].file = file;
		e[k].handle = handle;
		e[k].offset = -1;
		e[k].size = e[k].aux = 0;
		e[k].result = 0;
	}
	e[0].call = AIOT_CALL_open64;
	e[0].result = 3;
	e[1].call = AIOT_CALL_lseek64;
	e[1].offset = e[2].offset = 0;
	e[2].size = e[3].size = size + 1;
	e[2].result = e[3].offset = (int64_t)size;
}

/* Files of all sizes in any order: 12 bits of which file and 16 of its size, a
 * file; of each call the two times alone, which are 6 and 5 bits here. */
static void small_files_cost_by_the_file(void **state)
{
	(void)state;
	for (uint32_t i = 0; i + 5 <= ROWS; i += 5)
		make_file(&rows[i], 10 + (uint32_t)(random_bits() % 4000), 7 + i / 5,
		          random_bits() % 65000);
	assert_in_range(assert_comes_back(ROWS, ROWS), 1, ROWS / 5 * (4 + 5 * 2));
}

/* Calls that take each their own time after each other: their times cost by that,
 * below a byte each, and not by what all together may take. */
static void times_cost_by_what_is_called_after_what(void **state)
{
	static const uint64_t took[] = {9000, 300, 70, 1500, 40000};
	uint64_t now = 5000;

	(void)state;
	for (uint32_t i = 0; i < ROWS; i++) {
		rows[i].call = (uint16_t)(1 + i % 5);
		rows[i].start_ns = now += took[(i + 2) % 5] + random_bits() % 16;
		rows[i].duration_ns = took[i % 5] + random_bits() % 16;
		now += rows[i].duration_ns;
	}
	assert_in_range(assert_comes_back(ROWS, ROWS), 1, ROWS * 5 / 4);
	/* More pairs than have lists, and one that only the first row has. */
	for (uint32_t i = 0; i < ROWS; i++)
		rows[i].call = (uint16_t)(random_bits() % (i < ROWS / 2 ? 4 : 600));
	assert_comes_back(ROWS, ROWS);
	assert_comes_back(999, 999);
}

/* Two files read by turns, by handles that share a slot. */
static void handles_of_one_slot_come_back(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < ROWS; i++) {
		uint32_t other = random_bits() % 2;

		rows[i].handle = 5 + other * AIOT_SLOTS;
		rows[i].offset = (int64_t)i * 512 + other;
		rows[i].size = random_bits() % 5 ? 4096 : 0;
		rows[i].result = random_bits() % 5 ? (int64_t)rows[i].size : -4;
	}
	assert_comes_back(ROWS, ROWS);
}

static void page_numbers_come_back(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < ROWS; i++)
		rows[i].offset = (int64_t)(random_bits() % 24000000) * 4096;
	assert_in_range(assert_comes_back(ROWS, ROWS), 1, (uint64_t)ROWS * 11 / 2);
}

static void rows_without_any_offset_come_back(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < ROWS; i++)
		rows[i].offset = -1;
	assert_comes_back(ROWS, ROWS);
	rows[ROWS / 2].offset = 0;
	assert_comes_back(ROWS, ROWS);
}

/* Every start and end is that of the event, less what is below the quantum, and
 * each row of a read in order then costs less than a byte. */
static void coarse_times_are_rounded_down(void **state)
{
	const uint64_t keep = -UINT64_C(64);
	uint32_t bytes;

	(void)state;
	rows[77].start_ns -= 9999; /* as a signal handler's, out of order */
	memcpy(coarse, rows, sizeof rows);
	for (uint32_t i = 0; i < ROWS; i++) {
		uint64_t end = rows[i].start_ns + rows[i].duration_ns;

		coarse[i].start_ns &= keep;
		coarse[i].duration_ns = (end & keep) - coarse[i].start_ns;
	}
	encode_coarse = 6;
	bytes = assert_comes_back_as(coarse, ROWS, ROWS);
	encode_coarse = 0;
	assert_in_range(bytes, 1, ROWS);
	assert_true(assert_comes_back(ROWS, ROWS) > bytes);
}

static void encoding_ends_where_an_event_is_not_committed(void **state)
{
	(void)state;
	rows[1000].commit = AIOT_COMMIT(FIRST + 1000 - ROWS); /* of the buffer's last round */
	assert_comes_back(ROWS, 1000);
	rows[0].commit = 0;
	assert_int_equal(encode(ROWS).count, 0);
}

static void what_is_framed_as_it_is_comes_back(void **state)
{
	static const uint32_t lengths[] = {1, 8, 255, 256, 4096, PLAIN_MOST};
	static uint8_t content[PLAIN_HEAD + PLAIN_MOST], before[PLAIN_MOST];
	struct decoder *decoder = decoder_new();
	(void)state;
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		const uint8_t *records;
		size_t size;
		struct problem why;
		uint32_t bytes = lengths[i];
		for (uint32_t at = 0; at < bytes; at++)
			content[PLAIN_HEAD + at] = before[at] = (uint8_t)random_bits();
		const uint8_t *frame = plain_frame(content + PLAIN_HEAD, &bytes);
		assert_true(frame >= content);
		assert_int_equal(decode_definitions(decoder, frame, bytes, &records, &size, &why),
		                 0);
		assert_int_equal(size, lengths[i]);
		assert_memory_equal(records, before, size);
	}
	decoder_free(decoder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(one_file_in_order_takes_two_bytes_a_call, make_rows),
	        cmocka_unit_test_setup(blocks_of_any_length_come_back, make_rows),
	        cmocka_unit_test_setup(noise_in_every_column_comes_back, make_rows),
	        cmocka_unit_test_setup(a_mixture_comes_back, make_rows),
	        cmocka_unit_test_setup(small_files_cost_by_the_file, make_rows),
	        cmocka_unit_test_setup(times_cost_by_what_is_called_after_what, make_rows),
	        cmocka_unit_test_setup(handles_of_one_slot_come_back, make_rows),
	        cmocka_unit_test_setup(page_numbers_come_back, make_rows),
	        cmocka_unit_test_setup(rows_without_any_offset_come_back, make_rows),
	        cmocka_unit_test_setup(coarse_times_are_rounded_down, make_rows),
	        cmocka_unit_test_setup(encoding_ends_where_an_event_is_not_committed, make_rows),
	        cmocka_unit_test(what_is_framed_as_it_is_comes_back),
	};

	return cmocka_run_group_tests(tests, take_scratch, NULL);
}
