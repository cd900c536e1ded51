/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/kernel_io.h"

#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "base/sys.h"
#include "thread.h"

/* The numbers of /proc/self/io in its order: "rchar: 1\nwchar: 2\n…". */
static bool kernel_io_read(uint64_t values[7])
{
	char text[512];
	const char *at = text;
	if (sys_read_file("/proc/self/io", text, sizeof text) <= 0)
		return false;
	for (int i = 0; i < 7; i++) {
		at = strchr(at, ' ');
		if (!at)
			return false;
		for (at++; *at >= '0' && *at <= '9'; at++)
			values[i] = values[i] * 10 + (uint64_t)(*at - '0');
	}
	return true;
}

void kernel_io_add(struct define_list *list)
{
	struct sys_own own = sys_own; /* before the reading of the count itself */
	uint64_t values[7] = {0};
	uint64_t now = clock_of(CLOCK_MONOTONIC);
	if (!kernel_io_read(values))
		return;
	struct aiot_define_kernel_io io = {.mono_ns = now,
	                                   .rchar = values[0] - own.read_bytes,
	                                   .wchar = values[1] - own.written_bytes,
	                                   .syscr = values[2] - own.reads,
	                                   .syscw = values[3] - own.writes,
	                                   .read_bytes = values[4],
	                                   .write_bytes = values[5],
	                                   .cancelled_write_bytes = values[6],
	                                   .own_rchar = sys_own.read_bytes,
	                                   .own_wchar = sys_own.written_bytes,
	                                   .own_syscr = sys_own.reads,
	                                   .own_syscw = sys_own.writes};
	define_add(list, AIOT_DEFINE_KERNEL_IO, &io, sizeof io, NULL, 0);
}

void kernel_io_note(struct aiot_region *region)
{
	struct define_list list = {thread_definitions(region), region->define_bytes,
	                           AIOT_LIVE_DEFINE_BYTES};
	kernel_io_add(&list);
	__atomic_store_n(&region->define_bytes, list.used, __ATOMIC_RELEASE);
}
