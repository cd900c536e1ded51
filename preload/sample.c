/* SPDX-License-Identifier: Apache-2.0 */
#include "sample.h"

#include <string.h>

#include "base/sys.h"
#include "config.h"
#include "sandbox.h"

#define SAMPLE_PAGE     4096u
#define SAMPLE_BYTES    (4u << 20) /* cachestat looks at every page of the range */
#define SAMPLE_BLOCK    512u       /* that the kernel counts in */
#define SAMPLE_COUNT_NS 256        /* what counting costs, about */

/* Newer than the headers of most systems: Linux 6.5. */
#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

struct sample_range {
	uint64_t offset, bytes;
};

struct sample_pages {
	uint64_t cached, dirty, writeback, evicted, recently_evicted;
};

/* valgrind complains to the user of system calls that it does not know. */
static bool sample_is_emulated(void)
{
	static int8_t emulated;
	if (!emulated) {
		const char *list = config_variable("LD_PRELOAD");
		emulated = list && strstr(list, "/vgpreload_") ? 1 : -1;
	}
	return emulated > 0;
}

static bool sample_pages(struct sample *sample, int fd, struct description *held, int64_t offset,
                         uint64_t size)
{
	struct sample_range range = {(uint64_t)offset, size};
	struct sample_pages pages = {0};
	if (offset < 0 || !size || size > SAMPLE_BYTES || held->traits & DESCRIPTION_UNCOUNTED)
		return false;
	if (sandbox_allows_young() && !sample_is_emulated() &&
	    SYS4(cachestat, fd, &range, &pages, 0) == 0) {
		sample->pages = pages.cached;
		sample->offset = offset;
		return true;
	}
	/* An old kernel, or a file that is neither ours nor ours to write. */
	__atomic_fetch_or(&held->traits, DESCRIPTION_UNCOUNTED, __ATOMIC_RELAXED);
	return false;
}

bool sample_before(struct sample *sample, int fd, const struct fd *known, int64_t offset,
                   uint64_t size)
{
	struct description *held = known->description;
	bool due = sample_due(), count = thread_self.sample_debt <= SAMPLE_MOST_NS;
	if (known->kind != AIOT_FILE_REGULAR || !held || held->traits & DESCRIPTION_DIRECT)
		return false;
	bool pages = due && sample_pages(sample, fd, held, offset, size);
	away_arm(count);
	if (due && !pages)
		away_count();
	sample->armed = sample->before = thread_self.away.armed;
	if (!due)
		return count;
	sample->kind = pages ? SAMPLE_PAGES : SAMPLE_COUNTS;
	sample->armed = SAMPLE_LOOKED;
	return true;
}

static uint8_t sample_found(const struct sample *sample, int64_t returned)
{
	uint64_t first = (uint64_t)sample->offset / SAMPLE_PAGE;
	uint64_t last = ((uint64_t)sample->offset + (uint64_t)returned - 1) / SAMPLE_PAGE;
	return sample->pages > last - first ? AIOT_EVENT_CACHED : AIOT_EVENT_STORAGE;
}

/* Whether a count after the read can be paid for. Time in which the thread was
 * away earns more. */
static bool sample_counts(bool away, uint64_t read_ns)
{
	if (away)
		sample_earn(read_ns >> 6);
	if (thread_self.sample_debt > SAMPLE_MOST_NS)
		return false;
	sample_pay(SAMPLE_COUNT_NS);
	return true;
}

/* Whether a read that fetched something without waiting did so for later reads:
 * it is where an earlier one has read ahead. Then that says nothing of this one. */
static bool sample_ahead(struct description *held, int64_t offset, int64_t returned)
{
	int64_t fetched = (int64_t)(thread_self.away.fetched * SAMPLE_BLOCK);
	int64_t from = held->fetched_from, to = held->fetched_to;
	bool ahead = offset > from && offset < to;
	held->fetched_from = offset;
	held->fetched_to = (ahead ? to : offset) + (fetched > returned ? fetched : returned);
	return ahead;
}

static uint8_t sample_waited(uint64_t armed, bool looked, struct description *held, int64_t offset,
                             int64_t returned)
{
	uint8_t flags = away_find(armed, looked);
	bool fetched = flags & AIOT_EVENT_STORAGE;
	if (fetched && offset >= 0 && held && sample_ahead(held, offset, returned) &&
	    (flags & AIOT_EVENT_AWAY) == AIOT_EVENT_UNWAITED)
		return AIOT_EVENT_UNWAITED;
	return flags;
}

uint8_t sample_after(const struct sample *sample, struct description *held, int64_t offset,
                     uint64_t read_ns, int64_t returned)
{
	bool looked = sample->armed == SAMPLE_LOOKED, slow = read_ns >= SAMPLE_SLOW_NS;
	enum sample_kind kind = looked ? sample->kind : SAMPLE_NONE;
	uint64_t armed = looked ? sample->before : sample->armed;
	bool away = away_word() != armed;
	uint8_t flags = 0;
	if (returned <= 0)
		return 0;
	if (kind != SAMPLE_COUNTS && !away && !slow)
		flags = 0;
	else if (kind == SAMPLE_COUNTS || sample_counts(away || !armed, read_ns))
		flags = sample_waited(armed, looked, held, offset, returned);
	else
		flags = away_guess(armed);
	if (kind == SAMPLE_PAGES)
		flags = (uint8_t)((flags & AIOT_EVENT_AWAY) | sample_found(sample, returned));
	return flags;
}
