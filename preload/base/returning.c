/* SPDX-License-Identifier: Apache-2.0 */
#include "base/returning.h"

#include <stdbool.h>
#include <string.h>

#include "base/sys.h"

#define RETURNING_ABOUT "/sys/devices/system/cpu/vulnerabilities/spec_rstack_overflow"

uint8_t returning_jumps;

void returning_prepare(void)
{
	char text[128];
	bool told = sys_read_file(RETURNING_ABOUT, text, sizeof text) > 0;
	returning_jumps = told && strstr(text, "Safe RET");
}
