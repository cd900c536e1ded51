/* SPDX-License-Identifier: Apache-2.0 */
#include "uring/site_find.h"

#include <string.h>
#include <sys/syscall.h>

#include "peek.h"
#include "base/sys.h"
#include "uring/frames.h"
#include "uring/instruction.h"

#define FIND_CHUNK    (1u << 16)
#define FIND_BEFORE   8u
#define FIND_BEHIND   8u
#define FIND_BLOCK    256u
#define FIND_HINTS    16384      /* places that are worth a look; what is more is not looked at */
#define FIND_FUNCTION (1u << 14) /* bytes; larger functions are left alone */
#define FIND_STEPS    16
#define FIND_JUMP     5 /* bytes */

/* An instruction of a stretch in which control goes straight on. */
struct find_step {
	uint32_t at;
	uint8_t bytes;
};

/* Bytes that look like a constant, the number of a call, or like a call. */
struct find_hint {
	uint32_t at;     /* from the search's begin */
	uint32_t number; /* 0: a call */
};

struct find {
	struct site_search *search;
	struct frames frames;
	bool general; /* other calls than io_uring's may be among them */
	uint32_t hint_count;
	struct find_hint hints[FIND_HINTS];
	uintptr_t begin;       /* the function in `code` … */
	uint32_t bytes, steps; /* … and the stretch in it */
	struct find_step stretch[FIND_STEPS];
	uint8_t targets[FIND_FUNCTION / 8]; /* bytes that are jumped to */
	uint8_t code[FIND_FUNCTION];
	uint8_t chunk[FIND_BEFORE + FIND_CHUNK + FIND_BLOCK + FIND_BEHIND];
	uint8_t afar[FIND_CHUNK + 4];
};

static bool find_is_target(const struct find *find, uint32_t at)
{
	return find->targets[at / 8] >> at % 8 & 1;
}

/* Returns false if the function holds what is no instruction. */
static bool find_mark_targets(struct find *find)
{
	memset(find->targets, 0, sizeof find->targets);
	for (uint32_t at = 0; at < find->bytes;) {
		struct instruction one = instruction_at(find->code + at, find->bytes - at);
		if (!one.bytes)
			return false;
		at += one.bytes;
		int64_t target = (int64_t)at + one.distance;
		if (one.branches && target >= 0 && target < find->bytes)
			find->targets[target / 8] |= (uint8_t)(1u << target % 8);
	}
	return true;
}

/* Whether something jumps past what begins at `from`, onto `call` or before it. */
static bool find_is_entered(const struct find *find, uint32_t from, uint32_t call)
{
	for (uint32_t at = from + 1; at <= call; at++)
		if (find_is_target(find, at))
			return true;
	return false;
}

/* Any 4 bytes of the code that would be a jump's distance to there. */
static bool find_is_entered_from_afar(struct find *find, uintptr_t first, uintptr_t last)
{
	const struct site_search *search = find->search;
	for (uintptr_t at = search->begin; at + 4 < search->end; at += FIND_CHUNK) {
		size_t room = search->end - at, bytes = FIND_CHUNK + 4;
		bytes = room < bytes ? room : bytes;
		if (!peek(find->afar, (void *)at, bytes))
			return true;
		for (size_t i = 0; i + 4 <= bytes; i++) {
			int32_t distance;
			memcpy(&distance, find->afar + i, sizeof distance);
			uintptr_t target = at + i + 4 + (uintptr_t)(intptr_t)distance;
			if (target >= first && target <= last)
				return true;
		}
	}
	return false;
}

enum find_way { FIND_WHOLE, FIND_JOINED, FIND_LEAKY };

static bool find_suits(const struct find *find, const struct find_step *step, uint32_t call,
                       enum find_way way)
{
	if (call - step->at > SITE_COPY_BYTES)
		return false;
	if (way == FIND_JOINED)
		return call - step->at >= FIND_JUMP && !find_is_entered(find, step->at, call);
	/* The first two bytes can be replaced at once. */
	bool apart = (find->begin + step->at) % 8 == 7;
	return step->bytes >= FIND_JUMP &&
	       (way == FIND_LEAKY || (!apart && !find_is_entered(find, step->at, call)));
}

/* The nearest instruction ahead of the call that may be replaced. */
static const struct find_step *find_anchor(const struct find *find, uint32_t call,
                                           enum find_way way)
{
	for (uint32_t i = find->steps; i-- > 0;)
		if (find_suits(find, &find->stretch[i], call, way))
			return &find->stretch[i];
	return NULL;
}

static bool find_is_known(const struct site_search *search, uintptr_t call)
{
	for (uint32_t i = 0; i < search->count; i++)
		if (search->sites[i].call == call)
			return true;
	return false;
}

/* Several instructions that may be replaced together. */
static const struct find_step *find_joined(struct find *find, uint32_t call)
{
	const struct site_search *search = find->search;
	if (!search->alone && (!search->quiet || find->general))
		return NULL;
	const struct find_step *step = find_anchor(find, call, FIND_JOINED);
	bool entered = step && find_is_entered_from_afar(find, find->begin + step->at + 1,
	                                                 find->begin + call);
	return entered ? NULL : step;
}

static void find_add(struct find *find, uint32_t call)
{
	struct site_search *search = find->search;
	struct site site = {.call = find->begin + call};
	if (find_is_known(search, site.call))
		return;
	const struct find_step *step = find_anchor(find, call, FIND_WHOLE);
	if (!step) {
		step = find_joined(find, call);
		site.joined = step != NULL;
	}
	if (!step)
		step = find_anchor(find, call, FIND_LEAKY);
	site.anchor = step ? find->begin + step->at : 0;
	if (!step || search->count == SITES)
		search->missed = true;
	else
		search->sites[search->count++] = site;
}

static void find_step(struct find *find, uint32_t at, const struct instruction *one)
{
	if (one->is_syscall)
		find_add(find, at);
	if (!one->movable) {
		find->steps = 0;
		return;
	}
	if (find->steps == FIND_STEPS)
		memmove(find->stretch, find->stretch + 1, --find->steps * sizeof *find->stretch);
	find->stretch[find->steps++] = (struct find_step){at, one->bytes};
}

static bool find_has_call(const struct find *find, uintptr_t begin, uintptr_t end)
{
	uintptr_t base = find->search->begin;
	for (uint32_t i = 0; i < find->hint_count; i++)
		if (!find->hints[i].number && base + find->hints[i].at >= begin &&
		    base + find->hints[i].at < end)
			return true;
	return false;
}

/* The system calls of the function that has `address`. */
static void find_in_function(struct find *find, uintptr_t address)
{
	uintptr_t begin, end;
	if (find->begin <= address && address < find->begin + find->bytes)
		return;
	if (!frames_find(&find->frames, address, &begin, &end) || begin < find->search->begin ||
	    end > find->search->end || end - begin > FIND_FUNCTION)
		return;
	find->begin = begin;
	find->bytes = (uint32_t)(end - begin);
	find->steps = 0;
	if (!find_has_call(find, begin, end) || !peek(find->code, (void *)begin, end - begin) ||
	    !find_mark_targets(find))
		return;
	for (uint32_t at = 0; at < find->bytes;) {
		struct instruction one = instruction_at(find->code + at, find->bytes - at);
		find_step(find, at, &one);
		at += one.bytes;
	}
}

static void find_hint(struct find *find, uint32_t at, uint32_t number)
{
	if (find->hint_count < FIND_HINTS)
		find->hints[find->hint_count++] = (struct find_hint){at, number};
	else
		find->search->missed = true;
}

bool site_is_number(const uint8_t *at)
{
	return (at[-1] & 0xf8) == 0xb8 || at[-1] == 0x68 ||
	       memchr(at - SITE_NUMBER_BEFORE, 0xc7, SITE_NUMBER_BEFORE - 1);
}

static bool find_is_constant(const uint8_t *at, uint32_t *number)
{
	memcpy(number, at, sizeof *number);
	return *number - SYS_io_uring_setup < 3 && site_is_number(at);
}

typedef uint8_t find_vector __attribute__((vector_size(16)));

static find_vector find_load(const uint8_t *from)
{
	find_vector loaded;
	memcpy(&loaded, from, sizeof loaded);
	return loaded;
}

/* Most blocks have nothing. */
static bool find_block_has_hints(const uint8_t *block)
{
	find_vector any = {0};
	uint64_t halves[2];
	for (uint32_t i = 0; i < FIND_BLOCK; i += sizeof any) {
		find_vector a = find_load(block + i), b = find_load(block + i + 1);
		find_vector number = (find_vector)(a - 0xa9 <= 2), one = (find_vector)(b == 1);
		any |= (number & one) | (find_vector)((a == 0x0f) & (b == 0x05));
	}
	memcpy(halves, &any, sizeof halves);
	return halves[0] | halves[1];
}

/* `chunk` has FIND_BEFORE bytes before, and FIND_BEHIND and a block behind. */
static void find_hints_in(struct find *find, const uint8_t *chunk, uint32_t first, uint32_t bytes)
{
	uint32_t number;
	for (uint32_t block = 0; block < bytes; block += FIND_BLOCK) {
		if (!find_block_has_hints(chunk + block))
			continue;
		for (uint32_t i = block; i < block + FIND_BLOCK && i < bytes; i++) {
			if (chunk[i] == 0x0f && chunk[i + 1] == 0x05)
				find_hint(find, first + i, 0);
			else if (find_is_constant(chunk + i, &number))
				find_hint(find, first + i, number);
		}
	}
}

static bool find_read(const struct site_search *search, void *to, uintptr_t from, size_t bytes)
{
	if (search->fd < 0)
		return peek(to, (void *)from, bytes);
	long got = sys_read_at(search->fd, to, bytes,
	                       search->offset + (int64_t)(from - search->begin));
	/* The file may end before its last page does. */
	if (got > 0)
		memset((char *)to + got, 0, bytes - (size_t)got);
	return got > 0;
}

static void find_hints(struct find *find)
{
	const struct site_search *search = find->search;
	uint8_t *chunk = find->chunk + FIND_BEFORE;
	memset(find->chunk, 0, FIND_BEFORE);
	for (uintptr_t at = search->begin; at < search->end; at += FIND_CHUNK) {
		size_t left = search->end - at, bytes = left < FIND_CHUNK ? left : FIND_CHUNK;
		size_t more = left - bytes < FIND_BEHIND ? left - bytes : FIND_BEHIND;
		memset(chunk + bytes, 0, FIND_BEHIND);
		if (!find_read(search, chunk, at, bytes + more))
			return;
		find_hints_in(find, chunk, (uint32_t)(at - search->begin), (uint32_t)bytes);
		memcpy(find->chunk, chunk + bytes - FIND_BEFORE, FIND_BEFORE);
	}
}

/* The sites of functions that have this number, or with 0, calls. */
static void find_all(struct find *find, uint32_t number)
{
	find->bytes = 0;
	find->general = !number;
	for (uint32_t i = 0; i < find->hint_count; i++)
		if (find->hints[i].number == number)
			find_in_function(find, find->search->begin + find->hints[i].at);
}

static bool find_has_number(const struct find *find, uint32_t number)
{
	for (uint32_t i = 0; i < find->hint_count; i++)
		if (find->hints[i].number == number)
			return true;
	return false;
}

/* What enters rings also sets them up. Where that is not in functions that make
 * system calls, the numbers are handed to one that does. */
static void find_sites(struct find *find)
{
	if (!find_has_number(find, SYS_io_uring_enter) ||
	    (find->search->fd >= 0 && !find_has_number(find, SYS_io_uring_setup)))
		return;
	find_all(find, SYS_io_uring_enter);
	if (!find->search->count)
		find_all(find, 0);
	find_all(find, SYS_io_uring_setup);
	find_all(find, SYS_io_uring_register);
}

void site_find(struct site_search *search)
{
	struct find *find = sys_map(sizeof *find, 0);
	search->count = 0;
	if (!find)
		return;
	find->search = search;
	if (frames_open(&find->frames, search->module)) {
		find_hints(find);
		find_sites(find);
	}
	sys_unmap(find, sizeof *find);
}
