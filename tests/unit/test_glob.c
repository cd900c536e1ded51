/* SPDX-License-Identifier: Apache-2.0
 *
 * Patterns of paths mean what fnmatch(3) says they mean.
 */
#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/glob.h"

#define TRIES 400000

static uint32_t random_below(uint32_t end)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 20) % end;
}

static void add_text(char *to, const char *letters, uint32_t most)
{
	size_t count = strlen(letters);
	char *end = to + strlen(to);

	for (uint32_t left = random_below(most + 1); left > 0; left--)
		*end++ = letters[random_below((uint32_t)count)];
	*end = '\0';
}

static void add_element(char *pattern)
{
	static const char *const elements[] = {"*",    "?",   "[a-c]", "[!b]", "[^a/]",  "[]a]",
	                                       "[a-]", "\\*", "\\a",   "**",   "[\\]b]", "a*b"};

	if (random_below(2))
		strcat(pattern, elements[random_below(sizeof elements / sizeof *elements)]);
	else
		add_text(pattern, "abc/.", 3);
}

static void test_as_fnmatch(void **state)
{
	uint32_t matched = 0;
	(void)state;

	for (int i = 0; i < TRIES; i++) {
		char pattern[64] = "", text[32] = "";
		for (uint32_t parts = 1 + random_below(5); parts > 0; parts--)
			add_element(pattern);
		add_text(text, "aabbc/.*]-", 8);
		bool expected = fnmatch(pattern, text, 0) == 0;
		matched += expected;
		if (glob_matches(pattern, text) != expected)
			fail_msg("%s against %s: fnmatch says %d", pattern, text, expected);
	}
	assert_in_range(matched, TRIES / 50, TRIES / 2);
}

static void test_what_a_locale_would_have_to_say(void **state)
{
	(void)state;
	assert_true(glob_matches("/data/?.bin", "/data/\xc3\xa9.bin"));
	assert_true(glob_matches("/data/*", "/data/\xff\xfe"));
	assert_false(glob_matches("/data/??.bin", "/data/\xc3\xa9.bin"));
	assert_true(glob_matches("a[b", "a[b"));
	assert_false(glob_matches("a[b", "ab"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_as_fnmatch),
	                                   cmocka_unit_test(test_what_a_locale_would_have_to_say)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
