/* SPDX-License-Identifier: Apache-2.0
 *
 * Wrappers jump where the kernel says that it spoils the prediction of returns,
 * and only there.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/returning.h"

#define ABOUT "/sys/devices/system/cpu/vulnerabilities/spec_rstack_overflow"

static void test_as_the_kernel_says(void **state)
{
	char line[256] = "";
	FILE *about = fopen(ABOUT, "r");

	(void)state;
	if (about) {
		if (!fgets(line, sizeof line, about))
			line[0] = '\0';
		fclose(about);
	}
	errno = 99;
	returning_prepare();
	assert_int_equal(errno, 99);
	assert_int_equal(returning_jumps, strstr(line, "Safe RET") != NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_as_the_kernel_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
