/* SPDX-License-Identifier: Apache-2.0
 *
 * Records come back as they were kept, however wide their numbers, and small ones take less.
 */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/narrow.h"

#define WORDS (NARROW_MOST / 8)

static void assert_comes_back(const uint64_t *words, size_t count)
{
	uint64_t back[WORDS];
	void *kept = narrow_keep(words, 8 * count);

	memset(back, 0xa5, sizeof back);
	narrow_get(kept, back, 8 * count);
	assert_memory_equal(back, words, 8 * count);
	free(kept);
}

static void each_width_comes_back(void **state)
{
	static const uint64_t edges[] = {0,
	                                 1,
	                                 UINT16_MAX,
	                                 UINT16_MAX + 1,
	                                 UINT32_MAX,
	                                 UINT64_C(1) << 32,
	                                 UINT64_C(1) << 63,
	                                 UINT64_MAX};
	uint64_t words[WORDS];

	(void)state;
	for (size_t count = 1; count <= WORDS; count++) {
		for (size_t i = 0; i < count; i++)
			words[i] = edges[(i * 5 + count) % (sizeof edges / sizeof *edges)];
		assert_comes_back(words, count);
	}
	memset(words, 0xff, sizeof words);
	assert_comes_back(words, WORDS);
}

static void small_numbers_take_little(void **state)
{
	uint64_t words[WORDS] = {3, 70000, 0, INT64_MAX};
	void *kept = narrow_keep(words, sizeof words);

	(void)state;
	assert_true(malloc_usable_size(kept) < sizeof words / 8);
	free(kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(each_width_comes_back),
	        cmocka_unit_test(small_numbers_take_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
