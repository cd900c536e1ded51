/* SPDX-License-Identifier: Apache-2.0
 *
 * Paths as csv, JSON and text want them: any byte but NUL may stand in one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/escape.h"

static void assert_escaped(char *(*escape)(const char *, size_t *), const char *path,
                           const char *expected)
{
	size_t length;
	char *text = escape(path, &length);

	assert_int_equal(length, strlen(expected));
	assert_memory_equal(text, expected, length);
	free(text);
}

static void csv_quotes_only_what_must_be(void **state)
{
	(void)state;
	assert_escaped(escape_csv, "/data/x", "/data/x");
	assert_escaped(escape_csv, "", "");
	assert_escaped(escape_csv, "/a,b", "\"/a,b\"");
	assert_escaped(escape_csv, "/a\"b", "\"/a\"\"b\"");
	assert_escaped(escape_csv, "/a\nb\r", "\"/a\nb\r\"");
	assert_escaped(escape_csv, "/\xff\xfe", "/\xff\xfe");
}

static void json_keeps_utf8_and_spells_out_other_bytes(void **state)
{
	(void)state;
	assert_escaped(escape_json, "/d\xc3\xa9j\xc3\xa0", "\"/d\xc3\xa9j\xc3\xa0\"");
	assert_escaped(escape_json, "/a\"\\\n", "\"/a\\\"\\\\\\u000a\"");
	assert_escaped(escape_json, "/\xff", "\"/\\\\xff\"");
	assert_escaped(escape_json, "/\xc3", "\"/\\\\xc3\"");                       /* cut */
	assert_escaped(escape_json, "/\xc0\x80", "\"/\\\\xc0\\\\x80\"");            /* overlong */
	assert_escaped(escape_json, "/\xed\xa0\x80", "\"/\\\\xed\\\\xa0\\\\x80\""); /* surrogate */
	assert_escaped(escape_json, "/\xf0\x9f\x98\x80", "\"/\xf0\x9f\x98\x80\"");
}

static void text_shows_no_control_characters(void **state)
{
	(void)state;
	assert_escaped(escape_text, "/a\033[1m\x7f", "\"/a\\x1b[1m\\x7f\"");
}

static void a_path_is_escaped_once(void **state)
{
	struct names *names = names_new();
	uint32_t number = names_add(names, "/a,b", 4);
	struct escapes escapes;
	size_t length;

	(void)state;
	escapes_init(&escapes, names, escape_csv);
	assert_ptr_equal(escapes_get(&escapes, number, &length),
	                 escapes_get(&escapes, number, &length));
	assert_int_equal(length, 6);
	escapes_get(&escapes, 999, &length); /* no such name: the empty path */
	assert_int_equal(length, 0);
	escapes_free(&escapes);
	names_free(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(csv_quotes_only_what_must_be),
	        cmocka_unit_test(json_keeps_utf8_and_spells_out_other_bytes),
	        cmocka_unit_test(text_shows_no_control_characters),
	        cmocka_unit_test(a_path_is_escaped_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
