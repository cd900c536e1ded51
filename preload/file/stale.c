/* SPDX-License-Identifier: Apache-2.0 */
#include "file/stale.h"

#include <fcntl.h>
#include <linux/stat.h>
#include <stdio.h>
#include <string.h>

#include "base/room.h"
#include "base/sys.h"
#include "file/path.h"
#include "sandbox.h"
#include "thread.h"
#include "trace/define.h"

#define STALE_NOTES  3
#define STALE_YIELDS 8
#define STALE_MOST   4096 /* descriptors asked about at the end */

/* The file's own number in the whole machine; 0 where it is not told. */
static uint64_t stale_number(int fd)
{
	struct statx about;
	if (!sandbox_allows_young() ||
	    SYS6(statx, fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO, &about, 0) < 0)
		return 0;
	uint64_t device = (uint64_t)about.stx_dev_major << 20 ^ about.stx_dev_minor;
	return (about.stx_ino ^ device << 40) | 1ull << 63;
}

static void stale_note(int fd)
{
	static uint16_t generation;
	static uint32_t notes;
	ROOM(name);
	ROOM(text);
	if (__atomic_exchange_n(&generation, state_generation, __ATOMIC_RELAXED) !=
	    state_generation)
		__atomic_store_n(&notes, 0, __ATOMIC_RELAXED);
	if (__atomic_fetch_add(&notes, 1, __ATOMIC_RELAXED) >= STALE_NOTES || !path_of_fd(fd, name))
		return;
	int length = snprintf(
	        text, ROOM_BYTES,
	        "descriptor %d was closed or replaced where no call showed it, as by a program's "
	        "own instructions, and is now %.3000s: some calls before stand at the file that "
	        "it was",
	        fd, name);
	define_record(AIOT_DEFINE_NOTE, text, (size_t)length, NULL, 0);
}

/* Whether it is not just being replaced by a call of another thread, which may describe
 * what it opens in the same place. */
static bool stale_lasts(int fd, const struct description *held, uint32_t handle)
{
	struct fd now;
	for (int i = 0; i < STALE_YIELDS; i++) {
		SYS0(sched_yield);
		if (!fd_peek(fd, &now) || now.description != held ||
		    __atomic_load_n(&held->handle, __ATOMIC_RELAXED) != handle)
			return false;
	}
	return true;
}

static void stale_renew(int fd, struct fd *known)
{
	thread_self.busy++;
	fd_forget(fd);
	*known = fd_adopt(fd);
	if (state_is(STATE_ON))
		stale_note(fd);
	thread_self.busy--;
}

void stale_check(int fd, struct fd *known)
{
	struct description *held = known->description;
	uint32_t handle = held ? __atomic_load_n(&held->handle, __ATOMIC_RELAXED) : 0;
	uint64_t now = held ? stale_number(fd) : 0, none = 0;
	if (!now)
		return;
	if (!__atomic_compare_exchange_n(&held->number, &none, now, 0, __ATOMIC_RELAXED,
	                                 __ATOMIC_RELAXED) &&
	    none != now && stale_lasts(fd, held, handle))
		stale_renew(fd, known);
}

void stale_find(void)
{
	unsigned highest = __atomic_load_n(&fd_highest, __ATOMIC_RELAXED);
	struct fd known;
	for (unsigned fd = 0; fd <= highest && fd < STALE_MOST; fd++)
		if (fd_peek((int)fd, &known) && known.description->number)
			stale_check((int)fd, &known);
}
