/* SPDX-License-Identifier: Apache-2.0 */
#include "fault/permit.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/room.h"
#include "base/sys.h"

#define PERMIT_PAGES_MOST 512 /* 87,000 faults until someone looks, on x86 */
#define PERMIT_SHARED     16 /* times as much for all other threads of who may lock what he likes */
#define PERMIT_LEAST      4
/* For faults of memory that is no file's, which a ring gets as well: of a thread that
 * is just made, which should not take long, and of one that was there before. */
#define PERMIT_NEW    16
#define PERMIT_BEFORE 128
#define PERMIT_RECORD 24         /* bytes of a ring for a fault */
#define PERMIT_OWN    (8u << 20) /* bytes of RLIMIT_MEMLOCK that are more than enough */

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

/* The processors that the caller may use: there are no fewer. */
static uint32_t permit_processors(void)
{
	uint64_t mask[128] = {0};
	long bytes = SYS3(sched_getaffinity, 0, sizeof mask, mask);
	uint32_t count = 0;
	for (long i = 0; i < bytes / 8; i++)
		count += (uint32_t)__builtin_popcountll(mask[i]);
	return count ? count : 1;
}

/* KiB for each processor and user, by which the kernel's default of 516 counts
 * where it is not told. */
static uint64_t permit_shared_kb(void)
{
	char text[32];
	uint64_t kb = 0;
	if (sys_read_file("/proc/sys/kernel/perf_event_mlock_kb", text, sizeof text) <= 0)
		return 516;
	for (const char *digit = text; *digit >= '0' && *digit <= '9' && kb < 1u << 30; digit++)
		kb = kb * 10 + (uint64_t)(*digit - '0');
	return kb;
}

/* Pages that an ordinary user's process may count on: RLIMIT_MEMLOCK is its own,
 * the rest is shared with the user's other processes. */
static uint64_t permit_of_user(void)
{
	struct rlimit own;
	uint64_t shared = permit_shared_kb() * 1024 * permit_processors() / 2;
	if (SYS4(prlimit64, 0, RLIMIT_MEMLOCK, NULL, &own) < 0)
		own.rlim_cur = 0;
	return ((own.rlim_cur < PERMIT_OWN ? own.rlim_cur : PERMIT_OWN) + shared) / sys_page();
}

static bool permit_is_free(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct set[2] = {0};
	return SYS2(capget, &head, set) == 0 && set[0].effective & 1u << CAP_IPC_LOCK;
}

/* For each of the rings of a thread beside so many others; what all get together
 * must not run out: a thread without a ring is not seen at all. */
static uint32_t permit_share(uint32_t threads)
{
	static uint32_t user;
	if (permit_is_free())
		return PERMIT_PAGES_MOST * PERMIT_SHARED / (threads + 1);
	if (!user)
		user = (uint32_t)permit_of_user();
	return threads ? user / 4 / threads / (threads + 1) : user / 4;
}

static uint32_t permit_round(uint32_t pages)
{
	uint32_t round = PERMIT_LEAST;
	while (round * 2 <= pages && round < PERMIT_PAGES_MOST)
		round *= 2;
	return round;
}

uint32_t permit_pages(void)
{
	return permit_round(permit_share(0));
}

uint32_t permit_pages_grown(uint32_t threads, uint32_t pages)
{
	uint32_t most = permit_share(0) / (threads ? threads : 1);
	if (most > pages * 4)
		most = pages * 4;
	return permit_round(most > pages ? most : pages);
}

uint32_t permit_pages_other(uint32_t threads, uint64_t bytes, bool is_new)
{
	uint64_t page = sys_page(), needed = bytes / page * PERMIT_RECORD / page;
	uint32_t share = permit_share(threads), most = PERMIT_PAGES_MOST;
	needed += is_new ? PERMIT_NEW : PERMIT_BEFORE;
	share = share < most ? share : most;
	return needed >= share ? permit_round(share) : permit_round(2 * (uint32_t)needed - 1);
}
