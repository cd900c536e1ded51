/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions found through the libraries' own tables are those that dlsym finds.
 */
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/behind.h"

static const char *const names[] = {
#define AIOT_CALL(id, symbol, class, level, roles) #symbol,
#include "aiotrace/calls.def"
};

#define NAMES (sizeof names / sizeof *names)

static void all_calls_are_what_dlsym_finds(void **state)
{
	struct behind behind;
	unsigned told = 0;

	(void)state;
	behind_read(&behind);
	assert_true(behind.ours && behind.whole && behind.count);
	for (size_t i = 0; i < NAMES; i++) {
		void *found;
		/* The library asks for their version. */
		if (!strncmp(names[i], "pthread_cond_", 13) ||
		    !behind_find(&behind, names[i], &found))
			continue;
		if (found != dlsym(RTLD_NEXT, names[i]))
			fail_msg("%s: %p, by dlsym %p", names[i], found,
			         dlsym(RTLD_NEXT, names[i]));
		told += found != NULL;
	}
	assert_in_range(told, NAMES / 2, NAMES);
}

static void what_no_library_has_is_not_found(void **state)
{
	struct behind behind;
	void *found = &behind;

	(void)state;
	behind_read(&behind);
	assert_true(behind_find(&behind, "no_library_has_this", &found));
	assert_null(found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(all_calls_are_what_dlsym_finds),
	        cmocka_unit_test(what_no_library_has_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
