/* SPDX-License-Identifier: Apache-2.0 */
#include "fault/mapping.h"

#include <string.h>

#include "base/sys.h"
#include "state.h"
#include "thread.h"

#define MAPPING_MOST 65536

/* The highest address first: the kernel gives out lower and lower ones, so that
 * most additions are at the end. */
static struct mapping *mapping_table;
static uint32_t mapping_wanted_count;
static uint64_t mapping_wanted_sum; /* bytes */
static uint32_t mapping_version;    /* odd while the table is being changed */
static uint32_t mapping_locked;

uint32_t mapping_count;

static void mapping_lock(void)
{
	thread_self.busy++;
	while (__atomic_exchange_n(&mapping_locked, 1, __ATOMIC_ACQUIRE))
		SYS0(sched_yield);
}

static void mapping_unlock(void)
{
	__atomic_store_n(&mapping_locked, 0, __ATOMIC_RELEASE);
	thread_self.busy--;
}

/* The index of the first range that begins below `address`, or at it. */
static uint32_t mapping_at(uintptr_t address, uint32_t count)
{
	uint32_t low = 0, high = count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (mapping_table[middle].begin > address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint32_t mapping_sum(const struct mapping *ranges, uint32_t count)
{
	uint32_t wanted = 0;
	for (uint32_t i = 0; i < count; i++)
		wanted += ranges[i].wanted;
	return wanted;
}

static uint64_t mapping_size(const struct mapping *ranges, uint32_t count)
{
	uint64_t bytes = 0;
	for (uint32_t i = 0; i < count; i++)
		bytes += ranges[i].wanted ? ranges[i].end - ranges[i].begin : 0;
	return bytes;
}

/* Puts `pieces` in the place of the ranges from `first` up to `last`. */
static bool mapping_splice(uint32_t first, uint32_t last, const struct mapping *pieces,
                           uint32_t count)
{
	uint32_t behind = mapping_count - last, now = first + count + behind;
	if (now > MAPPING_MOST)
		return false;
	uint32_t wanted = mapping_wanted_count - mapping_sum(mapping_table + first, last - first) +
	                  mapping_sum(pieces, count);
	uint64_t bytes = mapping_wanted_sum - mapping_size(mapping_table + first, last - first) +
	                 mapping_size(pieces, count);
	__atomic_store_n(&mapping_version, mapping_version + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	memmove(mapping_table + first + count, mapping_table + last, behind * sizeof *pieces);
	memcpy(mapping_table + first, pieces, count * sizeof *pieces);
	__atomic_store_n(&mapping_count, now, __ATOMIC_RELAXED);
	__atomic_store_n(&mapping_wanted_count, wanted, __ATOMIC_RELAXED);
	__atomic_store_n(&mapping_wanted_sum, bytes, __ATOMIC_RELAXED);
	__atomic_store_n(&mapping_version, mapping_version + 1, __ATOMIC_RELEASE);
	return true;
}

/* Puts `middle`, or nothing, in the place of begin to end; what reaches out of
 * there on either side stays. */
static bool mapping_replace(uintptr_t begin, uintptr_t end, const struct mapping *middle)
{
	struct mapping pieces[3];
	uint32_t first = mapping_at(end - 1, mapping_count), last = first, count = 0;
	while (last < mapping_count && mapping_table[last].end > begin)
		last++;
	if (last > first && mapping_table[first].end > end) {
		pieces[count] = mapping_table[first];
		pieces[count].offset += (int64_t)(end - pieces[count].begin);
		pieces[count++].begin = end;
	}
	if (middle)
		pieces[count++] = *middle;
	if (last > first && mapping_table[last - 1].begin < begin) {
		pieces[count] = mapping_table[last - 1];
		pieces[count++].end = begin;
	}
	return first == last && !count ? true : mapping_splice(first, last, pieces, count);
}

bool mapping_add(const struct mapping *mapping)
{
	bool kept = false;
	mapping_lock();
	if (!mapping_table)
		mapping_table = sys_map(MAPPING_MOST * sizeof *mapping_table, 0);
	if (mapping_table && mapping->end > mapping->begin)
		kept = mapping_replace(mapping->begin, mapping->end, mapping);
	mapping_unlock();
	return kept;
}

void mapping_cut(uintptr_t begin, uintptr_t end)
{
	if (!__atomic_load_n(&mapping_count, __ATOMIC_RELAXED) || end <= begin)
		return;
	mapping_lock();
	mapping_replace(begin, end, NULL);
	mapping_unlock();
}

/* A version that is not being changed; what was read under it counts only if
 * it is still the same afterwards. */
static uint32_t mapping_stable(void)
{
	uint32_t version;
	while ((version = __atomic_load_n(&mapping_version, __ATOMIC_ACQUIRE)) & 1)
		SYS0(sched_yield);
	return version;
}

static bool mapping_unchanged(uint32_t version)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&mapping_version, __ATOMIC_RELAXED) == version;
}

bool mapping_overlaps(uintptr_t begin, uintptr_t end, struct mapping *found)
{
	uint32_t version, count, i;
	bool known;
	if (!__atomic_load_n(&mapping_count, __ATOMIC_RELAXED) || end <= begin)
		return false;
	do {
		version = mapping_stable();
		count = __atomic_load_n(&mapping_count, __ATOMIC_RELAXED);
		i = mapping_at(end - 1, count);
		known = i < count;
		if (known)
			*found = mapping_table[i];
	} while (!mapping_unchanged(version));
	return known && found->end > begin;
}

bool mapping_find(uintptr_t address, struct mapping *found)
{
	return mapping_overlaps(address, address + 1, found);
}

uint32_t mapping_wanted(void)
{
	return __atomic_load_n(&mapping_wanted_count, __ATOMIC_RELAXED);
}

uint64_t mapping_wanted_bytes(void)
{
	return __atomic_load_n(&mapping_wanted_sum, __ATOMIC_RELAXED);
}

void mapping_forget(void)
{
	/* Another thread of the parent was in the middle of a change. */
	if (mapping_locked || mapping_version & 1)
		mapping_count = mapping_wanted_count = mapping_version = mapping_wanted_sum = 0;
	mapping_locked = 0;
}

void mapping_drop_old(void)
{
	uint32_t kept = 0;
	mapping_lock();
	__atomic_store_n(&mapping_version, mapping_version + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (uint32_t i = 0; i < mapping_count; i++)
		if (mapping_table[i].generation == state_generation)
			mapping_table[kept++] = mapping_table[i];
	mapping_count = kept;
	mapping_wanted_count = mapping_sum(mapping_table, kept);
	mapping_wanted_sum = mapping_size(mapping_table, kept);
	__atomic_store_n(&mapping_version, mapping_version + 1, __ATOMIC_RELEASE);
	mapping_unlock();
}
