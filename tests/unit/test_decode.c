/* SPDX-License-Identifier: Apache-2.0
 *
 * Every transform, shift and plane mode must come back as it went in, and no
 * payload, however wrong, may do more than be refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "read/decode.h"
#include "sample.h"

#define ROWS 3000u

static struct aiot_event rows[ROWS];

static uint64_t random_bits(void)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	return state ^= state << 17;
}

static int make_rows(void **state)
{
	uint64_t now = 1000;

	(void)state;
	for (uint32_t i = 0; i < ROWS; i++) {
		rows[i] = sample_read(now, 1 + i % 7, (int64_t)(random_bits() % 1000) * 4096, 4096);
		rows[i].handle = (uint32_t)(random_bits() % 600);
		rows[i].duration_ns = random_bits() % 100000;
		rows[i].result = (int64_t)(random_bits() % 5000) - 5;
		rows[i].aux = (uint32_t)random_bits();
		rows[i].flags = (uint8_t)(i % 3);
		if (i % 50 == 0)
			rows[i].offset = -1;
		now += random_bits() % 200000 - (i % 9 == 0 && i ? 1000 : 0);
	}
	return 0;
}

static void assert_round_trip(const uint8_t *transform, const uint8_t *shift, uint32_t wanted)
{
	struct sample payload = sample_columns(rows, ROWS, transform, shift);
	struct aiot_block head = {
	        .type = AIOT_BLOCK_EVENTS, .count = ROWS, .payload_bytes = (uint32_t)payload.size};
	struct decoder *decoder = decoder_new();
	struct batch batch = {0};
	struct problem why = {""};

	if (decode_block(decoder, &head, payload.bytes, wanted, &batch, &why))
		fail_msg("%s", why.text);
	assert_int_equal(batch.count, ROWS);
	for (int c = 1; c < BATCH_COLUMNS; c++)
		for (uint32_t i = 0; (wanted >> c & 1) && i < ROWS; i++)
			if (batch.column[c][i] != sample_value(&rows[i], c))
				fail_msg("column %d row %u", c, i);
	batch_free(&batch);
	decoder_free(decoder);
	sample_free(&payload);
}

static void the_usual_transforms_come_back(void **state)
{
	(void)state;
	assert_round_trip(sample_usual, sample_no_shift, BATCH_ALL);
}

static void plain_and_delta_come_back_for_every_column(void **state)
{
	uint8_t plain[BATCH_COLUMNS] = {0}, delta[BATCH_COLUMNS];

	(void)state;
	memset(delta, AIOT_TRANSFORM_DELTA, sizeof delta);
	assert_round_trip(plain, sample_no_shift, BATCH_ALL);
	assert_round_trip(delta, sample_no_shift, BATCH_ALL);
}

static void a_shift_comes_back(void **state)
{
	uint8_t plain[BATCH_COLUMNS] = {0}, shift[BATCH_COLUMNS] = {0};
	int64_t keep[ROWS];

	(void)state;
	for (uint32_t i = 0; i < ROWS; i++) {
		keep[i] = rows[i].offset;
		rows[i].offset = (int64_t)(i % 77) << 12;
	}
	shift[AIOT_COLUMN_OFFSET] = 12;
	assert_round_trip(plain, shift, BATCH_ALL);
	for (uint32_t i = 0; i < ROWS; i++)
		rows[i].offset = keep[i];
}

static void a_shift_of_distances_comes_back(void **state)
{
	uint8_t shift[BATCH_COLUMNS] = {[AIOT_COLUMN_OFFSET] = 9};
	struct aiot_event keep[ROWS];

	(void)state;
	memcpy(keep, rows, sizeof rows);
	for (uint32_t i = 0; i < ROWS; i++) {
		rows[i].offset = (int64_t)(random_bits() % 10000) << 9;
		rows[i].result = (int64_t)(random_bits() % 10) << 9;
	}
	assert_round_trip(sample_usual, shift, BATCH_ALL);
	memcpy(rows, keep, sizeof rows);
}

/* Handles are more than slots, so that they take each other's; sizes, results and
 * offsets are those that codes stand for, or not. */
static void make_coded(void)
{
	for (uint32_t i = 0; i < ROWS; i++) {
		rows[i].file = 1 + i / 5;
		rows[i].aux = i % 400 < 200 ? 7 : (uint32_t)random_bits();
		rows[i].size =
		        random_bits() % 3 ? 4096 * (random_bits() % 3) : random_bits() % 9999;
		rows[i].result = random_bits() % 4   ? (int64_t)rows[i].size
		                 : random_bits() % 2 ? 0
		                                     : -9;
		if (i % 5)
			continue;
		/* As an open, which fails now and then. */
		rows[i].size = 0;
		rows[i].result = i % 3 ? 5 + (int64_t)i / 700 : -2;
	}
}

static void coded_columns_come_back(void **state)
{
	uint8_t shift[BATCH_COLUMNS] = {[AIOT_COLUMN_OFFSET] = 9};
	struct aiot_event keep[ROWS];

	(void)state;
	memcpy(keep, rows, sizeof rows);
	make_coded();
	assert_round_trip(sample_codes, sample_no_shift, BATCH_ALL);
	for (int c = 1; c < BATCH_COLUMNS; c++)
		assert_round_trip(sample_codes, sample_no_shift, 1u << c);
	for (uint32_t i = 0; i < ROWS; i++) {
		rows[i].offset = (int64_t)(random_bits() % 10000) << 9;
		rows[i].size = random_bits() % 2 << 9;
		rows[i].result = (int64_t)rows[i].size;
	}
	assert_round_trip(sample_codes, shift, BATCH_ALL);
	memcpy(rows, keep, sizeof rows);
}

static void parted_columns_come_back(void **state)
{
	uint8_t shift[BATCH_COLUMNS] = {[AIOT_COLUMN_START] = 5};
	struct aiot_event keep[ROWS];

	(void)state;
	memcpy(keep, rows, sizeof rows);
	for (uint32_t i = 0; i < ROWS; i++)
		rows[i].call = (uint16_t)(1 + random_bits() % 3);
	assert_round_trip(sample_parts, sample_no_shift, BATCH_ALL);
	assert_round_trip(sample_parts, sample_no_shift, BATCH_WANT(START));
	assert_round_trip(sample_parts, sample_no_shift, BATCH_WANT(DURATION));
	for (uint32_t i = 0; i < ROWS; i++) {
		rows[i].start_ns &= -UINT64_C(32);
		rows[i].duration_ns &= -UINT64_C(32);
	}
	assert_round_trip(sample_parts, shift, BATCH_ALL);
	rows[1].call = 60001; /* the first row's pair is another one's */
	assert_round_trip(sample_parts, shift, BATCH_ALL);
	memcpy(rows, keep, sizeof rows);
}

/* The body of a parted column, with nothing behind it. */
static void assert_parts_refused(const uint32_t *body, uint32_t bytes, const char *expected)
{
	struct aiot_column_head head = {
	        .column = AIOT_COLUMN_DURATION, .transform = AIOT_TRANSFORM_PARTED, .bytes = bytes};
	struct aiot_block block = {.type = AIOT_BLOCK_EVENTS, .count = 2};
	struct decoder *decoder = decoder_new();
	struct sample payload = {0};
	struct batch batch = {0};
	struct problem why = {""};

	sample_put(&payload, &head, sizeof head);
	sample_put(&payload, body, bytes);
	block.payload_bytes = (uint32_t)payload.size;
	assert_int_equal(decode_block(decoder, &block, payload.bytes, BATCH_ALL, &batch, &why), -1);
	assert_string_equal(why.text, expected);
	batch_free(&batch);
	decoder_free(decoder);
	sample_free(&payload);
}

static void parts_that_can_not_be_are_refused(void **state)
{
	const uint32_t twice[] = {2, 7, 7}, many[AIOT_PARTS + 2] = {AIOT_PARTS + 1}, one[] = {1, 7};

	(void)state;
	assert_parts_refused(twice, sizeof twice, "a column has a part twice");
	assert_parts_refused(many, sizeof many, "a column has 65 parts");
	assert_parts_refused(many + 1, 3, "a parted column is cut");
	assert_parts_refused(twice, 8, "a parted column is cut");
	assert_parts_refused(one, sizeof one, "a list's head is cut");
}

static void a_code_that_is_none_is_refused(void **state)
{
	struct aiot_column_head head = {.column = AIOT_COLUMN_SIZE,
	                                .transform = AIOT_TRANSFORM_SIZED};
	struct aiot_block block = {.type = AIOT_BLOCK_EVENTS, .count = 2};
	struct decoder *decoder = decoder_new();
	uint64_t codes[] = {0, AIOT_CODE_REST + 1};
	struct sample payload = {0};
	struct batch batch = {0};
	struct problem why = {""};

	(void)state;
	sample_column(&payload, head, codes, 2);
	block.payload_bytes = (uint32_t)payload.size;
	assert_int_equal(decode_block(decoder, &block, payload.bytes, BATCH_ALL, &batch, &why), -1);
	assert_string_equal(why.text, "column 10 has a code above 2");
	batch_free(&batch);
	decoder_free(decoder);
	sample_free(&payload);
}

static void one_column_alone_brings_what_it_needs(void **state)
{
	(void)state;
	for (int c = 1; c < BATCH_COLUMNS; c++)
		assert_round_trip(sample_usual, sample_no_shift, 1u << c);
}

static void an_absent_column_is_zero(void **state)
{
	struct aiot_block head = {.type = AIOT_BLOCK_EVENTS, .count = 3};
	struct decoder *decoder = decoder_new();
	struct batch batch = {0};
	struct problem why;

	(void)state;
	assert_int_equal(decode_block(decoder, &head, NULL, BATCH_ALL, &batch, &why), 0);
	assert_int_equal(batch.column[AIOT_COLUMN_SIZE][2], 0);
	batch_free(&batch);
	decoder_free(decoder);
}

static void an_unknown_column_is_skipped(void **state)
{
	struct aiot_column_head unknown = {.column = 200, .bytes = 3};
	struct sample payload = sample_columns(rows, 10, sample_usual, sample_no_shift);
	struct aiot_block head = {.type = AIOT_BLOCK_EVENTS, .count = 10};
	struct decoder *decoder = decoder_new();
	struct batch batch = {0};
	struct problem why;

	(void)state;
	sample_put(&payload, &unknown, sizeof unknown);
	sample_put(&payload, "abc", 3);
	head.payload_bytes = (uint32_t)payload.size;
	assert_int_equal(decode_block(decoder, &head, payload.bytes, BATCH_ALL, &batch, &why), 0);
	assert_int_equal(batch.column[AIOT_COLUMN_OFFSET][9], rows[9].offset);
	batch_free(&batch);
	decoder_free(decoder);
	sample_free(&payload);
}

static int decode_damaged(const struct sample *payload, size_t size)
{
	struct aiot_block head = {
	        .type = AIOT_BLOCK_EVENTS, .count = 300, .payload_bytes = (uint32_t)size};
	struct decoder *decoder = decoder_new();
	struct batch batch = {0};
	struct problem why;
	uint8_t *exact = malloc(size + 1); /* so that a sanitizer sees the end */
	int result;

	memcpy(exact, payload->bytes, size);
	result = decode_block(decoder, &head, exact, BATCH_ALL, &batch, &why);
	free(exact);
	batch_free(&batch);
	decoder_free(decoder);
	return result;
}

static void assert_cuts_are_refused(const uint8_t *transforms)
{
	struct sample payload = sample_columns(rows, 300, transforms, sample_no_shift);
	int accepted = 0;

	for (size_t size = 0; size < payload.size; size++)
		accepted += !decode_damaged(&payload, size);
	/* Only where a cut falls exactly between two columns. */
	assert_true(accepted <= AIOT_COLUMN_OFFSET);
	sample_free(&payload);
}

static void a_cut_payload_is_refused(void **state)
{
	(void)state;
	assert_cuts_are_refused(sample_usual);
	assert_cuts_are_refused(sample_codes);
}

static void assert_flips_never_crash(const uint8_t *transforms)
{
	struct sample payload = sample_columns(rows, 300, transforms, sample_no_shift);

	for (size_t i = 0; i < payload.size; i++)
		for (int bit = 0; bit < 8; bit += 3) {
			payload.bytes[i] ^= (uint8_t)(1 << bit);
			decode_damaged(&payload, payload.size);
			payload.bytes[i] ^= (uint8_t)(1 << bit);
		}
	assert_int_equal(decode_damaged(&payload, payload.size), 0);
	sample_free(&payload);
}

static void flipped_bits_never_crash(void **state)
{
	(void)state;
	assert_flips_never_crash(sample_usual);
	assert_flips_never_crash(sample_codes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_usual_transforms_come_back),
	        cmocka_unit_test(plain_and_delta_come_back_for_every_column),
	        cmocka_unit_test(a_shift_comes_back),
	        cmocka_unit_test(a_shift_of_distances_comes_back),
	        cmocka_unit_test(coded_columns_come_back),
	        cmocka_unit_test(parted_columns_come_back),
	        cmocka_unit_test(parts_that_can_not_be_are_refused),
	        cmocka_unit_test(a_code_that_is_none_is_refused),
	        cmocka_unit_test(one_column_alone_brings_what_it_needs),
	        cmocka_unit_test(an_absent_column_is_zero),
	        cmocka_unit_test(an_unknown_column_is_skipped),
	        cmocka_unit_test(a_cut_payload_is_refused),
	        cmocka_unit_test(flipped_bits_never_crash),
	};

	return cmocka_run_group_tests(tests, make_rows, NULL);
}
