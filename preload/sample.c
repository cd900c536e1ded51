/* SPDX-License-Identifier: Apache-2.0 */
#include "sample.h"

#include <sys/resource.h>

#include "sandbox.h"
#include "sys.h"

#define SAMPLE_PAGE  4096u
#define SAMPLE_BYTES (4u << 20) /* cachestat looks at every page of the range */

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

/* The blocks that the thread's reads made the kernel fetch. A read that finds
 * its pages on the way, fetched by an earlier one, is not charged for them. */
static struct sample sample_blocks(void)
{
	struct rusage usage;
	if (SYS2(getrusage, RUSAGE_THREAD, &usage) < 0)
		return (struct sample){.kind = SAMPLE_NONE};
	return (struct sample){.count = (uint64_t)usage.ru_inblock, .kind = SAMPLE_BLOCKS};
}

struct sample sample_before(int fd, const struct fd *known, int64_t offset, uint64_t size)
{
	struct sample_range range = {(uint64_t)offset, size};
	struct sample_pages pages;
	struct description *held = known->description;
	if (known->kind != AIOT_FILE_REGULAR || !held)
		return (struct sample){.kind = SAMPLE_NONE};
	if (offset < 0 || !size || size > SAMPLE_BYTES || held->traits & DESCRIPTION_UNCOUNTED)
		return sample_blocks();
	if (sandbox_allows_young() && SYS4(cachestat, fd, &range, &pages, 0) == 0)
		return (struct sample){pages.cached, offset, SAMPLE_PAGES};
	/* An old kernel, or a file that is neither ours nor ours to write. */
	__atomic_fetch_or(&held->traits, DESCRIPTION_UNCOUNTED, __ATOMIC_RELAXED);
	return sample_blocks();
}

uint8_t sample_after(const struct sample *sample, int64_t returned)
{
	if (returned <= 0 || sample->kind == SAMPLE_NONE)
		return 0;
	if (sample->kind == SAMPLE_BLOCKS) {
		struct sample now = sample_blocks();
		return now.count > sample->count ? AIOT_EVENT_STORAGE : AIOT_EVENT_CACHED;
	}
	uint64_t first = (uint64_t)sample->offset / SAMPLE_PAGE;
	uint64_t last = ((uint64_t)sample->offset + (uint64_t)returned - 1) / SAMPLE_PAGE;
	return sample->count > last - first ? AIOT_EVENT_CACHED : AIOT_EVENT_STORAGE;
}
