/* SPDX-License-Identifier: Apache-2.0 */
#include "permit.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/wait.h>

#include "room.h"
#include "sys.h"

#define PERMIT_PAGES_FREE 512 /* 87,000 faults until someone looks, on x86 */
#define PERMIT_PAGES_USER 32
#define PERMIT_PAGES_NEW  16
#define PERMIT_LEAST      8
#define PERMIT_SHARED     16 /* times as much for all other threads together */

int permit_is_filtered(void)
{
	ROOM(text);
	static const char key[] = "\nSeccomp:\t";
	if (sys_read_file("/proc/self/status", text, ROOM_BYTES) <= 0)
		return 0;
	const char *line = strstr(text, key);
	return line && line[sizeof key - 1] == '2';
}

/* In a forked copy: with no attributes the call does nothing, and fails by
 * EFAULT where it may be made. Nobody is told when the copy ends. */
static int permit_try(void)
{
	int status = 0;
	long child = SYS6(clone, 0, 0, 0, 0, 0, 0);
	if (child == 0) {
		long error = SYS6(perf_event_open, NULL, 0, -1, -1, 0, 0);
		SYS1(exit_group, -error & 0xff);
		__builtin_unreachable();
	}
	if (child < 0)
		return (int)child;
	while (SYS4(wait4, child, &status, __WALL, NULL) == -EINTR)
		;
	if (!WIFEXITED(status))
		return -EPERM;
	return WEXITSTATUS(status) == EFAULT ? 0 : -WEXITSTATUS(status);
}

int permit_ask(void)
{
	return permit_is_filtered() ? permit_try() : 0;
}

uint32_t permit_pages(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct set[2] = {0};
	if (SYS2(capget, &head, set) < 0)
		return PERMIT_PAGES_USER;
	return set[0].effective & 1u << CAP_IPC_LOCK ? PERMIT_PAGES_FREE : PERMIT_PAGES_USER;
}

uint32_t permit_pages_new(void)
{
	uint32_t most = permit_pages();
	return most < PERMIT_PAGES_NEW ? most : PERMIT_PAGES_NEW;
}

uint32_t permit_pages_other(uint32_t threads)
{
	uint32_t pages = permit_pages() / 4;
	uint32_t share = permit_pages() * PERMIT_SHARED / (threads + 1);
	while (pages > share && pages > PERMIT_LEAST)
		pages /= 2;
	return pages > PERMIT_LEAST ? pages : PERMIT_LEAST;
}
