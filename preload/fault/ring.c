/* SPDX-License-Identifier: Apache-2.0 */
#include "fault/ring.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "base/aside.h"
#include "base/sys.h"

/* Faults that the kernel takes on the program's behalf, as in write() from a
 * mapped file, may be told only to the privileged. */
static bool ring_without_kernel;

static struct perf_event_mmap_page *ring_page(const struct ring *ring)
{
	return ring->page;
}

static struct perf_event_attr ring_attributes(enum ring_kind kind, uint8_t shift)
{
	return (struct perf_event_attr){
	        .type = PERF_TYPE_SOFTWARE,
	        .size = sizeof(struct perf_event_attr),
	        .config = kind == RING_ALL ? PERF_COUNT_SW_PAGE_FAULTS
	                                   : PERF_COUNT_SW_PAGE_FAULTS_MAJ,
	        .sample_period = 1ull << shift,
	        .sample_type = PERF_SAMPLE_TIME | PERF_SAMPLE_ADDR,
	        .exclude_kernel = ring_without_kernel,
	        .exclude_hv = 1,
	        .use_clockid = 1,
	        .clockid = CLOCK_MONOTONIC,
	        .task = kind == RING_ALL,
	        .watermark = 1, /* nobody waits to be woken */
	        .wakeup_watermark = UINT32_MAX,
	};
}

static long ring_event(enum ring_kind kind, uint32_t tid, uint8_t shift)
{
	struct perf_event_attr attributes = ring_attributes(kind, shift);
	long fd = SYS6(perf_event_open, &attributes, tid, -1, -1, PERF_FLAG_FD_CLOEXEC, 0);
	if ((fd == -EACCES || fd == -EPERM) && !ring_without_kernel) {
		ring_without_kernel = true;
		return ring_event(kind, tid, shift);
	}
	return fd;
}

struct ring_opening {
	struct ring *ring;
	enum ring_kind kind;
	uint32_t tid, pages;
	uint8_t shift;
	enum ring_step *failed;
};

/* As large a ring as may be had. Returns its pages, or -errno. */
static long ring_map(struct ring *ring, long fd, uint32_t pages)
{
	long address = -ENOMEM;
	for (; pages; pages /= 2) {
		address = SYS6(mmap, 0, (pages + 1ul) * sys_page(), PROT_READ | PROT_WRITE,
		               MAP_SHARED, fd, 0);
		if (address >= 0 || address <= -4096)
			break;
	}
	ring->page = pages ? (void *)address : NULL;
	return pages ? (long)pages : address;
}

static long ring_try(void *argument)
{
	struct ring_opening *o = argument;
	*o->failed = RING_STEP_OPEN;
	long fd = ring_event(o->kind, o->tid, o->shift);
	if (fd < 0)
		return fd;
	long pages = ring_map(o->ring, fd, o->pages);
	sys_close((int)fd);
	*o->failed = RING_STEP_MAP;
	if (pages < 0)
		return pages;
	o->ring->pages = (uint32_t)pages;
	o->ring->mask = (uint64_t)pages * sys_page() - 1;
	o->ring->shift = o->shift;
	o->ring->base = (uint64_t)ring_page(o->ring)->offset;
	return 0;
}

int ring_open(struct ring *ring, enum ring_kind kind, uint32_t tid, uint32_t pages, uint8_t shift,
              enum ring_step *failed)
{
	struct ring_opening opening = {ring, kind, tid, pages, shift, failed};
	*ring = (struct ring){0};
	return (int)aside_run(ring_try, &opening);
}

void ring_close(struct ring *ring)
{
	if (ring->page)
		sys_unmap(ring->page, (ring->pages + 1ul) * sys_page());
	*ring = (struct ring){0};
}

static uint64_t ring_head(const struct ring *ring)
{
	return __atomic_load_n(&ring_page(ring)->data_head, __ATOMIC_ACQUIRE);
}

uint64_t ring_filled(const struct ring *ring)
{
	return ring->page ? ring_head(ring) - ring_page(ring)->data_tail : 0;
}

uint64_t ring_counted(const struct ring *ring)
{
	return ring->page ? (uint64_t)ring_page(ring)->offset - ring->base : 0;
}

bool ring_is_full(const struct ring *ring)
{
	return ring->page && ring->head - ring_page(ring)->data_tail + 64 > ring_bytes(ring);
}

void ring_look(struct ring *ring)
{
	ring->head = ring->page ? ring_head(ring) : 0;
}

/* Records are whole words, but may wrap around between two of them. */
static uint64_t ring_word(const struct ring *ring, unsigned word)
{
	uint64_t at = (ring_page(ring)->data_tail + 8 * word) & ring->mask, value;
	memcpy(&value, (const char *)ring->page + sys_page() + at, sizeof value);
	return value;
}

static struct perf_event_header ring_header(const struct ring *ring)
{
	struct perf_event_header header;
	uint64_t word = ring_word(ring, 0);
	memcpy(&header, &word, sizeof header);
	return header;
}

/* pid, parent's pid; tid, parent's tid: the pids are the same where a thread was
 * made, and not a process. */
static uint32_t ring_thread_made(const struct ring *ring)
{
	uint64_t pids = ring_word(ring, 1);
	return (uint32_t)pids == (uint32_t)(pids >> 32) ? (uint32_t)ring_word(ring, 2) : 0;
}

bool ring_peek(const struct ring *ring, struct ring_record *record)
{
	if (!ring->page || ring_page(ring)->data_tail >= ring->head)
		return false;
	*record = (struct ring_record){.type = ring_header(ring).type};
	switch (record->type) {
	case PERF_RECORD_SAMPLE:
		record->time = ring_word(ring, 1);
		record->address = ring_word(ring, 2);
		break;
	case PERF_RECORD_LOST: record->lost = ring_word(ring, 2); break;
	case PERF_RECORD_EXIT: record->tid = (uint32_t)ring_word(ring, 2); break;
	case PERF_RECORD_FORK: record->tid = ring_thread_made(ring); break;
	default: break;
	}
	return true;
}

void ring_take(struct ring *ring)
{
	struct perf_event_mmap_page *page = ring_page(ring);
	uint16_t bytes = ring_header(ring).size;
	/* A record without a size would be read for ever. */
	uint64_t next = bytes ? page->data_tail + bytes : ring->head;
	__atomic_store_n(&page->data_tail, next, __ATOMIC_RELEASE);
}
