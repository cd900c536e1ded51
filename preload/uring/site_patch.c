/* SPDX-License-Identifier: Apache-2.0 */
#include "uring/site_patch.h"

#if defined(__x86_64__)
#include <linux/membarrier.h>
#include <string.h>
#include <sys/mman.h>

#include "base/maps.h"
#include "base/sys.h"
#include "uring/instruction.h"

#define PATCH_REACH  0x7fff0000u /* of a jump, less a little */
#define PATCH_LOWEST 0x10000u    /* nobody maps below */
#define PATCH_APART  0x10000u    /* from what lies above, if there is room */
#define PATCH_STUB   128u        /* bytes of a copy and what leads on from it */

void uring_site(void); /* site.S: saves what the program has in registers, calls us */

/* Where the gap below `line` has room for `bytes`; 0 if it has not. */
static uintptr_t patch_in_gap(uintptr_t begin, uintptr_t end, size_t bytes)
{
	if (begin < PATCH_LOWEST)
		begin = PATCH_LOWEST;
	if (end < begin + bytes)
		return 0;
	return end - bytes - (end - begin > bytes + 2 * PATCH_APART ? PATCH_APART : 0);
}

static bool patch_reaches(const struct site_search *search, uintptr_t at, size_t bytes)
{
	uintptr_t low = at < search->begin ? at : search->begin;
	uintptr_t high = at + bytes > search->end ? at + bytes : search->end;
	return at && high - low < PATCH_REACH;
}

/* The last place before the module that is free, else the first behind it: always
 * at the upper end of a gap, where neither heap nor stack grow to first. */
static uintptr_t patch_place(const struct site_search *search, size_t bytes)
{
	struct maps maps;
	struct maps_line line;
	uintptr_t before = 0, found = 0;
	if (!maps_open(&maps))
		return 0;
	while (maps_next(&maps, &line)) {
		uintptr_t place = patch_in_gap(before, line.begin, bytes);
		before = line.end;
		if (!patch_reaches(search, place, bytes))
			continue;
		if (found && place > search->begin)
			break;
		found = place;
	}
	maps_close(&maps);
	return found;
}

static uint8_t *patch_map(const struct site_search *search, size_t bytes)
{
	uintptr_t place = patch_place(search, bytes);
	if (!place)
		return NULL;
	long got = SYS6(mmap, place, bytes, PROT_READ | PROT_WRITE,
	                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (got == (long)place)
		return (uint8_t *)place;
	if (got > 0)
		sys_unmap((void *)got, bytes);
	return NULL;
}

static uint8_t *patch_put(uint8_t *to, const void *bytes, size_t count)
{
	memcpy(to, bytes, count);
	return to + count;
}

static void patch_jump(uint8_t jump[SITE_JUMP_BYTES], uintptr_t from, uintptr_t to)
{
	int32_t distance = (int32_t)(to - from - SITE_JUMP_BYTES);
	jump[0] = 0xe9;
	memcpy(jump + 1, &distance, sizeof distance);
}

/* What the copied instructions name relative to themselves lies elsewhere from there. */
static bool patch_settle(uint8_t *stub, const struct site *site)
{
	size_t bytes = site->call - site->anchor;
	int64_t away = (int64_t)(site->anchor - (uintptr_t)stub);
	struct instruction one;
	for (size_t at = 0; at < bytes; at += one.bytes) {
		int32_t distance;
		one = instruction_at((const uint8_t *)site->anchor + at, bytes - at);
		if (!one.bytes)
			return false;
		if (!one.relative)
			continue;
		memcpy(&distance, stub + at + one.relative, sizeof distance);
		int64_t moved = distance + away;
		distance = (int32_t)moved;
		if (distance != moved)
			return false;
		memcpy(stub + at + one.relative, &distance, sizeof distance);
	}
	return true;
}

/* The instructions up to the call; then, in the registers that the call destroys,
 * where it is made if it is not ours, and on to uring_site, which comes back
 * there or behind it. */
static bool patch_write_stub(uint8_t *stub, const struct site *site)
{
	static const uint8_t to_rcx[] = {0x48, 0xb9}, to_r11[] = {0x49, 0xbb};
	static const uint8_t jump_r11[] = {0x41, 0xff, 0xe3}, syscall[] = {0x0f, 0x05};
	uintptr_t target = (uintptr_t)uring_site, call;
	uint8_t back[SITE_JUMP_BYTES];
	uint8_t *at = patch_put(stub, (const void *)site->anchor, site->call - site->anchor);
	if (!patch_settle(stub, site))
		return false;
	call = (uintptr_t)at + sizeof to_rcx + 8 + sizeof to_r11 + 8 + sizeof jump_r11;
	at = patch_put(at, to_rcx, sizeof to_rcx);
	at = patch_put(at, &call, sizeof call);
	at = patch_put(at, to_r11, sizeof to_r11);
	at = patch_put(at, &target, sizeof target);
	at = patch_put(at, jump_r11, sizeof jump_r11);
	at = patch_put(at, syscall, sizeof syscall);
	patch_jump(back, (uintptr_t)at, site->call + 2);
	patch_put(at, back, sizeof back);
	return true;
}

/* Code that other cores have read already is read again. */
static bool patch_publish(void)
{
	return SYS2(membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0) == 0;
}

static bool patch_can_publish(void)
{
	return !SYS2(membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE, 0);
}

static void patch_store_two(uintptr_t at, const uint8_t bytes[2])
{
	uint16_t two;
	memcpy(&two, bytes, sizeof two);
	*(volatile uint16_t *)at = two;
}

/* Whoever comes by meanwhile waits, in a jump to itself. */
static bool patch_store_around(uintptr_t anchor, const uint8_t jump[SITE_JUMP_BYTES])
{
	static const uint8_t stay[] = {0xeb, 0xfe};
	if (anchor % 8 == 7 || !patch_can_publish())
		return false;
	patch_store_two(anchor, stay);
	patch_publish();
	memcpy((void *)(anchor + 2), jump + 2, SITE_JUMP_BYTES - 2);
	patch_publish();
	patch_store_two(anchor, jump);
	return true;
}

/* Threads may be running the code: where the bytes lie within 8 that begin at a
 * multiple of 8, the old instruction becomes the new one at once. */
static bool patch_store(uintptr_t anchor, uintptr_t stub, bool quiet)
{
	uint8_t jump[SITE_JUMP_BYTES];
	uint64_t word;
	uintptr_t home = anchor & ~(uintptr_t)7;
	patch_jump(jump, anchor, stub);
	if (anchor - home > 8 - SITE_JUMP_BYTES && !quiet)
		return patch_store_around(anchor, jump);
	if (anchor - home > 8 - SITE_JUMP_BYTES) {
		memcpy((void *)anchor, jump, sizeof jump);
		return true;
	}
	memcpy(&word, (const void *)home, sizeof word);
	memcpy((uint8_t *)&word + (anchor - home), jump, sizeof jump);
	__atomic_store_n((uint64_t *)home, word, __ATOMIC_SEQ_CST);
	return true;
}

static long patch_protect(const struct site_search *search, int protection)
{
	uintptr_t page = sys_page(), low = UINTPTR_MAX, high = 0;
	for (uint32_t i = 0; i < search->count; i++) {
		uintptr_t anchor = search->sites[i].anchor;
		low = anchor < low ? anchor : low;
		high = anchor + SITE_JUMP_BYTES > high ? anchor + SITE_JUMP_BYTES : high;
	}
	low &= ~(page - 1);
	high = (high + page - 1) & ~(page - 1);
	return SYS3(mprotect, low, high - low, protection);
}

static uint32_t patch_all(const struct site_search *search, const uint8_t *stubs, bool quiet)
{
	uint32_t patched = 0;
	if (patch_protect(search, PROT_READ | PROT_WRITE | PROT_EXEC) < 0)
		return 0;
	for (uint32_t i = 0; i < search->count; i++)
		patched += patch_store(search->sites[i].anchor,
		                       (uintptr_t)stubs + (uintptr_t)i * PATCH_STUB, quiet);
	patch_protect(search, PROT_READ | PROT_EXEC);
	return patched;
}

uint32_t site_patch(const struct site_search *search, bool quiet)
{
	size_t page = sys_page(), bytes = (search->count * PATCH_STUB + page - 1) & ~(page - 1);
	uint32_t patched = 0;
	uint8_t *stubs = search->count ? patch_map(search, bytes) : NULL;
	if (!stubs)
		return 0;
	bool good = true;
	for (uint32_t i = 0; i < search->count; i++)
		good &= patch_write_stub(stubs + (size_t)i * PATCH_STUB, &search->sites[i]);
	if (good && SYS3(mprotect, stubs, bytes, PROT_READ | PROT_EXEC) == 0)
		patched = patch_all(search, stubs, quiet);
	if (!patched)
		sys_unmap(stubs, bytes);
	else if (!quiet && patch_can_publish())
		patch_publish();
	return patched;
}
#endif
