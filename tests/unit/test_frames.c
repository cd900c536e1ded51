/* SPDX-License-Identifier: Apache-2.0
 *
 * Planes by frames.c against what was compressed: of frames that come again and
 * again, in any order, more than are kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <zstd.h>

#include "read/frames.h"

#define ROWS   5000u
#define KINDS  (3 * FRAMES_KEPT)
#define PLANES 8u

struct kind {
	uint8_t frame[256], plane[ROWS];
	uint32_t bytes;
};

static struct kind kinds[KINDS];

/* Calls in a circle, each kind another one. */
static void make_kinds(void)
{
	for (uint32_t k = 0; k < KINDS; k++) {
		for (uint32_t i = 0; i < ROWS; i++)
			kinds[k].plane[i] = (uint8_t)(i % (2 + k % 7) * (1 + k / 7));
		kinds[k].bytes = (uint32_t)ZSTD_compress(kinds[k].frame, sizeof kinds[k].frame,
		                                         kinds[k].plane, ROWS, 1);
		assert_false(ZSTD_isError(kinds[k].bytes));
		assert_true(kinds[k].bytes <= FRAMES_SHORT);
	}
}

static size_t put_plane(uint8_t *to, const struct kind *kind)
{
	to[0] = AIOT_PLANE_ZSTD;
	memcpy(to + 1, &kind->bytes, sizeof kind->bytes);
	memcpy(to + 5, kind->frame, kind->bytes);
	return 5 + kind->bytes;
}

static void short_frames_hold_what_they_hold_in_any_order(void **state)
{
	struct aiot_column_head head = {.transform = AIOT_TRANSFORM_PLAIN, .planes = PLANES};
	struct frames frames = {0};
	uint32_t random = 1;

	(void)state;
	make_kinds();
	frames_init(&frames);
	for (unsigned round = 0; round < 2000; round++) {
		uint8_t column[PLANES * (5 + FRAMES_SHORT)];
		const uint8_t *from = column;
		const struct kind *of[PLANES];
		struct planes planes;
		struct problem why = {0};
		size_t size = 0;
		/* Now from few of them, now from all. */
		for (unsigned k = 0; k < PLANES; k++) {
			random = random * 1103515245 + 12345;
			of[k] = &kinds[(random >> 16) % (round % 2 ? KINDS : 10)];
			size += put_plane(column + size, of[k]);
		}
		assert_int_equal(
		        frames_planes(&frames, &head, &from, column + size, ROWS, &planes, &why),
		        0);
		assert_ptr_equal(from, column + size);
		assert_int_equal(planes.count, PLANES);
		for (unsigned k = 0; k < PLANES; k++)
			assert_memory_equal(planes.bytes[k], of[k]->plane, ROWS);
	}
	frames_free(&frames);
}

/* The same frame says another number of rows in another block's place. */
static void a_kept_frame_of_other_length_is_still_refused(void **state)
{
	struct aiot_column_head head = {.transform = AIOT_TRANSFORM_PLAIN, .planes = 1};
	struct frames frames = {0};
	uint8_t column[5 + FRAMES_SHORT];
	const uint8_t *from = column;
	struct planes planes;
	struct problem why = {0};
	size_t size;

	(void)state;
	make_kinds();
	frames_init(&frames);
	size = put_plane(column, &kinds[0]);
	assert_int_equal(frames_planes(&frames, &head, &from, column + size, ROWS, &planes, &why),
	                 0);
	from = column;
	assert_int_equal(
	        frames_planes(&frames, &head, &from, column + size, ROWS - 1, &planes, &why), -1);
	assert_non_null(strstr(why.text, "another size"));
	frames_free(&frames);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(short_frames_hold_what_they_hold_in_any_order),
	        cmocka_unit_test(a_kept_frame_of_other_length_is_still_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
